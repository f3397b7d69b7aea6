"""What is derived from the ledger is compared with it, and derived again where it differs."""

import asyncpg
import pytest

from store.examination import examine, rederive
from store.pool import Pool
from tests.fixtures.postgres import Database
from tests.store.stage import Play

pytestmark = pytest.mark.postgres


async def test_what_record_wrote_is_what_the_ledger_says(play: Play, app: Pool) -> None:
    await play.launch()
    assert await examine(play.worker) == []
    async with app.acquire() as connection:
        await play.contribute(connection, "p0")
    await play.close()
    assert await examine(play.worker) == []


@pytest.mark.parametrize(
    ("statement", "table", "name"),
    [
        (
            "UPDATE stage SET closes_at = closes_at + interval '1 hour' WHERE key = 'appel'",
            "stage",
            "closes_at",
        ),
        ("UPDATE stage SET state = 'closed'", "stage", "state"),
        ("UPDATE stage SET channels = '{online}'", "stage", "channels"),
        ("DELETE FROM stage", "stage", "missing"),
        ("UPDATE member SET college = 'etat' WHERE member = 'p1'", "member", "college"),
        ("DELETE FROM member WHERE member = 'p1'", "member", "missing"),
        ("UPDATE concertation SET snapshot = '{}'", "concertation", "snapshot"),
        ("UPDATE concertation SET is_over = true", "concertation", "is_over"),
        ("UPDATE concertation SET next_deadline = NULL", "concertation", "next_deadline"),
        ('UPDATE concertation SET title = \'{"fr": "Autre"}\'', "concertation", "title"),
        (
            "UPDATE concertation SET snapshot = replace(snapshot::text, '\"essai\"', '\"autre\"')::json",
            "concertation",
            "slug",
        ),
    ],
)
async def test_what_differs_is_named_and_mended(
    play: Play, database: Database, statement: str, table: str, name: str
) -> None:
    await play.launch()
    superuser = await asyncpg.connect(database.superuser)
    await superuser.execute(statement)
    await superuser.close()
    findings = await examine(play.worker)
    assert {(finding.table, finding.mendable) for finding in findings} == {(table, True)}
    assert name in {finding.name for finding in findings}
    await rederive(play.worker, play.id)
    assert await examine(play.worker) == []


async def test_a_row_that_the_ledger_knows_nothing_of_is_named(play: Play, database: Database) -> None:
    await play.launch()
    superuser = await asyncpg.connect(database.superuser)
    await superuser.execute(
        "INSERT INTO member SELECT $1, 'intrus', 'etat', NULL, NULL, false, NULL", play.id
    )
    await superuser.close()
    (finding,) = await examine(play.worker)
    assert (finding.table, finding.row, finding.mendable) == ("member", "intrus", False)


async def test_a_ledger_that_was_changed_is_not_mended(play: Play, database: Database) -> None:
    await play.launch()
    superuser = await asyncpg.connect(database.superuser)
    await superuser.execute("SET session_replication_role = replica")
    await superuser.execute("UPDATE ledger SET content = content || ' ' WHERE seq = 2")
    await superuser.close()
    (finding,) = await examine(play.worker)
    assert (finding.table, finding.row, finding.name, finding.mendable) == ("ledger", "2", "content", False)
