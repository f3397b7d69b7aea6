"""Figures from counters: exact at every moment, whoever contributes, replaces or folds meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import asyncpg
import pytest

from store import figures, finding
from store.contributions import Figures, tally
from store.identifiers import parse
from store.pool import Connection, Pool
from tests.fixtures.postgres import Database
from tests.store.stage import Play, call_for_input, procedure
from tests.store.test_finding import bring_to, crowd, scope

pytestmark = pytest.mark.postgres

Reading: TypeAlias = Callable[[Connection, Play], Awaitable[int]]

OPEN = procedure(call_for_input(admission="open", channels=["online", "paper"]))


async def counted(play: Play) -> Figures:
    """Count what the counters should say."""
    rows = await play.worker.fetch(
        "SELECT college, channel, count(*) AS count FROM contribution "
        "WHERE superseded_at IS NULL AND withdrawn_at IS NULL GROUP BY 1, 2"
    )
    return tally([tuple(row) for row in rows])


async def said(play: Play) -> Figures:
    return await figures.figures(play.worker, play.id, 1, "appel")


async def test_figures_are_public_while_texts_are_not(play: Play, app: Pool) -> None:
    await play.launch(OPEN)
    async with app.acquire() as connection:
        await play.contribute(connection, "p0")
        await play.contribute(connection, "somebody")
        found = await figures.figures(connection, play.id, 1, "appel")
    assert found == await counted(play)
    assert (found.total, found.by_college, found.by_channel) == (2, {"locales": 1}, {"online": 2})


async def test_folding_changes_nothing_of_what_is_said(play: Play, app: Pool) -> None:
    await play.launch(OPEN)
    async with app.acquire() as connection:
        for number in range(3):
            await play.contribute(connection, f"p{number}", themes=("sante",))
        before = await finding.facets(connection, scope(play))
        while await figures.fold(play.worker, play.id, 1, "appel", most=2):
            assert await finding.facets(connection, scope(play)) == before
        assert await play.worker.fetchval("SELECT count(*) FROM contribution_change") == 0
        assert await said(play) == await counted(play)


async def test_what_no_longer_counts_is_taken_off_and_put_back(
    play: Play, app: Pool, database: Database
) -> None:
    await play.launch(OPEN)
    async with app.acquire() as connection:
        for number in range(3):
            await play.contribute(connection, f"p{number}")
    await figures.fold(play.worker, play.id, 1, "appel", most=10)
    await bring_to(database, "p0", "superseded_at")
    await bring_to(database, "p1", "withdrawn_at")
    await bring_to(database, "p2", "hidden_at")
    assert (await said(play)).total == 1
    await bring_to(database, "p1", "withdrawn_at", "NULL")
    assert (await said(play)).total == 2
    assert await said(play) == await counted(play)
    await figures.recount(play.worker, play.id, 1, "appel")
    assert await said(play) == await counted(play)


async def test_contributions_and_folds_at_once_lose_nothing_and_wait_for_nobody(
    play: Play, app: Pool
) -> None:
    await play.launch(OPEN, participants=0)
    done = asyncio.Event()

    async def contribute(part: int) -> None:
        for n in range(part, 80, 8):
            async with app.acquire() as connection:
                await play.contribute(connection, f"m{n}", themes=("sante",) if n % 3 else ())

    async def fold() -> None:
        while not done.is_set():
            async with app.acquire() as connection:
                seen = (await figures.figures(connection, play.id, 1, "appel")).total
                assert seen <= 80
            await figures.fold(play.worker, play.id, 1, "appel", most=7)

    async def all_of_them() -> None:
        await asyncio.gather(*map(contribute, range(8)))
        done.set()

    await asyncio.gather(all_of_them(), fold())
    assert await said(play) == await counted(play)
    assert (await said(play)).total == 80


async def test_whoever_folds_keeps_nobody_waiting(play: Play, app: Pool, worker: Pool) -> None:
    await play.launch(OPEN)
    async with app.acquire() as connection, worker.acquire() as folding, folding.transaction():
        await play.contribute(connection, "p0")
        assert await figures.fold(folding, play.id, 1, "appel", most=10) == 1
        await play.contribute(connection, "p1")
        assert await figures.fold(play.worker, play.id, 1, "appel", most=10) == 0
        assert (await said(play)).total == 2


async def shares(connection: Connection, play: Play) -> int:
    return (await figures.figures(connection, play.id, 1, "appel")).total


async def total(connection: Connection, play: Play) -> int:
    return (await finding.total(connection, scope(play))).count


async def facets(connection: Connection, play: Play) -> int:
    found = await finding.facets(connection, scope(play))
    return sum(facet.count for facet in found if facet.facet == "channel")


@pytest.mark.parametrize("read", [shares, total, facets])
async def test_a_reader_who_meets_thousands_of_changes_folds_them(
    play: Play, app: Pool, database: Database, read: Reading
) -> None:
    await play.launch(OPEN, participants=0)
    await crowd(database, play, "'Texte'", 10)
    one: Any = await play.worker.fetchrow("SELECT * FROM contribution_change")
    owner = await play.worker.fetchval("SELECT count(*) FROM contribution_counter")
    assert (one["change"], owner) == (10, 0)
    superuser = await asyncpg.connect(database.superuser)
    await superuser.execute(  # as 2,500 who withdraw, and as many who contribute
        """
        INSERT INTO contribution_change
        SELECT d.concertation, d.round, d.stage, d.themes, d.college, d.channel, d.departement, n
        FROM contribution_change d, unnest(ARRAY[1, -1]) AS n, generate_series(1, 2500)
        """
    )
    await superuser.close()
    async with app.acquire() as connection:
        assert await read(connection, play) == 10
    assert await play.worker.fetchval("SELECT count(*) FROM contribution_change") < 4_000
    assert await said(play) == await counted(play)


@pytest.mark.parametrize("read", [shares, total])
async def test_a_total_reads_none_of_the_counters_of_themes(
    play: Play, database: Database, read: Reading
) -> None:
    """The more different people contribute, the more there are: some ten thousand."""
    await play.launch(OPEN, participants=0)
    superuser = await asyncpg.connect(database.superuser)
    await superuser.execute(
        """
        INSERT INTO contribution_counter
        SELECT c, 1, 'appel', theme, 'locales', 'online', n::text, 1
        FROM unnest(ARRAY[$1, gen_random_uuid()]) AS c, unnest(ARRAY['', 'a', 'b', 'c', 'd', 'e', 'f']) AS theme,
            generate_series(1, 300) AS n
        """,
        parse(play.id),
    )
    await superuser.execute("ANALYZE contribution_counter")
    async with superuser.transaction():
        assert await read(superuser, play) == 300
        rows = await superuser.fetchval(
            """
            SELECT pg_stat_get_xact_tuples_returned('contribution_counter'::regclass)
                + (SELECT sum(pg_stat_get_xact_tuples_returned(indexrelid)) FROM pg_index
                    WHERE indrelid = 'contribution_counter'::regclass)
            """
        )
    await superuser.close()
    assert rows <= 2 * 300
