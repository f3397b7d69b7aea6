"""`contributions_exponent`, `seal_exponent`: what takes longer among more contributions, and how much.

Installations of 20,000 and more are asked in turn: for a submission, a page, the counts, a search; at the end, each
set is sealed. Flat is 0: among a hundred times as many it takes as long.

A search is told beside: it looks through no more than a bounded number of rows, so among few it grows with them, and
among very many it does not; what fits between says where the bound is. Its own figure is `search_p95_ms`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from statistics import fmean, median
from time import perf_counter
from typing import Any

import asyncpg

from activities.sealing import seal_in_a_child
from benchmarks.asking import asking
from benchmarks.crowd import Crowd
from benchmarks.curve import exponent
from benchmarks.figure import Figure
from benchmarks.finding import FILTERS, WORDS, Held, known
from benchmarks.meanwhile import Elsewhere
from benchmarks.progress import say
from benchmarks.scale import sized
from benchmarks.stack import Stack
from store.concertations import process
from store.pool import open_pool
from store.sealing import entitled

ROUNDS = 7
TURNS, SUBMISSIONS = 8, 5
"""Of one round: so often so many, one after the other."""
PAGES, COUNTS = 10, 3
"""Of one round, of each place and of each filter."""
SEALS = 3

Work = Callable[[Held, Elsewhere], Awaitable[float]]
"""Asks one thing of an installation, and gives the seconds that it took."""


async def growing(installations: Sequence[tuple[Stack, Crowd]]) -> list[Figure]:
    """Ask all of them, in turn; their stages are open, and sealed at the end."""
    taken: dict[str, dict[int, list[float]]] = {}
    async with AsyncExitStack() as open_:
        held = []
        for stack, crowd in installations:
            await _set_state(stack, crowd, "open")
            client = await open_.enter_async_context(asking(stack, "coordinator"))
            one = Held(client=client, crowd=crowd, **await known(stack, crowd))
            held.append((one, Elsewhere(stack, crowd)))
        for number in range(sized(ROUNDS, small=1)):
            for name, (times, works) in _works().items():
                for size, seconds in (await _in_turn(times, works, held)).items():
                    taken.setdefault(name, {}).setdefault(size, []).append(seconds)
            say(f"{number + 1}: {_told(taken)}")
    grown = {
        name: exponent({size: median(each) for size, each in sizes.items()}) for name, sizes in taken.items()
    }
    seals = [await _seals(stack, crowd) for stack, crowd in installations]
    return [_flatness(grown, taken), _sealing(installations, seals)]


def _works() -> dict[str, tuple[int, list[Work]]]:
    """Give what is asked in one round, by its name, and how often each."""

    async def submission(held: Held, people: Elsewhere) -> float:
        return 1 / (await people.load(_after(SUBMISSIONS), clients=1)).rate

    def page(after: bool) -> Work:
        return lambda held, people: _seconds(held.page(after=held.middle if after else None))

    def counts(wanted: dict[str, Any]) -> Work:
        return lambda held, people: _seconds(held.ask("ContributionFacets", filter=wanted))

    def search(words: str) -> Work:
        asked = {"first": 20, "filter": {"search": words}, "orderBy": "RECEPTION"}
        return lambda held, people: _seconds(held.ask("Contributions", **asked))

    return {
        "submission": (sized(TURNS, small=1), [submission]),
        "page": (sized(PAGES, small=1), [page(False), page(True)]),
        "counts": (sized(COUNTS, small=1), list(map(counts, FILTERS))),
        "search": (1, list(map(search, WORDS))),
    }


async def _in_turn(
    times: int, works: Sequence[Work], installations: Sequence[tuple[Held, Elsewhere]]
) -> dict[int, float]:
    """Ask each thing of one installation after the other, so often; give the mean of their middle times, by size."""
    middles: dict[int, list[float]] = {}
    for work in works:
        taken: dict[int, list[float]] = {}
        for _ in range(times):
            for held, people in installations:
                taken.setdefault(held.crowd.of, []).append(await work(held, people))
        for size, each in taken.items():
            middles.setdefault(size, []).append(median(each))
    return {size: fmean(each) for size, each in middles.items()}


def _after(number: int) -> Callable[[], bool]:
    """Say that it is over once this was asked so often."""
    left = iter(range(number))
    return lambda: next(left, None) is None


async def _seconds(work: Awaitable[object]) -> float:
    start = perf_counter()
    await work
    return perf_counter() - start


async def _seals(stack: Stack, crowd: Crowd) -> list[float]:
    """Seal as the worker does, several times from nothing; give the seconds of each."""
    pool = await open_pool(stack.database("worker"), application="bench")
    async with pool.acquire() as connection:
        found = await process(connection, str(crowd.concertation))
    await pool.close()
    assert found is not None
    taken = []
    for _ in range(sized(SEALS, small=1)):
        await _set_state(stack, crowd, "sealing")
        start = perf_counter()
        await seal_in_a_child(
            stack.database("worker"), found.id, 1, crowd.stage, entitled(found), lambda *_: None
        )
        taken.append(perf_counter() - start)
    say(f"{crowd.of:,} sealed in {median(taken):.1f} s")
    return taken


async def _set_state(stack: Stack, crowd: Crowd, state: str) -> None:
    """Open or shut the stage, and drop what a sealing has kept."""
    owner = await asyncpg.connect(stack.superuser)
    named = crowd.concertation, crowd.stage
    try:
        await owner.execute("SET session_replication_role = replica")
        await owner.execute("UPDATE stage SET state = $3 WHERE concertation = $1 AND key = $2", *named, state)
        await owner.execute("DELETE FROM seal_branch WHERE concertation = $1 AND stage = $2", *named)
    finally:
        await owner.close()


def _told(taken: Mapping[str, Mapping[int, Sequence[float]]]) -> str:
    return "; ".join(
        f"{name} " + ", ".join(f"{1000 * each[-1]:.1f} ms of {size:,}" for size, each in sizes.items())
        for name, sizes in taken.items()
    )


def _flatness(grown: Mapping[str, float], taken: Mapping[str, Mapping[int, Sequence[float]]]) -> Figure:
    said = ", ".join(
        f"{name} {grown[name]:.2f} ("
        + ", ".join(f"{1000 * median(each):.1f}" for each in sizes.values())
        + " ms)"
        for name, sizes in taken.items()
    )
    numbers = ", ".join(f"{size:,}" for size in next(iter(taken.values())))
    return Figure(
        name="contributions_exponent",
        values=(max(each for name, each in grown.items() if name != "search"),),
        bound=f"Among {numbers}: {said}.",
    )


def _sealing(installations: Sequence[tuple[Stack, Crowd]], seals: Sequence[Sequence[float]]) -> Figure:
    sizes = [crowd.of for _, crowd in installations]
    rounds = [exponent(dict(zip(sizes, each, strict=True))) for each in zip(*seals, strict=True)]
    each = ", ".join(f"{median(taken):.1f} s for {size:,}" for size, taken in zip(sizes, seals, strict=True))
    return Figure(
        name="seal_exponent",
        values=tuple(rounds),
        bound=f"Starting a child, then hashing and reading every leaf once: {each}.",
    )
