"""`seal_2m_s`, `seal_p99_ratio`, `peak_rss_mb`: sealing very many, while others contribute elsewhere.

The real worker seals, in its child process, asked by a workflow of our own; seven times the same set, whose root must
be the same. Windows with a sealing and without take turns; in all, 32 clients contribute to another concertation.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from uuid import uuid4

import asyncpg
import psutil
from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.records import Records
from benchmarks.clients import Load
from benchmarks.crowd import Crowd
from benchmarks.figure import Figure
from benchmarks.meanwhile import CLIENTS, Elsewhere
from benchmarks.opening import open_for
from benchmarks.progress import say
from benchmarks.scale import sized
from benchmarks.stack import Stack
from domain.acts import SealFigures
from server.settings import Settings
from workflows.connecting import connect
from workflows.patience import LONG

PAIRS = 7
LEAST = 4.0
"""Seconds that a window lasts at least."""
WARM_UP = 5.0
"""Seconds before the first window."""
_QUEUE = "bench-sealing"
_LOOK_EVERY = 0.05


@workflow.defn
class Sealing:
    """Asks the worker to seal a set."""

    @workflow.run
    async def run(self, concertation: str, stage: str, queue: str) -> SealFigures:
        """Ask."""
        there = workflow.ActivityConfig(**LONG, task_queue=queue)
        return await workflow.execute_activity_method(Records.seal, args=[concertation, 1, stage], **there)


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One window without a sealing, one with."""

    quiet: Load
    busy: Load
    #: Seconds of the sealing, of the slowest if there were several.
    seconds: float
    #: The largest resident memory of each process, in MB.
    memory: dict[str, float]


async def sealing(stack: Stack, crowd: Crowd) -> list[Figure]:
    """Seal, and let others contribute."""
    elsewhere = Elsewhere(stack, await open_for(stack, 0))
    sealed = _Sealed(stack, crowd)
    client = await connect(stack.temporal_address, Settings().temporal_namespace)
    runner = UnsandboxedWorkflowRunner()
    async with Worker(client, task_queue=_QUEUE, workflows=[Sealing], workflow_runner=runner):
        await _quiet(elsewhere, sized(WARM_UP, small=0.0))
        pairs = []
        seconds = _least()
        for number in range(sized(PAIRS, small=1)):
            if number % 2:
                busy, seconds, memory = await _busy(stack, client, sealed, elsewhere)
                quiet = await _quiet(elsewhere, seconds)
            else:
                quiet = await _quiet(elsewhere, seconds)
                busy, seconds, memory = await _busy(stack, client, sealed, elsewhere)
            pairs.append(Pair(quiet=quiet, busy=busy, seconds=seconds, memory=memory))
            say(
                f"{number + 1}: sealed {crowd.of:,} in {seconds:.1f} s, child {memory['child']:.0f} MB; elsewhere "
                f"{busy.rate:.0f} a second, p99 {busy.p99 * 1000:.0f} ms; without a sealing {quiet.rate:.0f} a second, "
                f"p99 {quiet.p99 * 1000:.0f} ms"
            )
    return _figures(crowd, pairs)


def _least() -> float:
    return sized(LEAST, small=1.0)


async def _quiet(elsewhere: Elsewhere, seconds: float) -> Load:
    end = perf_counter() + max(seconds, _least())
    return await elsewhere.load(lambda: perf_counter() >= end)


async def _busy(
    stack: Stack, client: Client, sealed: _Sealed, elsewhere: Elsewhere
) -> tuple[Load, float, dict[str, float]]:
    """Seal while others contribute; give how they fared, how long it took, and who used how much memory."""
    memory = _Memory(stack)
    looking = asyncio.create_task(memory.look())
    task = asyncio.create_task(sealed.again(client))
    load = await elsewhere.load(task.done)
    taken = await task
    looking.cancel()
    with suppress(asyncio.CancelledError):
        await looking
    return load, taken, memory.largest


