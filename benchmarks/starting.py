"""`help_s`, `up_ready_s`, `rss_api_mb`, `rss_worker_mb`: how soon it is there, and how much room it takes."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from time import perf_counter

import psutil

from benchmarks.asking import asking
from benchmarks.figure import Figure
from benchmarks.progress import say
from benchmarks.scale import sized
from benchmarks.stack import CONCERTATION, Stack, data_folder

HELPS = 9
STARTS = 3
WARM_UP = 30
"""Commands, and queries of each kind, before memory is read."""
QUIET = 3.0
"""Seconds of rest before memory is read."""
_PROCESSES = ("api", "worker")


async def help_s() -> list[Figure]:
    """Time `concertation --help` from outside, once it has been called."""
    _timed(CONCERTATION, "--help")
    helps = sized(HELPS, small=1)
    values = tuple(_timed(CONCERTATION, "--help") for _ in range(helps))
    floors = tuple(_timed(sys.executable, "-c", "pass") for _ in range(helps))
    bound = "Starting Python, then importing asyncio; no subcommand is imported before it is called."
    return [Figure(name="help_s", values=values, floors=floors, bound=bound)]


def _timed(*command: object) -> float:
    start = perf_counter()
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)
    return perf_counter() - start


async def standing() -> list[Figure]:
    """Start the stack on a folder that it knows, use it a little, let it rest, and look at its memory."""
    ready: list[float] = []
    fresh: dict[str, list[float]] = {name: [] for name in _PROCESSES}
    idle: dict[str, list[float]] = {name: [] for name in _PROCESSES}
    with data_folder() as folder:
        for _ in range(sized(STARTS, small=1)):
            with folder.stack() as stack:
                ready.append(stack.ready_in)
                _weigh(stack, fresh)
                await _use(stack)
                await asyncio.sleep(sized(QUIET, small=0.0))
                _weigh(stack, idle)
                milestones = ", ".join(f"{name} after {seconds:.1f} s" for name, seconds in stack.milestones)
                megabytes = ", ".join(f"{name} {values[-1]:.0f} MB" for name, values in idle.items())
                say(f"ready in {ready[-1]:.2f} s ({milestones}); {megabytes}")
    return [
        Figure(
            name="up_ready_s",
            values=tuple(ready),
            bound=f"Importing, in worker and API side by side: {milestones}.",
        ),
        *(
            Figure(
                name=f"rss_{name}_mb",
                values=tuple(idle[name]),
                bound=f"What is imported: {min(fresh[name]):.0f} MB before the first request.",
            )
            for name in _PROCESSES
        ),
    ]


def _weigh(stack: Stack, into: dict[str, list[float]]) -> None:
    for name, values in into.items():
        values.append(psutil.Process(stack.pids[name]).memory_info().rss / 1e6)


async def _use(stack: Stack) -> None:
    async with asking(stack, "coordinator") as asker:
        concertation = await asker.draft()
        for _ in range(sized(WARM_UP, small=2)):
            await asker.do("EnrolMember", concertationId=concertation, college="citoyens")
            await asker.ask("Concertation", id=concertation)
            await asker.ask("Members", id=concertation)
