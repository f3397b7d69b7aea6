"""Ranking: what is most about the words first, in pages that stay those of one ranking whatever comes in meanwhile."""

import asyncio
import random
from typing import Any

import asyncpg
import pytest

from store import finding
from store.finding import Filter, Standing
from store.pool import Connection, Pool
from store.ranking import Mark, Ranked, ranked
from tests.fixtures.postgres import Database
from tests.store.stage import Play
from tests.store.test_finding import OPEN, bring_to, crowd, scope

pytestmark = pytest.mark.postgres

FORMER = Filter(search="former agents")


async def all_pages(
    connection: Connection, where: finding.Scope, wanted: Filter, first: int = 3
) -> list[list[str]]:
    """Read to the end; gives the authors, ranking by ranking."""
    rankings: list[list[str]] = [[]]
    after: Mark | None = None
    while True:
        page = await ranked(connection, where, wanted, first=first, after=after)
        rankings[-1] += [row.member for row in page.rows]
        if not page.more:
            return rankings
        assert page.end is not None
        after = page.end
        if after.seen is None:
            rankings.append([])


async def speak(play: Play, connection: Connection, said: dict[str, str]) -> None:
    await play.launch(OPEN, participants=0)
    for member, body in said.items():
        await play.contribute(connection, member, body=body)


async def test_what_says_the_words_more_often_and_nearer_comes_first(play: Play, app: Pool) -> None:
    async with app.acquire() as connection:
        far = "Former est utile. " + "Autre sujet, sans rapport. " * 20 + "Les agents le disent."
        await speak(
            play,
            connection,
            {
                "far": far,
                "near": "Il faut former les agents. " + "Autre sujet, sans rapport. " * 20,
                "first": "Former les agents, oui.",
                "twice": "Former les agents, formés par des agents.",
                "accents": "Fôrmér les âgents, oui.",
                "none": "Tout autre chose.",
            },
        )
        (ranking,) = await all_pages(connection, scope(play), FORMER)
        assert ranking == ["twice", "accents", "first", "near", "far"], "of those alike the latest first"
        assert await all_pages(connection, scope(play), Filter(search="le la de")) == [[]]
        assert await all_pages(connection, scope(play), Filter(search="inconnu")) == [[]]
        only = Filter(search="agents -autre")
        assert await all_pages(connection, scope(play), only) == [["twice", "accents", "first"]]


async def test_the_other_filters_hold_and_so_do_the_eyes(play: Play, app: Pool, database: Database) -> None:
    async with app.acquire() as connection:
        await speak(play, connection, {f"p{n}": "Former les agents " * (n + 1) for n in range(5)})
        everything = ["p4", "p3", "p2", "p1", "p0"]
        assert await all_pages(connection, scope(play), FORMER) == [everything]
        assert await all_pages(connection, scope(play, reader=None), FORMER) == [[]]
        assert await all_pages(connection, scope(play, reader="p2"), FORMER) == [["p2"]]
        await bring_to(database, "p3", "hidden_at")
        await bring_to(database, "p1", "withdrawn_at")
        assert await all_pages(connection, scope(play), FORMER) == [["p4", "p3", "p2", "p0"]]
        hidden = Filter(search="agents", standing=Standing.HIDDEN)
        assert await all_pages(connection, scope(play), hidden) == [["p3"]]
        withdrawn = Filter(search="agents", standing=Standing.WITHDRAWN)
        assert await all_pages(connection, scope(play, reader="p1"), withdrawn) == [["p1"]]
        assert await all_pages(connection, scope(play), withdrawn) == [[]]
        assert await all_pages(connection, scope(play), Filter(search="agents", college="etat")) == [[]]
        await play.close()
        assert await all_pages(connection, scope(play, reader=None), FORMER) == [["p4", "p2", "p0"]]
        assert await all_pages(connection, scope(play, reader="p3"), FORMER) == [["p4", "p3", "p2", "p0"]]
        rows = (await finding.page(connection, scope(play), first=9)).rows
        between = Filter(search="agents", since=rows[1].submitted_at, before=rows[3].submitted_at)
        assert await all_pages(connection, scope(play), between) == [["p3", "p2"]]


async def test_pages_go_on_with_the_ranking_that_was_begun(play: Play, app: Pool, database: Database) -> None:
    async with app.acquire() as connection:
        await speak(play, connection, {f"p{n}": "Former les agents " * (n + 1) for n in range(6)})
        page = await ranked(connection, scope(play), FORMER, first=2)
        assert ([row.member for row in page.rows], page.more, page.is_whole) == (["p5", "p4"], True, True)
        await play.contribute(connection, "better", body="Former les agents " * 20)
        await play.contribute(connection, "worse", body="Former des gens, et " + "puis " * 99 + "des agents")
        await bring_to(database, "p2", "withdrawn_at")
        rest = await ranked(connection, scope(play), FORMER, first=9, after=page.end)
        assert ([row.member for row in rest.rows], rest.more) == (["p3", "p1", "p0"], False)
        after_first = await ranked(connection, scope(play), FORMER, first=1, after=page.marks[0])
        assert [row.member for row in after_first.rows] == ["p4"]
        (anew,) = await all_pages(connection, scope(play), FORMER)
        assert anew[0] == "better"


