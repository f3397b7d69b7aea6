"""Brings all concertations of an installation to life again after Temporal has lost its data, and measures that.

Everything is started with an empty Temporal, the worker reconciles, and each concertation's process is loaded from its
ledger. What is asked of it afterwards is measured, too: Temporal's list, commands, rest, memory and disk.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from uuid import uuid4

import asyncpg
import psutil
from temporalio.client import Client

from benchmarks.play import COORDINATOR
from benchmarks.scale import sized
from benchmarks.stack import DataFolder, Stack
from benchmarks.yardstick import Yardstick
from domain import acts
from domain.acts import Actor, Command
from server.reconciling import reconcile
from server.settings import Settings
from store.pool import Pool, open_pool
from store.replies import Accepted
from workflows.commanding import Dispatch
from workflows.connecting import connect
from workflows.running import listed

COMMANDS = 70
"""At each start, each to another concertation, drawn by lot: of ten thousand most are in no worker's memory."""
REST = 60.0
"""Seconds of rest, in which the worker reconciles once, as it does where nothing else is set."""
_SEED = 6
_LOOK_EVERY = 0.5
_CALM = 0.15
"""Seconds of processor time a second below which nothing is under way."""
_LEAST = 0.01
"""Seconds that nobody brings one to life within: so it is looked the less often, the more are still missing."""
_WITHIN = 1_200.0
_FEW = 20
_RUNNING = "WorkflowType = 'ConcertationWorkflow' AND ExecutionStatus = 'Running'"
_SERVICES = ("temporal", "worker", "postgres")


@dataclass(frozen=True, kw_only=True)
class Start:
    """What it takes to bring all to life once."""

    #: Seconds from the start of everything until all were loaded.
    loaded: float
    #: Seconds of processor by service until then.
    cpu: dict[str, float]
    #: MB of resident memory by service then.
    memory: dict[str, float]
    #: Seconds of asking Temporal for each one, and of asking for its list.
    each: float
    listing: float
    #: Milliseconds of each command.
    commands: tuple[float, ...]
    #: Milliseconds of the yardstick while all were loaded, while they were asked for, and while they were commanded.
    at_load: float
    at_asking: float
    at_commands: float


@dataclass(frozen=True, kw_only=True)
class Life:
    """What they take once they run."""

    #: Processor time of all services at rest, in seconds a second.
    rest: float
    #: KB on disk by server.
    disk: dict[str, float]


@dataclass(frozen=True)
class Revival:
    """An installation that was just started with an empty Temporal."""

    _stack: Stack
    _pool: Pool
    _client: Client
    _queue: str
    _yardstick: Yardstick
    _began: float

    async def start(self, size: int) -> Start:
        """Wait until all of them are loaded, ask for them, and command some."""
        loaded = await self._all_loaded(size) - self._began
        cpu, memory = _cpu(self._stack), _memory(self._stack)
        at_load = self._yardstick.lap()
        begun = perf_counter()
        await reconcile(self._pool, self._client, self._queue)
        each = perf_counter() - begun
        at_asking = self._yardstick.lap(_FEW)
        begun = perf_counter()
        await reconcile(self._pool, self._client, self._queue, await listed(self._client, self._queue))
        listing = perf_counter() - begun
        async with self._pool.acquire() as connection:
            rows = await connection.fetch("SELECT id FROM concertation ORDER BY id")
        self._yardstick.lap()
        commands = [
            await self._command(concertation) for concertation in _drawn([str(row["id"]) for row in rows])
        ]
        return Start(
            loaded=loaded,
            cpu=cpu,
            memory=memory,
            each=each,
            listing=listing,
            commands=tuple(1000 * seconds for seconds in commands),
            at_load=at_load,
            at_asking=at_asking,
            at_commands=self._yardstick.lap(_FEW),
        )

    async def life(self) -> Life:
        """Leave all at rest for a while."""
        await _calm(self._stack)
        before = sum(_cpu(self._stack).values())
        await asyncio.sleep(sized(REST, small=1.0))
        return Life(
            rest=(sum(_cpu(self._stack).values()) - before) / sized(REST, small=1.0),
            disk=await _disk(self._stack),
        )

    async def _all_loaded(self, size: int) -> float:
        """Wait until every workflow runs and has loaded its process, which the processors tell; say when that was."""
        given_up = perf_counter() + _WITHIN
        # A number, not the list, and seldom: Temporal counts one by one, and nobody else asks that of it.
        while (begun := (await self._client.count_workflows(_RUNNING)).count) < size:
            if perf_counter() > given_up:
                raise RuntimeError(f"of {size} only {begun} run")
            await asyncio.sleep(max(_LOOK_EVERY, (size - begun) * _LEAST))
        return await _calm(self._stack)

    async def _command(self, concertation: str) -> float:
        """Enrol somebody; give the seconds until the reply."""
        command = Command(
            id=str(uuid4()),
            concertation=concertation,
            actor=Actor(member=COORDINATOR),
            act=acts.EnrolMember(member=str(uuid4()), college="citoyens"),
        )
        start = perf_counter()
        reply = await Dispatch(self._client, self._queue, within=10).send(command)
        taken = perf_counter() - start
        if not isinstance(reply, Accepted):
            raise RuntimeError(f"the command was refused: {reply}")
        return taken