class _Sealed:
    """The set, held shut, and the figures that every sealing must give."""

    def __init__(self, stack: Stack, crowd: Crowd) -> None:
        self._stack = stack
        self._crowd = crowd
        self._figures: SealFigures | None = None

    async def again(self, client: Client) -> float:
        """Seal as if for the first time, and again until the window is long enough; give the slowest's seconds."""
        start, slowest = perf_counter(), 0.0
        while perf_counter() - start < _least():
            await self._forget()
            begun = perf_counter()
            figures = await client.execute_workflow(
                Sealing.run,
                args=[str(self._crowd.concertation), self._crowd.stage, Settings().task_queue],
                id=f"bench-{uuid4()}",
                task_queue=_QUEUE,
            )
            slowest = max(slowest, perf_counter() - begun)
            if figures.count != self._crowd.of or self._figures not in (None, figures):
                raise RuntimeError(f"the seal changed: {figures} after {self._figures}")
            self._figures = figures
        return slowest

    async def _forget(self) -> None:
        """Shut the stage, and drop what the sealing before has kept."""
        owner = await asyncpg.connect(self._stack.superuser)
        try:
            await owner.execute("SET session_replication_role = replica")
            named = self._crowd.concertation, self._crowd.stage
            await owner.execute(
                "UPDATE stage SET state = 'sealing' WHERE concertation = $1 AND key = $2", *named
            )
            await owner.execute("DELETE FROM seal_branch WHERE concertation = $1 AND stage = $2", *named)
        finally:
            await owner.close()


class _Memory:
    """The largest resident memory of our processes, as the kernel keeps it."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self.largest = dict.fromkeys(("child", "worker", "api"), 0.0)

    async def look(self) -> None:
        """Look until cancelled."""
        worker = psutil.Process(self._stack.pids["worker"])
        while True:
            for name in ("worker", "api"):
                self._note(name, self._stack.pids[name])
            for child in worker.children():
                with suppress(psutil.NoSuchProcess):
                    if "store.sealing_process" in child.cmdline():
                        self._note("child", child.pid)
            await asyncio.sleep(_LOOK_EVERY)

    def _note(self, name: str, pid: int) -> None:
        with suppress(FileNotFoundError, ProcessLookupError), open(f"/proc/{pid}/status") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    self.largest[name] = max(self.largest[name], int(line.split()[1]) / 1024)


def _figures(crowd: Crowd, pairs: list[Pair]) -> list[Figure]:
    rates = median(pair.busy.rate for pair in pairs), median(pair.quiet.rate for pair in pairs)
    p99 = median(pair.busy.p99 for pair in pairs) * 1000, median(pair.quiet.p99 for pair in pairs) * 1000
    memory = {name: max(pair.memory[name] for pair in pairs) for name in pairs[0].memory}
    return [
        Figure(
            name="seal_2m_s",
            values=tuple(pair.seconds for pair in pairs),
            bound=f"Hashing and reading {crowd.of:,} leaves on what {CLIENTS} clients, who contribute elsewhere "
            f"({rates[0]:.0f} a second), leave of two processors. The same root {len(pairs)} times.",
        ),
        Figure(
            name="seal_p99_ratio",
            values=tuple(pair.busy.p99 / pair.quiet.p99 for pair in pairs),
            bound=f"The child and its statements, on two processors that are full without them: p99 {p99[0]:.0f} ms "
            f"and {rates[0]:.0f} a second while it seals, {p99[1]:.0f} ms and {rates[1]:.0f} a second otherwise.",
        ),
        Figure(
            name="peak_rss_mb",
            values=tuple(max(pair.memory.values()) for pair in pairs),
            bound=f"Sealing {crowd.of:,}: at most {memory['child']:.0f} MB in the child, {memory['worker']:.0f} MB in "
            f"the worker, {memory['api']:.0f} MB in the API, which has served all of the above.",
        ),
    ]
