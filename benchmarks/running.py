"""`running_exponent`: what more and more running concertations take, of memory and of time.

Their ledgers are written in bulk while Temporal knows nothing of them. Then everything is started with an empty
Temporal, as after the loss of its data, and the worker brings all to life from their ledgers. What is there anyway is
left out: growth is what each size takes more than the smallest. A processor that is shared with others is faster at one
time and slower at another, by up to a half; so times are held against that of a fixed piece of work, done meanwhile.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from uuid import uuid4

import asyncpg
import psutil
from temporalio.client import Client

from benchmarks.curve import above, exponent
from benchmarks.figure import Figure
from benchmarks.founding import found
from benchmarks.play import COORDINATOR
from benchmarks.progress import say
from benchmarks.scale import sized
from benchmarks.stack import Stack, data_folder
from domain import acts
from domain.acts import Actor, Command
from server.reconciling import reconcile
from server.settings import Settings
from store.pool import Pool, open_pool
from store.replies import Accepted
from workflows.commanding import Dispatch
from workflows.connecting import connect
from workflows.running import listed

SIZES, MORE_SIZES, FEW_SIZES = (10, 100, 1_000), (10, 100, 1_000, 10_000), (2, 4, 8)
COMMANDS = 40
"""Each to another concertation, drawn by lot: most of ten thousand are in no worker's memory."""
REST = 60.0
"""Seconds of rest, in which the worker reconciles once, as it does where nothing else is set."""
_SEED = 6
_LOOK_EVERY = 0.5
_CALM = 0.15
"""Seconds of processor time a second below which nothing is under way."""
_WITHIN = 1_200.0
_WORK = 100_000
"""Steps of the fixed piece of work: some milliseconds."""
_FEW = 20
_UNTOLD = """
    SELECT EXISTS (SELECT FROM outbox WHERE delivered_at IS NULL AND id > (SELECT after_outbox FROM delivery))
"""
_RUNNING = "WorkflowType = 'ConcertationWorkflow' AND ExecutionStatus = 'Running'"
_NOISE_MB, _NOISE_S = 1.0, 0.1
_SERVICES = ("temporal", "worker", "postgres")


@dataclass(frozen=True, kw_only=True)
class Size:
    """What so many running concertations take."""

    #: Seconds until all were loaded after Temporal had lost them, and the processor time by service until then.
    loaded: float
    startup: dict[str, float]
    #: MB of resident memory by service.
    memory: dict[str, float]
    #: Seconds of asking for each one, and of asking for the list.
    each: float
    listing: float
    #: Milliseconds of half of the commands.
    command: float
    #: Processor time of all services at rest, in seconds a second.
    rest: float
    #: KB on disk by server.
    disk: dict[str, float]
    #: Milliseconds of processor that the fixed piece of work took, while all were loaded, asked for, and commanded.
    floors: tuple[float, float, float]


async def running() -> list[Figure]:
    """Measure size by size, in one installation that grows."""
    found_so_far = 0
    sizes: dict[int, Size] = {}
    with data_folder() as folder:
        for size in sized(SIZES, small=FEW_SIZES, full=MORE_SIZES):
            with folder.stack(CONCERTATION_RECONCILE_EVERY="36000") as stack:
                began = perf_counter()
                pool = await _pool(stack)
                await found(pool, size - found_so_far)
                await _told(pool)
                await pool.close()
                say(f"{size - found_so_far:,} written in {perf_counter() - began:.0f} s")
                temporal = stack.data_dir / "temporal.db"
            found_so_far = size
            for file in temporal.parent.glob(f"{temporal.name}*"):
                file.unlink()
            began = perf_counter()
            with folder.stack() as stack:
                sizes[size] = await _measured(stack, size, began)
            _tell(size, sizes[size])
    return [_figure(sizes)]


async def _pool(stack: Stack) -> Pool:
    return await open_pool(stack.database("worker"), application="bench", statement_timeout=60)


async def _told(pool: Pool) -> None:
    """Wait until nothing of the founding is still to be told to anybody: it would be taken for a part of the start."""
    given_up = perf_counter() + _WITHIN
    while await pool.fetchval(_UNTOLD):
        if perf_counter() > given_up:
            raise RuntimeError("what was written is not told")
        await asyncio.sleep(_LOOK_EVERY)