BEFORE = 20
"""Contributions that are there for certain when the first page is read: those that are being written may not be."""


@pytest.mark.parametrize("seed", range(4))
async def test_pages_under_concurrent_contributions_are_those_of_one_ranking(
    play: Play, app: Pool, database: Database, seed: int
) -> None:
    """Each of those received before the first page is there once, in the order in which all at once are."""
    chance = random.Random(seed)
    await play.launch(OPEN, participants=0)
    async with app.acquire() as connection:
        for n in range(BEFORE):
            await play.contribute(connection, f"b{n}", body="Former les agents " * chance.randint(1, 9))
    begun = asyncio.Event()

    async def contribute(part: int) -> None:
        for n in range(part, 60, 6):
            async with app.acquire() as connection, connection.transaction():
                await play.contribute(connection, f"m{n}", body="Former les agents " * chance.randint(1, 9))
                for _ in range((n * (seed + 3)) % 5):
                    await connection.fetchval("SELECT 1")
            if n > 20:
                begun.set()

    async def read() -> tuple[list[str], Ranked]:
        found: list[str] = []
        after = None
        await begun.wait()
        async with app.acquire() as connection:
            while True:
                page = await ranked(connection, scope(play), FORMER, first=3, after=after)
                found += [row.id for row in page.rows]
                if not page.more:
                    return found, page
                after = page.end

    async def write_all() -> None:
        await asyncio.gather(*(contribute(part) for part in range(6)))

    (found, last), _ = await asyncio.gather(read(), write_all())
    assert last.end is not None
    owner = await asyncpg.connect(database.superuser)
    expected = await owner.fetch(
        """
        SELECT id FROM contribution WHERE submitted_at < $1
        ORDER BY contribution_relevance(terms, websearch_to_tsquery('french_unaccented', 'former agents')) DESC,
            submitted_at DESC, id DESC
        """,
        last.end.upper[0],
    )
    await owner.close()
    assert found == [str(row["id"]) for row in expected]
    assert len(found) >= BEFORE


async def test_of_very_many_the_latest_are_ranked_first_and_none_is_left_out(
    play: Play, app: Pool, database: Database
) -> None:
    number = 40_000
    await play.launch(OPEN, participants=0)
    body = (
        "CASE WHEN n % 3000 = 7 THEN repeat('Perle rare ', n / 3000 + 1) WHEN n % 4 = 0 THEN 'Autre chose' "
        "ELSE repeat('Campagne ', 1 + n % 5) END"
    )
    await crowd(database, play, body, number)
    async with app.acquire() as connection:
        rare = await all_pages(connection, scope(play), Filter(search="perles"))
        assert rare == [[f"n{n}" for n in range(39_007, 0, -3_000)]]

        common = Filter(search="campagne")
        page = await ranked(connection, scope(play), common, first=5)
        assert (page.is_whole, page.more) == (False, True)
        rankings = await all_pages(connection, scope(play), common, first=1_500)
        found = [int(member[1:]) for ranking in rankings for member in ranking]
        assert sorted(found) == [n for n in range(1, number + 1) if n % 4 and n % 3000 != 7]
        assert len(rankings) > 1
        for ranking, below in zip(rankings, [*rankings[1:], []], strict=True):
            numbers = [int(member[1:]) for member in ranking]
            assert numbers == sorted(numbers, key=lambda n: (n % 5, n), reverse=True)
            assert min(numbers) > max((int(member[1:]) for member in below), default=0)


async def test_a_forged_mark_finds_what_is_there_and_no_more(play: Play, app: Pool) -> None:
    async with app.acquire() as connection:
        await speak(play, connection, {"a": "Former les agents", "b": "Former les agents, former"})
        page = await ranked(connection, scope(play), FORMER, first=1)
        assert page.end is not None
        assert page.end.seen is not None

        async def found(**forged: Any) -> list[str]:
            mark = Mark(**{"seen": None, "upper": page.marks[0].upper, "lower": None, **forged})
            given = await ranked(connection, scope(play), FORMER, first=9, after=mark)
            return [row.member for row in given.rows]

        nothing = (page.rows[0].submitted_at, "00000000-0000-0000-0000-000000000000")
        assert await found() == ["b", "a"]
        assert await found(upper=nothing) == ["a"]
        assert await found(lower=nothing) == ["b"]
        assert await found(seen=page.end.seen._replace(relevance=0)) == []
