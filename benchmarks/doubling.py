"""`api_2_speedup`: what a second process of the API adds, for those who read and those who contribute.

Two processes of one `concertation up --api 2`, on one database. Each is held to a processor of its own; clients ask one
of them, and then both, in short windows by turns. PostgreSQL and the clients run where there is room: with two
processors, that is beside the second process, so what is added is bounded by what they leave. What it would be with
processors of their own follows from the processor time of a request.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from statistics import median

import psutil

from benchmarks.clients import Load
from benchmarks.figure import Figure
from benchmarks.guarding import HIGH, PAGE, PATIENT, Audience, Door
from benchmarks.opening import open_for
from benchmarks.progress import say
from benchmarks.scale import sized
from benchmarks.stack import Stack, data_folder

ROUNDS = 7
TURNS = 4
"""Windows of one and of both in one round."""

Asking = Callable[[Door], Awaitable[Load]]


@dataclass(frozen=True, kw_only=True)
class Window:
    """How one process, or both, fared."""

    #: Requests answered in a second, by all that were asked.
    rate: float
    #: Milliseconds of processor time for one request: of the API, of PostgreSQL, of the clients.
    api: float
    postgres: float
    clients: float


async def doubling() -> list[Figure]:
    """Measure both kinds of requests, by turns."""
    reading: list[tuple[Window, Window]] = []
    submitting: list[tuple[Window, Window]] = []
    with data_folder() as folder, folder.stack("--api", "2", **HIGH | PATIENT) as stack:
        audience = Audience(stack, str((await open_for(stack, 0)).concertation))
        doors = [Door.at(url) for _, url in sorted(stack.api_urls.items())]
        apis = [psutil.Process(stack.pids[name]) for name in sorted(stack.api_urls)]
        with _held(apis):
            for door in doors:
                await audience.submit(door)
                await audience.read(door)
            for _ in range(sized(ROUNDS, small=1)):
                submitting.append(await _compared("contributions", audience.submit, stack, apis, doors))
                reading.append(await _compared(f"pages of {PAGE}", audience.read, stack, apis, doors))
    return [_figure(reading, submitting)]


class _held:
    """Holds each process to a processor of its own, for the length of a block, where there are enough."""

    def __init__(self, processes: Sequence[psutil.Process]) -> None:
        self._processes = processes
        self._all = os.sched_getaffinity(0)

    def __enter__(self) -> None:
        for processor, process in zip(sorted(self._all), self._processes, strict=False):
            self._hold(process, {processor})

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            with suppress(psutil.NoSuchProcess):
                self._hold(process, self._all)

    @staticmethod
    def _hold(process: psutil.Process, processors: set[int]) -> None:
        for thread in process.threads():
            with suppress(ProcessLookupError):
                os.sched_setaffinity(thread.id, processors)


async def _compared(
    what: str, asked: Asking, stack: Stack, apis: Sequence[psutil.Process], doors: Sequence[Door]
) -> tuple[Window, Window]:
    """Give the middle window of one process and of both."""
    seen: dict[int, list[Window]] = {1: [], 2: []}
    for turn in range(sized(TURNS, small=1)):
        for number in (1, 2) if turn % 2 else (2, 1):
            seen[number].append(await _window(asked, stack, apis, doors[:number]))
    one, both = (sorted(seen[number], key=lambda w: w.rate)[len(seen[number]) // 2] for number in (1, 2))
    say(
        f"{one.rate:.0f} {what} a second of one process, {both.rate:.0f} of two: {both.rate / one.rate:.2f}; processor "
        f"time of each: API {both.api:.2f} ms, PostgreSQL {both.postgres:.2f} ms, client {both.clients:.2f} ms"
    )
    return one, both


async def _window(
    asked: Asking, stack: Stack, apis: Sequence[psutil.Process], doors: Sequence[Door]
) -> Window:
    postgres = psutil.Process(stack.pids["postgres"])
    families = (apis, [postgres, *postgres.children()], [psutil.Process()])
    before = [sum(map(_used, family)) for family in families]
    loads = await asyncio.gather(*map(asked, doors))
    after = [sum(map(_used, family)) for family in families]
    requests = sum(load.requests for load in loads)
    api, database, clients = (
        1000 * (late - early) / requests for early, late in zip(before, after, strict=True)
    )
    return Window(rate=sum(load.rate for load in loads), api=api, postgres=database, clients=clients)


def _used(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        return float(times.user + times.system)
    return 0.0


def _figure(reading: Sequence[tuple[Window, Window]], submitting: Sequence[tuple[Window, Window]]) -> Figure:
    return Figure(
        name="api_2_speedup",
        values=tuple(both.rate / one.rate for one, both in reading),
        bound=f"{_said(f'Pages of {PAGE}', reading)} {_said('Contributions', submitting)}",
    )


def _said(what: str, windows: Sequence[tuple[Window, Window]]) -> str:
    """Say what was measured, what these processors allow, and what a second process adds where there are enough."""
    one, both = (median(window.rate for window in side) for side in zip(*windows, strict=True))
    alone = median(window.api for window, _ in windows)
    api = median(window.api for _, window in windows)
    others = median(window.postgres + window.clients for _, window in windows)
    here = min(2.0, (os.cpu_count() or 1) * alone / (api + others))
    return (
        f"{what}: {one:.0f} a second with one, {both:.0f} with two, {both / one:.2f} times; each takes {api:.2f} ms of "
        f"the API and {others:.2f} ms of PostgreSQL and client, so {here:.2f} is the most on these processors, and "
        f"{min(2.0, 2 * alone / api):.2f} where those have their own."
    )
