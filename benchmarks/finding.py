"""`page_flatness`, `facets_ms`, `search_p95_ms`: finding among very many, through the API.

One installation holds 20,000 contributions, the other very many; each page is asked of one and of the other in turn, by
who coordinates both and may see the names of those who wrote.
"""

from __future__ import annotations

import asyncio
import random
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter
from typing import Any

import asyncpg
import orjson

from api.ids import global_id
from benchmarks import crowd
from benchmarks.asking import Asking, asking
from benchmarks.crowd import Crowd
from benchmarks.figure import Figure
from benchmarks.opening import PAGE
from benchmarks.progress import say
from benchmarks.scale import sized
from benchmarks.stack import Stack
from benchmarks.statements import Statements, statements

ROUNDS = 7
PAGES, MORE_PAGES = 12, 40

WORDS = (
    "formation", "agents", "évaluation", "algorithme", "guichet humain", "transparence budget", "école -hôpital",
    '"publier le code"', "usagers or élus", "mairie samedi", "énergie", "intercommunalité", "étudiants étranger",
    "campagne inconnue", "médiathèque syndicats", "interlocuteur humain maintien", "saintvaltour", "montourville",
    "personnes âgées courriers", "surveillance",
)  # fmt: skip
"""What is searched for: words of most texts, of some, of one place, of none."""

_ORDERS = ("RECEPTION", "RELEVANCE")
_SPOKEN = {"RECEPTION": "in the order of reception", "RELEVANCE": "by relevance"}

_AT_ONCE = 6
_TRIES = 5

