"""`running_exponent`: what more and more running concertations take, of memory and of time.

Their ledgers are written in bulk, and brought to life as after the loss of Temporal's data. What is there anyway is
left out: growth is what each size takes more than the smallest. Times are held against the yardstick of their time, and
told as they were taken, too. Few are over so soon that chance would speak: they are started several times.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.curve import above, exponent
from benchmarks.figure import Figure
from benchmarks.founding import found
from benchmarks.progress import say
from benchmarks.reviving import Life, Start, revived
from benchmarks.scale import sized
from benchmarks.stack import DataFolder, data_folder
from store.pool import Pool, open_pool

SIZES, MORE_SIZES, FEW_SIZES = (10, 100, 1_000), (10, 100, 1_000, 10_000), (2, 4, 8)
STARTS = {10: 7, 100: 7, 1_000: 3}
"""How often so many are started, each time with an empty Temporal; once, where nothing is said."""
_LOOK_EVERY = 0.5
_WITHIN = 1_200.0
_UNTOLD = """
    SELECT EXISTS (SELECT FROM outbox WHERE delivered_at IS NULL AND id > (SELECT after_outbox FROM delivery))
"""
_NOISE_MB, _NOISE_S = 1.0, 0.1


@dataclass(frozen=True)
class Size:
    """What so many running concertations take."""

    starts: Sequence[Start]
    life: Life

    def half(self, of: Callable[[Start], float]) -> float:
        """Give what half of the starts keep below."""
        return median(map(of, self.starts))

    @property
    def command(self) -> float:
        """Milliseconds that half of all commands keep below."""
        return median(command for start in self.starts for command in start.commands)

    @property
    def command_held(self) -> float:
        """The same, held against the yardstick of its start."""
        return median(command / start.at_commands for start in self.starts for command in start.commands)


async def running() -> list[Figure]:
    """Measure size by size, in one installation that grows."""
    found_so_far = 0
    sizes: dict[int, Size] = {}
    with data_folder() as folder:
        for size in sized(SIZES, small=FEW_SIZES, full=MORE_SIZES):
            temporal = await _founded(folder, size - found_so_far)
            found_so_far = size
            sizes[size] = await _measured(folder, size, temporal)
            _tell(size, sizes[size])
    return [_figure(sizes)]


async def _founded(folder: DataFolder, number: int) -> Path:
    """Write so many more ledgers, and wait until all is told; say in which file Temporal keeps what it knows."""
    began = perf_counter()
    with folder.stack(CONCERTATION_RECONCILE_EVERY="36000") as stack:
        pool = await open_pool(stack.database("worker"), application="bench", statement_timeout=60)
        await found(pool, number)
        await _told(pool)
        await pool.close()
        say(f"{number:,} written in {perf_counter() - began:.0f} s")
        return stack.data_dir / "temporal.db"


async def _told(pool: Pool) -> None:
    """Wait until nothing of the founding is still to be told to anybody: it would be taken for a part of the start."""
    given_up = perf_counter() + _WITHIN
    while await pool.fetchval(_UNTOLD):
        if perf_counter() > given_up:
            raise RuntimeError("what was written is not told")
        await asyncio.sleep(_LOOK_EVERY)


async def _measured(folder: DataFolder, size: int, temporal: Path) -> Size:
    starts = []
    for _ in range(1, STARTS.get(size, 1)):
        async with revived(folder, temporal) as revival:
            starts.append(await revival.start(size))
    async with revived(folder, temporal) as revival:
        starts.append(await revival.start(size))
        return Size(starts, await revival.life())


def _tell(size: int, at: Size) -> None:
    last = at.starts[-1]
    memory = ", ".join(f"{name} {mb:.0f} MB" for name, mb in last.memory.items())
    disk = ", ".join(f"{name} {kb / 1024:.1f} MB" for name, kb in at.life.disk.items())
    cpu = ", ".join(f"{name} {median(start.cpu[name] for start in at.starts):.1f} s" for name in last.cpu)
    used = [_used(start) for start in at.starts]
    loaded = at.half(lambda start: start.loaded)
    each, listing = at.half(lambda start: start.each), at.half(lambda start: start.listing)
    yardstick = (
        at.half(lambda start: start.at_load),
        at.half(lambda start: start.at_asking),
        at.half(lambda start: start.at_commands),
    )
    say(
        f"{size:,} running: loaded {loaded:.1f} s after the start, of processor {cpu} ({min(used):.2f} to "
        f"{max(used):.2f} s, started {len(used)} times); {memory}; asked for each in {each:.2f} s, by list in "
        f"{listing:.2f} s; a command {at.command:.0f} ms; at rest {at.life.rest:.1%} of a processor; on disk "
        f"{disk}; the yardstick took " + ", ".join(f"{milliseconds:.2f} ms" for milliseconds in yardstick)
    )


def _figure(sizes: Mapping[int, Size]) -> Figure:
    most = max(sizes)
    largest = sizes[most]
    taken = {size: at.half(_used) for size, at in sizes.items()}
    held = {size: at.half(lambda start: _used(start) / start.at_load) for size, at in sizes.items()}
    exponents = {
        "memory": exponent(above({size: at.half(_resident) for size, at in sizes.items()}, _NOISE_MB)),
        "start": exponent(above(held, _NOISE_S / largest.starts[-1].at_load)),
        "asking for each": exponent(
            {size: at.half(lambda start: start.each / start.at_asking) for size, at in sizes.items()}
        ),
        "a command to each": 1 + exponent({size: at.command_held for size, at in sizes.items()}),
    }
    for name, grown in exponents.items():
        say(f"{name}: exponent {grown:.2f}")
    for size, seconds in above(taken, _NOISE_S).items():
        say(f"{1000 * seconds / size:.1f} ms of processor to begin each of {size:,}")
    as_taken = exponent(above(taken, _NOISE_S))
    say(f"start, as it was taken: exponent {as_taken:.2f}")
    worst = max(exponents, key=exponents.__getitem__)
    said = ", ".join(f"{name} {grown:.2f}" for name, grown in exponents.items())
    (smallest, base), *_ = taken.items()
    start = 1000 * (taken[most] - base) / (most - smallest)
    last = largest.starts[-1]
    return Figure(
        name="running_exponent",
        values=(exponents[worst],),
        bound=f"Of {said}; the start as it was taken, not held against the yardstick: {as_taken:.2f}. {start:.0f} ms "
        f"of processor to begin one, most of it Temporal's; {most:,} take {last.memory['worker']:.0f} MB in the "
        f"worker, which keeps 1,000 in memory, and {last.memory['temporal']:.0f} MB in Temporal; at rest "
        f"{largest.life.rest:.1%} of a processor.",
    )


def _used(start: Start) -> float:
    return sum(start.cpu.values())


def _resident(start: Start) -> float:
    return start.memory["worker"] + start.memory["temporal"]
