"""`subscribers_1000_p99_ms`: from the recording of an event to its receipt by everybody who follows a concertation.

They follow an open call for input, figures included, with the document of graphql/operations, on a socket each: one
half signed in, each as somebody else, the other half not. Members are enrolled meanwhile, one after the other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from uuid import UUID, uuid5

import psutil

from api.ids import global_id
from benchmarks.asking import Asking, asking
from benchmarks.figure import Figure
from benchmarks.listeners import Following, Listeners, listeners
from benchmarks.opening import open_for
from benchmarks.progress import say
from benchmarks.scale import sized
from benchmarks.stack import Stack, data_folder
from server.settings import Settings
from server.tokens import sign_token

SUBSCRIBERS = (10, 100, 1_000)
REPETITIONS = 5
EVENTS = 10
"""Of one repetition; its value is the slowest hundredth of all their deliveries."""
PAUSE = 0.5
"""Seconds between the last receipt of an event and the next command."""
_MEMBERS = UUID("d0a8a4a7-60a6-4f0e-8f0d-6a1b0e0f6d11")


@dataclass(frozen=True, kw_only=True)
class Repetition:
    """How some events came to all."""

    #: Milliseconds that 99 of 100 deliveries took at most, and half of them.
    p99: float
    p50: float
    #: Milliseconds of processor time of the API for one delivery.
    cpu: float


async def following() -> list[Figure]:
    """Let more and more people follow."""
    numbers = sized(SUBSCRIBERS, small=(4, 12))
    found: dict[int, list[Repetition]] = {}
    with data_folder() as folder, folder.stack() as stack:
        concertation = global_id("Concertation", str((await open_for(stack, 0)).concertation))
        async with asking(stack, "coordinator") as asker:
            await _enrol(asker, concertation)
            for number in numbers:
                found[number] = await _measured(stack, asker, concertation, number)
    return [_figure(found)]


async def _measured(stack: Stack, asker: Asking, concertation: str, number: int) -> list[Repetition]:
    seq = await _enrol(asker, concertation)
    settings = Settings(data_dir=stack.data_dir)
    tokens = [
        sign_token(settings, roles=["participant"], member=uuid5(_MEMBERS, str(index))) if index % 2 else ""
        for index in range(number)
    ]
    asked = Following(url=stack.graphql_url, concertation=concertation, seq=seq, tokens=tokens)
    api = psutil.Process(stack.pids["api"])
    before = api.memory_info().rss
    async with listeners(asked) as everybody:
        held = (api.memory_info().rss - before) / 1024 / number
        await _repeated(stack, asker, concertation, everybody, events=2)
        found = [
            await _repeated(stack, asker, concertation, everybody, events=sized(EVENTS, small=2))
            for _ in range(sized(REPETITIONS, small=1))
        ]
    say(f"{number} sockets take {held:.0f} kB of the API's memory each")
    for one in found:
        say(
            f"{number} subscribers: p99 {one.p99:.0f} ms, p50 {one.p50:.0f} ms, {one.cpu:.2f} ms each of the API"
        )
    return found


async def _repeated(
    stack: Stack, asker: Asking, concertation: str, everybody: Listeners, events: int
) -> Repetition:
    taken: list[float] = []
    api = psutil.Process(stack.pids["api"])
    used = 0.0
    for _ in range(events):
        await asyncio.sleep(PAUSE)
        before = _cpu(api)
        seq = await _enrol(asker, concertation)
        delivery = await everybody.next()
        used += _cpu(api) - before
        if delivery.seq != seq:
            raise RuntimeError(f"event {delivery.seq} came where {seq} was recorded")
        taken += delivery.taken
    taken.sort()
    return Repetition(
        p99=1000 * taken[int(len(taken) * 0.99)],
        p50=1000 * median(taken),
        cpu=1000 * used / len(taken),
    )


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


async def _enrol(asker: Asking, concertation: str) -> int:
    """Enrol somebody; give the number of the event."""
    accepted = await asker.do("EnrolMember", concertationId=concertation, college="citoyens")
    seq: int = accepted["events"][-1]["seq"]
    return seq


def _figure(found: dict[int, list[Repetition]]) -> Figure:
    *fewer, most = found
    each = median(one.cpu for one in found[most])
    return Figure(
        name="subscribers_1000_p99_ms",
        values=tuple(one.p99 for one in found[most]),
        bound=f"The API's one core, {each:.2f} ms for each of {most} receipts: {_others(found, fewer)}.",
    )


def _others(found: dict[int, list[Repetition]], numbers: Sequence[int]) -> str:
    return ", ".join(f"p99 {median(one.p99 for one in found[n]):.0f} ms with {n}" for n in numbers)
