"""`command_p50_ms`: a mutation over HTTP until its answer, on a system that does nothing else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from statistics import median
from time import perf_counter

from benchmarks.asking import Asking, asking
from benchmarks.bare import bare
from benchmarks.figure import Figure
from benchmarks.progress import say
from benchmarks.scale import sized
from benchmarks.stack import data_folder
from server.settings import Settings
from workflows.connecting import connect

REPETITIONS = 7
COMMANDS = 30
"""In one repetition, one after the other; the value of the repetition is their median."""
WARM_UP = 20


async def command_p50_ms() -> list[Figure]:
    """Enrol one member after the other; in between, the floor: the same update, an empty activity, no HTTP."""
    values, floors, slowest = [], [], []
    repetitions, commands = sized(REPETITIONS, small=1), sized(COMMANDS, small=3)
    warm_up = sized(WARM_UP, small=1)
    with data_folder() as folder, folder.stack() as stack:
        client = await connect(stack.temporal_address, Settings().temporal_namespace)
        async with bare(client, stack.temporal_address) as floor, asking(stack, "coordinator") as asker:
            concertation = await asker.draft()
            enrol = _enrolment(asker, concertation)
            await _milliseconds(enrol, warm_up)
            await _milliseconds(floor.command, warm_up)
            for repetition in range(repetitions):
                taken = await _milliseconds(enrol, commands)
                values.append(median(taken))
                slowest.append(max(taken))
                floors.append(median(await _milliseconds(floor.command, commands)))
                say(
                    f"{repetition + 1}: p50 {values[-1]:.0f} ms, slowest {slowest[-1]:.0f} ms; "
                    f"bare {floors[-1]:.0f} ms"
                )
            await floor.end()
    bound = (
        f"Temporal's way from update to activity and back, {median(floors):.0f} ms with nothing in it; the rest "
        f"is HTTP, GraphQL and one transaction. The slowest of {repetitions * commands} took {max(slowest):.0f} ms."
    )
    return [Figure(name="command_p50_ms", values=tuple(values), floors=tuple(floors), bound=bound)]


def _enrolment(asker: Asking, concertation: str) -> Callable[[], Awaitable[object]]:
    async def enrol() -> object:
        return await asker.do("EnrolMember", concertationId=concertation, college="citoyens")

    return enrol


async def _milliseconds(work: Callable[[], Awaitable[object]], times: int) -> list[float]:
    taken = []
    for _ in range(times):
        start = perf_counter()
        await work()
        taken.append((perf_counter() - start) * 1000)
    return taken
