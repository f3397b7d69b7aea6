"""What a concertation costs that is newer than what the planner knows of the table: no more than an old one.

PostgreSQL takes a value that its statistics have not seen for rare, whatever comes under it later. A plan that leans on
that reads the whole concertation for each of its contributions.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from domain import acts
from store import contributions, drafts, finding
from store.contributions import Receipt, submit
from store.identifiers import parse
from store.pool import Connection, Pool
from store.versions import versions, withdraw
from tests.fixtures.postgres import Database
from tests.store.stage import Play

pytestmark = pytest.mark.postgres

MANY = 800
FEW = 120
"""Rows that one statement may read: a page with its edges, never the concertation."""

_COPIES = """
    INSERT INTO contribution SELECT r.* FROM generate_series(1, $2::int) AS n,
        jsonb_populate_record(NULL::contribution, $3::jsonb || jsonb_build_object(
            'id', uuidv7(), 'concertation', $1::uuid, 'member', 'm' || n, 'organisation', gen_random_uuid(),
            'command', '\\x' || md5($1::text || n), 'receipt', md5(n || $1::text))) AS r
    """


@pytest_asyncio.fixture
async def young(play: Play, app: Pool, database: Database) -> AsyncIterator[Play]:
    """A concertation with a thousand contributions, on tables whose statistics know only older ones."""
    await play.launch(participants=9)
    for number in range(9):
        await play.do(acts.AssignOrganisation(member=f"p{number}", organisation=str(uuid4())))
    async with app.acquire() as connection:
        await play.contribute(connection, "p0")
    superuser = await asyncpg.connect(database.superuser)
    await superuser.execute("ALTER TABLE contribution SET (autovacuum_enabled = false)")
    await superuser.execute("SET session_replication_role = replica")
    one = await superuser.fetchval(
        "SELECT to_jsonb(c) || jsonb_build_object('body', repeat('Rendre le code public. ', 60)) FROM contribution c"
    )
    await superuser.execute("TRUNCATE contribution CASCADE")
    for _ in range(2):
        await superuser.execute(_COPIES, uuid4(), 2 * MANY, one)
    await superuser.execute("ANALYZE contribution")
    await superuser.execute(_COPIES, parse(play.id), MANY, one)
    yield play
    await superuser.close()


async def rows_read(connection: Connection) -> int:
    """What the transaction has read of contributions up to now, by whatever way."""
    read: int = await connection.fetchval(
        """
        SELECT pg_stat_get_xact_tuples_returned('contribution'::regclass)
            + (SELECT sum(pg_stat_get_xact_tuples_returned(indexrelid)) FROM pg_index
                WHERE indrelid = 'contribution'::regclass)
        """
    )
    return read


async def cost(connection: Connection, work: Callable[[Connection], Awaitable[Any]]) -> int:
    """The most that one of seven turns reads; a plan may change after five."""
    most = 0
    for _ in range(7):
        async with connection.transaction():
            before = await rows_read(connection)
            await work(connection)
            most = max(most, int(await rows_read(connection) - before))
    return most


def form(number: int) -> dict[str, Any]:
    return {
        "line": number, "key": f"k{uuid4()}", "author": f"q{uuid4()}", "channel": "paper", "themes": [], "body": "Oui",
        "words": "'oui':1",
    }  # fmt: skip


async def test_a_batch_of_forms(young: Play) -> None:
    async def work(connection: Connection) -> None:
        lines = [form(number) for number in range(3)]
        rows = await connection.fetch(
            "SELECT * FROM import_contributions($1, 1, 'appel', 'clerk', NULL, $2)", parse(young.id), lines
        )
        assert len(rows) == 3

    assert await cost(young.worker, work) < FEW


async def test_a_submission_its_revision_and_its_withdrawal(young: Play, app: Pool) -> None:
    people = iter(f"p{number}" for number in range(1, 9))

    async def work(connection: Connection) -> None:
        by = next(people)
        receipt = await submit(connection, young.submission(by))
        assert isinstance(receipt, Receipt)
        again = young.submission(by, key="another", body="Autre chose", revises=receipt.contribution)
        revised = await submit(connection, again)
        assert isinstance(revised, Receipt)
        await withdraw(connection, young.id, revised.contribution, by, "retrait")

    async with app.acquire() as connection:
        assert await cost(connection, work) < FEW


async def test_what_one_has_sent_and_begun(young: Play, app: Pool) -> None:
    async def work(connection: Connection) -> None:
        assert len(await contributions.own(connection, "m7", young.id)) == 1
        await drafts.get(connection, "m7", young.id, 1, "appel")

    async with app.acquire() as connection:
        assert await cost(connection, work) < FEW


async def test_pages_out_of_the_middle_of_all_in_order(young: Play) -> None:
    middle = await young.worker.fetchval(
        "SELECT id FROM contribution WHERE concertation = $1 ORDER BY id OFFSET 400 LIMIT 1", parse(young.id)
    )

    async def work(connection: Connection) -> None:
        for name in ("contribution_export_complete", "contribution_leaves"):
            rows = await connection.fetch(
                f"SELECT * FROM {name}($1, 1, 'appel', $2, 20)", parse(young.id), middle
            )
            assert len(rows) == 20

    assert await cost(young.worker, work) < FEW


async def test_a_page_of_readers_and_its_count(young: Play, app: Pool) -> None:
    async def work(connection: Connection) -> None:
        scope = finding.Scope(concertation=young.id, round=1, stage="appel", sees_all=True)
        page = await finding.page(connection, scope, first=20)
        assert len(page.rows) == 20
        await finding.page(connection, scope, first=20, after=page.end)
        await finding.total(connection, scope)

    async with app.acquire() as connection:
        assert await cost(connection, work) < 2 * FEW


async def test_the_versions_of_what_is_on_a_page(young: Play, app: Pool) -> None:
    """Of a page among few, too: to read the whole of it would be cheaper by what the planner knows."""
    ids = [
        str(row["id"])
        for row in await young.worker.fetch(
            "SELECT id FROM contribution WHERE concertation = $1 ORDER BY id LIMIT 20", parse(young.id)
        )
    ]

    async def work(connection: Connection) -> None:
        found = await versions(connection, ids, reader="coordinator", sees_all_of=young.id)
        assert [len(found[id]) for id in ids] == [1] * 20

    async with app.acquire() as connection:
        assert await cost(connection, work) < 2 * FEW