FILTERS: Sequence[dict[str, Any]] = (
    {}, {"college": "citoyens"}, {"theme": "sante", "channel": "PAPER"}, {"territory": "48"},
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Held:
    """An installation with its contributions, and somebody who asks it."""

    client: Asking
    crowd: Crowd
    #: The cursor before the middle one.
    middle: str
    #: How many of the contributions count.
    live: int

    async def page(self, **variables: Any) -> dict[str, Any]:
        """Ask for a page with author, organisation and answers, in full."""
        return _found(await self.client.ask("ContributionsInFull", **self._named(first=PAGE) | variables))

    async def ask(self, operation: str, **variables: Any) -> dict[str, Any]:
        """Ask for contributions otherwise."""
        return _found(await self.client.ask(operation, **self._named(), **variables))

    def _named(self, **more: Any) -> dict[str, Any]:
        return {
            "id": global_id("Concertation", str(self.crowd.concertation)),
            "stage": self.crowd.stage,
        } | more


async def finding(small: tuple[Stack, Crowd], large: tuple[Stack, Crowd]) -> list[Figure]:
    """Ask both, in turn."""
    async with asking(small[0], "coordinator") as asks_few, asking(large[0], "coordinator") as asks_many:
        few = Held(client=asks_few, crowd=small[1], **await known(*small))
        many = Held(client=asks_many, crowd=large[1], **await known(*large))
        said = {await _statements(small[0], few), await _statements(large[0], many)}
        if len(said) != 1:
            raise RuntimeError(f"a page takes {' or '.join(map(str, sorted(said)))} statements")
        return [await _flatness(few, many, *said), await _facets(many), await _search(many)]


async def known(stack: Stack, crowd: Crowd) -> dict[str, Any]:
    """Find what `Held` has to know of a crowd that was settled."""
    connection = await asyncpg.connect(stack.superuser)
    try:
        live: int = await connection.fetchval(_LIVE, crowd.concertation, crowd.stage)
        first = crowd.members[len(crowd.members) // 2].member
        row = await connection.fetchrow(_BEFORE, crowd.concertation, crowd.stage, first)
    finally:
        await connection.close()
    assert row is not None
    place = [row["submitted_at"].isoformat(), str(row["id"])]
    return {"live": live, "middle": urlsafe_b64encode(orjson.dumps(place)).decode().rstrip("=")}


_LIVE = """
    SELECT count(*) FROM contribution WHERE concertation = $1 AND round = 1 AND stage = $2
        AND superseded_at IS NULL AND withdrawn_at IS NULL
"""
_BEFORE = """
    SELECT c.submitted_at, c.id FROM contribution c, contribution m
    WHERE c.concertation = $1 AND c.round = 1 AND c.stage = $2
        AND m.concertation = $1 AND m.round = 1 AND m.stage = $2 AND m.member = $3
        AND c.superseded_at IS NULL AND c.withdrawn_at IS NULL
        AND (c.submitted_at, c.id) < (m.submitted_at, m.id)
    ORDER BY c.submitted_at DESC, c.id DESC LIMIT 1
"""


async def _statements(stack: Stack, held: Held) -> int:
    """Count the statements of a page: the same whatever its place and its size, or it is a fault."""
    # What a connection asks when it is opened is no statement of a page: let some be open. Where the machine is too
    # busy for so many at once, fewer will do.
    for _ in range(_TRIES):
        await asyncio.gather(*(held.page() for _ in range(_AT_ONCE)), return_exceptions=True)
    async with statements(stack) as said:
        counts = {
            f"{first} {'from the middle on' if after else 'first ones'}": await _least(
                held, said, first=first, after=after
            )
            for first in (5, PAGE)
            for after in (None, held.middle)
        }
    if len(set(counts.values())) != 1:
        raise RuntimeError(f"statements of pages of {held.crowd.of:,}: {counts}")
    return next(iter(counts.values()))


async def _least(held: Held, said: Statements, **page: Any) -> int:
    """Count several times: what the API asks of its own accord meanwhile is no statement of the page."""
    counts = []
    for _ in range(_TRIES):
        await said.count()
        found = await held.page(**page)
        counts.append(await said.count())
        _whole(found, page["first"])
    return min(counts)


def _whole(found: dict[str, Any], size: int) -> None:
    """Check that a page has all that was promised of it."""
    nodes = found["nodes"]
    named = [
        node for node in nodes if node["author"] and node["author"]["name"] and node["author"]["represents"]
    ]
    if len(nodes) != size or len(named) != size or not all(len(node["answers"]) >= 7 for node in nodes):
        raise RuntimeError(f"{len(nodes)} contributions came, {len(named)} with author and organisation")


async def _flatness(few: Held, many: Held, said: int) -> Figure:
    pages = sized(PAGES, small=2, full=MORE_PAGES)
    ratios, times = [], []
    for number in range(sized(ROUNDS, small=1)):
        worst = 0.0
        for place in ("first", "middle"):
            taken: dict[int, list[float]] = {few.crowd.of: [], many.crowd.of: []}
            for _ in range(pages):
                for held in (few, many):
                    start = perf_counter()
                    await held.page(after=held.middle if place == "middle" else None)
                    taken[held.crowd.of].append(perf_counter() - start)
            worst = max(worst, median(taken[many.crowd.of]) / median(taken[few.crowd.of]))
            times.append(median(taken[many.crowd.of]))
        ratios.append(worst)
        say(f"{number + 1}: a page of {many.crowd.of:,} takes {worst:.2f} times one of {few.crowd.of:,}")
    bound = (
        f"Making {PAGE} contributions of JSON: {median(times) * 1000:.0f} ms and {said} statements, whatever the "
        f"page, with {many.crowd.of:,} in the stage. The worse of the first page and one in the middle, each against "
        f"the same page of an installation with {few.crowd.of:,}."
    )
    return Figure(name="page_flatness", values=tuple(ratios), bound=bound)


async def _facets(many: Held) -> Figure:
    taken = []
    for _ in range(sized(ROUNDS, small=1)):
        each = []
        for wanted in FILTERS:
            start = perf_counter()
            found = await many.ask("ContributionFacets", filter=wanted)
            each.append(perf_counter() - start)
            if not wanted and found["totalCount"] != many.live:
                raise RuntimeError(f"{found['totalCount']} are counted, not {many.live}")
        taken.append(1000 * max(each))
    bound = (
        f"Adding up the counters of {many.crowd.of:,}: total and four facets, the slowest of four filters."
    )
    return Figure(name="facets_ms", values=tuple(taken), bound=bound)


async def _search(many: Held) -> Figure:
    chance = random.Random(crowd.SEED)
    taken = []
    slowest = (0.0, "")
    for number in range(sized(ROUNDS, small=1)):
        each = []
        for place, words in enumerate(chance.sample(WORDS, len(WORDS))):
            by_turns = _ORDERS if place % 2 else _ORDERS[::-1]
            for more, order in zip(({}, {"college": "agents", "territory": "35"}), by_turns, strict=True):
                start = perf_counter()
                await many.ask("Contributions", first=20, filter={"search": words} | more, orderBy=order)
                each.append(perf_counter() - start)
                slowest = max(slowest, (each[-1], f"{words}, {_SPOKEN[order]}"))
        taken.append(1000 * quantiles(each, n=20)[-1])
        say(f"{number + 1}: 95 of 100 searches in {taken[-1]:.0f} ms")
    bound = (
        f"Reading what is found in {many.crowd.of:,}: common words from the start of the stage, rare ones from the "
        f"index; half of them ranked by relevance. The slowest of all, {slowest[1]}, took {slowest[0] * 1000:.0f} ms; "
        "each with its total."
    )
    return Figure(name="search_p95_ms", values=tuple(taken), bound=bound)


def _found(data: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = data["concertation"]["contributions"]
    return found