@asynccontextmanager
async def revived(folder: DataFolder, temporal: Path) -> AsyncIterator[Revival]:
    """Start everything without `temporal`, the file in which Temporal kept what it knew."""
    for file in temporal.parent.glob(f"{temporal.name}*"):
        file.unlink()
    began = perf_counter()
    settings = Settings()
    with Yardstick() as yardstick, folder.stack() as stack:
        client = await connect(stack.temporal_address, settings.temporal_namespace)
        pool = await open_pool(stack.database("worker"), application="bench", statement_timeout=60)
        yield Revival(stack, pool, client, settings.task_queue, yardstick, began)
        await pool.close()


def _drawn(ids: list[str]) -> list[str]:
    return random.Random(_SEED).sample(ids, min(len(ids), sized(COMMANDS, small=4)))


async def _calm(stack: Stack) -> float:
    """Wait until nothing is under way for two looks; say when it was over."""
    used, quiet_since = sum(_cpu(stack).values()), perf_counter()
    while True:
        await asyncio.sleep(_LOOK_EVERY)
        before, used = used, sum(_cpu(stack).values())
        if used - before >= _CALM * _LOOK_EVERY:
            quiet_since = perf_counter()
        elif perf_counter() - quiet_since >= 2 * _LOOK_EVERY:
            return quiet_since


def _cpu(stack: Stack) -> dict[str, float]:
    return {name: sum(map(_used, _family(stack, name))) for name in _SERVICES}


def _used(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):  # PostgreSQL's processes come and go
        times = process.cpu_times()
        return float(times.user + times.system)
    return 0.0


def _memory(stack: Stack) -> dict[str, float]:
    """Give the resident memory by service in MB; of PostgreSQL's processes what each has for itself."""
    return {
        name: sum(_held(one, name == "postgres") for one in _family(stack, name)) / 2**20
        for name in _SERVICES
    }


def _held(process: psutil.Process, shares: bool) -> float:
    with suppress(psutil.NoSuchProcess):
        return float(process.memory_full_info().uss if shares else process.memory_info().rss)
    return 0.0


def _family(stack: Stack, name: str) -> list[psutil.Process]:
    process = psutil.Process(stack.pids[name])
    return [process, *process.children(recursive=True)]


async def _disk(stack: Stack) -> dict[str, float]:
    connection = await asyncpg.connect(stack.superuser)
    try:
        database: int = await connection.fetchval("SELECT pg_database_size(current_database())")
    finally:
        await connection.close()
    return {"postgres": database / 1024, "temporal": _size(stack.data_dir / "temporal.db") / 1024}


def _size(file: Path) -> int:
    return sum(one.stat().st_size for one in file.parent.glob(f"{file.name}*"))