async def _measured(stack: Stack, size: int, began: float) -> Size:
    settings = Settings()
    client = await connect(stack.temporal_address, settings.temporal_namespace)
    pool = await _pool(stack)
    async with pool.acquire() as connection:
        rows = await connection.fetch("SELECT id FROM concertation")
    ids = [str(row["id"]) for row in rows]
    at_load, at_asking, at_commands = Floor(), Floor(), Floor()
    loaded = await _all_loaded(stack, client, size, at_load) - began
    startup, memory = _cpu(stack), _memory(stack)
    at_asking.take(_FEW)
    start = perf_counter()
    await reconcile(pool, client, settings.task_queue)
    each = perf_counter() - start
    at_asking.take(_FEW)
    start = perf_counter()
    await reconcile(pool, client, settings.task_queue, await listed(client, settings.task_queue))
    listing = perf_counter() - start
    commands = []
    for concertation in _drawn(ids):
        at_commands.take()
        commands.append(await _command(client, settings.task_queue, concertation))
    await _calm(stack)
    before = sum(_cpu(stack).values())
    await asyncio.sleep(sized(REST, small=1.0))
    rest = (sum(_cpu(stack).values()) - before) / sized(REST, small=1.0)
    await pool.close()
    return Size(
        loaded=loaded,
        startup=startup,
        memory=memory,
        each=each,
        listing=listing,
        command=1000 * median(commands),
        rest=rest,
        disk=await _disk(stack),
        floors=(at_load.middle(), at_asking.middle(), at_commands.middle()),
    )


class Floor:
    """How fast the processor is at the time: what a fixed piece of work takes of it."""

    def __init__(self) -> None:
        """Begin with none."""
        self._taken: list[float] = []

    def take(self, times: int = 1) -> None:
        """Do the work so many times."""
        for _ in range(times):
            start = process_time()
            sum(number & 7 for number in range(_WORK))
            self._taken.append(1000 * (process_time() - start))

    def middle(self) -> float:
        """Give the milliseconds of the middle one."""
        return median(self._taken)


def _drawn(ids: list[str]) -> list[str]:
    return random.Random(_SEED).sample(ids, min(len(ids), sized(COMMANDS, small=4)))


async def _all_loaded(stack: Stack, client: Client, size: int, floor: Floor) -> float:
    """Wait until every workflow runs and has loaded its process, which the processors tell; say when that was."""
    given_up = perf_counter() + _WITHIN
    # A number, not the list: to make that of thousands every half second is work that nobody else asks of Temporal.
    while (begun := (await client.count_workflows(_RUNNING)).count) < size:
        if perf_counter() > given_up:
            raise RuntimeError(f"of {size} only {begun} run")
        floor.take()
        await asyncio.sleep(_LOOK_EVERY)
    floor.take()
    return await _calm(stack)


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


async def _command(client: Client, queue: str, concertation: str) -> float:
    """Enrol somebody; give the seconds until the reply."""
    command = Command(
        id=str(uuid4()),
        concertation=concertation,
        actor=Actor(member=COORDINATOR),
        act=acts.EnrolMember(member=str(uuid4()), college="citoyens"),
    )
    start = perf_counter()
    reply = await Dispatch(client, queue, within=10).send(command)
    taken = perf_counter() - start
    if not isinstance(reply, Accepted):
        raise RuntimeError(f"the command was refused: {reply}")
    return taken


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


def _tell(size: int, at: Size) -> None:
    memory = ", ".join(f"{name} {mb:.0f} MB" for name, mb in at.memory.items())
    disk = ", ".join(f"{name} {kb / 1024:.1f} MB" for name, kb in at.disk.items())
    startup = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in at.startup.items())
    say(
        f"{size:,} running: loaded {at.loaded:.1f} s after the start, of processor {startup}; {memory}; asked "
        f"for each in {at.each:.2f} s, by list in {at.listing:.2f} s; a command {at.command:.0f} ms; at rest "
        f"{at.rest:.1%} of a processor; on disk {disk}; the fixed work took "
        + ", ".join(f"{milliseconds:.1f} ms" for milliseconds in at.floors)
    )


def _figure(sizes: Mapping[int, Size]) -> Figure:
    most = max(sizes)
    largest = sizes[most]
    both = {size: at.memory["worker"] + at.memory["temporal"] for size, at in sizes.items()}
    startup = {size: sum(at.startup.values()) / at.floors[0] for size, at in sizes.items()}
    exponents = {
        "memory": exponent(above(both, _NOISE_MB)),
        "start": exponent(above(startup, _NOISE_S / largest.floors[0])),
        "asking for each": exponent({size: at.each / at.floors[1] for size, at in sizes.items()}),
        "a command to each": 1 + exponent({size: at.command / at.floors[2] for size, at in sizes.items()}),
    }
    for name, grown in exponents.items():
        say(f"{name}: exponent {grown:.2f}")
    worst = max(exponents, key=exponents.__getitem__)
    said = ", ".join(f"{name} {grown:.2f}" for name, grown in exponents.items())
    (smallest, base), *_ = sizes.items()
    start = 1000 * (sum(largest.startup.values()) - sum(base.startup.values())) / (most - smallest)
    return Figure(
        name="running_exponent",
        values=(exponents[worst],),
        bound=f"Of {said}. {start:.0f} ms of processor to begin one, most of it Temporal's; {most:,} take "
        f"{largest.memory['worker']:.0f} MB in the worker, which keeps 1,000 in memory, and "
        f"{largest.memory['temporal']:.0f} MB in Temporal; at rest {largest.rest:.1%} of a processor.",
    )
