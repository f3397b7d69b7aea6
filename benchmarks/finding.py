"""`page_flatness`, `facets_ms`, `search_p95_ms`: finding among very many, through the API.

Two stages of one database, one with 20,000 contributions and one with many: 200,000, or 2,000,000 with SCALE=full.
Anybody may read both. Each page is asked of one and of the other in turn.
"""

from __future__ import annotations

import os
import random
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median, quantiles
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson

from api.ids import global_id
from benchmarks import crowd
from benchmarks.asking import Asking, asking
from benchmarks.crossing import OPEN_FOR, prepare
from benchmarks.figure import Figure
from benchmarks.progress import say
from benchmarks.stack import Stack, data_folder
from store.pool import open_pool

FEW = 20_000
MANY = {"small": 200_000, "full": 2_000_000}
ROUNDS = 7
PAGES = 30
STAGE = "appel"

WORDS = (
    "formation", "agents", "évaluation", "algorithme", "guichet humain", "transparence budget", "école -hôpital",
    '"publier le code"', "usagers or élus", "mairie samedi", "énergie", "intercommunalité", "étudiants étranger",
    "campagne inconnue", "médiathèque syndicats", "interlocuteur humain maintien", "saintvaltour", "montourville",
    "personnes âgées courriers", "surveillance",
)  # fmt: skip
"""What is searched for: words of most texts, of some, of one place, of none."""


async def finding() -> list[Figure]:
    """Fill both stages, then ask."""
    number = MANY[os.environ.get("SCALE", "small")]
    with data_folder() as folder, folder.stack() as stack:
        few = await _stage(stack, FEW)
        start = perf_counter()
        many = await _stage(stack, number)
        say(f"{number:,} contributions made in {perf_counter() - start:.0f} s")
        middles = {key: await _middle(stack, key) for key in (few, many)}
        async with asking(stack, "coordinator") as client:
            return [
                await _flatness(client, few, many, middles, number),
                await _facets(client, many, number),
                await _search(client, many, number),
            ]


async def _flatness(client: Asking, few: str, many: str, middles: dict[str, str], number: int) -> Figure:
    ratios: list[float] = []
    times: list[float] = []
    for _ in range(ROUNDS):
        worst = 0.0
        for after in ({few: None, many: None}, middles):
            taken: dict[str, list[float]] = {few: [], many: []}
            for _ in range(PAGES):
                for key in (few, many):
                    taken[key].append(await _timed(client, key, first=50, after=after[key]))
            worst = max(worst, median(taken[many]) / median(taken[few]))
            times.append(median(taken[many]))
        ratios.append(worst)
    bound = (
        f"Making 50 contributions of JSON: {median(times) * 1000:.0f} ms with {number:,} in the stage. The worse of "
        "the first page and one in the middle, each against the same page of 20,000."
    )
    return Figure(name="page_flatness", values=tuple(ratios), bound=bound)


async def _facets(client: Asking, many: str, number: int) -> Figure:
    filters: Sequence[dict[str, Any]] = (
        {}, {"college": "citoyens"}, {"theme": "sante", "channel": "PAPER"}, {"territory": "48"},
    )  # fmt: skip
    taken = []
    for _ in range(ROUNDS):
        each = []
        for wanted in filters:
            start = perf_counter()
            found = await client.ask("ContributionFacets", id=_id(many), stage=STAGE, filter=wanted)
            each.append(perf_counter() - start)
            connection = found["concertation"]["contributions"]
            if not wanted and connection["totalCount"] != number:
                raise RuntimeError(f"{connection['totalCount']} are counted, not {number}")
        taken.append(1000 * max(each))
    bound = (
        f"Adding up the counters of {number:,}: total and four facets, the slowest of four filters each time."
    )
    return Figure(name="facets_ms", values=tuple(taken), bound=bound)


async def _search(client: Asking, many: str, number: int) -> Figure:
    chance = random.Random(crowd.SEED)
    taken = []
    slowest = (0.0, "")
    for _ in range(ROUNDS):
        each = []
        for words in chance.sample(WORDS, len(WORDS)):
            for wanted in ({"search": words}, {"search": words, "college": "agents", "territory": "35"}):
                seconds = await _timed(client, many, first=20, filter=wanted)
                each.append(seconds)
                slowest = max(slowest, (seconds, words))
        taken.append(1000 * quantiles(each, n=20)[-1])
    bound = (
        f"Reading what is found in {number:,}: common words from the start of the stage, rare ones from the index. "
        f"The slowest of all, {slowest[1]}, took {slowest[0] * 1000:.0f} ms; each with its total."
    )
    return Figure(name="search_p95_ms", values=tuple(taken), bound=bound)


async def _timed(client: Asking, concertation: str, **variables: Any) -> float:
    start = perf_counter()
    await client.ask("Contributions", id=_id(concertation), stage=STAGE, **variables)
    return perf_counter() - start


def _id(concertation: str) -> str:
    return str(global_id("Concertation", concertation))


async def _stage(stack: Stack, number: int) -> str:
    """Open a call for input that anybody reads, with so many contributions; give the concertation."""
    concertation = str(uuid4())
    pool = await open_pool(stack.database("worker"), application="bench", statement_timeout=60)
    async with pool.acquire() as connection:
        now: datetime = await connection.fetchval("SELECT instant()")
        await prepare(connection, concertation, now + OPEN_FOR - timedelta(seconds=1))
    await pool.close()
    superuser = _superuser(stack)
    await crowd.settle(superuser, concertation, STAGE, number)
    owner = await asyncpg.connect(superuser)
    await owner.execute(
        "UPDATE stage SET contributions_visible = true WHERE concertation = $1", UUID(concertation)
    )
    await owner.close()
    return concertation


async def _middle(stack: Stack, concertation: str) -> str:
    """Give the cursor of the contribution in the middle."""
    connection = await asyncpg.connect(_superuser(stack))
    row = await connection.fetchrow(
        """
        SELECT submitted_at, id FROM contribution WHERE concertation = $1 AND round = 1 AND stage = $2
        ORDER BY submitted_at, id
        OFFSET (SELECT count(*) / 2 FROM contribution WHERE concertation = $1) LIMIT 1
        """,
        UUID(concertation),
        STAGE,
    )
    await connection.close()
    assert row is not None
    place = [row["submitted_at"].isoformat(), str(row["id"])]
    return urlsafe_b64encode(orjson.dumps(place)).decode().rstrip("=")


def _superuser(stack: Stack) -> str:
    """The embedded server trusts whoever reaches its socket."""
    return stack.database("owner").replace("concertation_owner@", "postgres@")
