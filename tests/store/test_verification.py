"""One changed byte anywhere in the ledger is found and named."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from store.pool import Pool
from store.verification import Fault, Verified, What, verify
from tests.fixtures.postgres import Database
from tests.store.stage import Play

pytestmark = pytest.mark.postgres


@pytest_asyncio.fixture
async def tamper(database: Database) -> AsyncIterator[asyncpg.Connection]:
    """A superuser's connection on which no trigger and no foreign key stands in the way."""
    connection = await asyncpg.connect(database.superuser)
    await connection.execute("SET session_replication_role = replica")
    yield connection
    await connection.close()


async def look(play: Play) -> Verified:
    """Verify the concertation that is played."""
    found = [verified async for verified in verify(play.worker, play.id)]
    assert len(found) == 1
    return found[0]


async def faulty(play: Play) -> Fault:
    """Give the fault that verifying finds."""
    fault = (await look(play)).fault
    assert fault is not None, "nothing was found"
    assert fault.concertation == play.id
    return fault


async def test_a_ledger_that_nobody_touched_is_whole(play: Play, app: Pool) -> None:
    await play.launch()
    async with app.acquire() as connection:
        await play.contribute(connection, "p0")
    process = await play.close()
    verified = await look(play)
    assert verified.fault is None
    assert verified.process == process
    assert (verified.events, verified.contributions) == (process.seq, 1)


@pytest.mark.parametrize(
    ("column", "changed", "what"),
    [
        ("seq", "seq + 1000", What.MISSING),
        ("concertation", "gen_random_uuid()", What.MISSING),
        ("at", "at + interval '1 microsecond'", What.COLUMN),
        ("kind", "kind || 'x'", What.COLUMN),
        ("actor", "actor || 'x'", What.COLUMN),
        ("on_behalf_of", "'x'", What.COLUMN),
        ("round", "7", What.COLUMN),
        ("stage", "'x'", What.COLUMN),
        ("content", "replace(content, '\"p1\"', '\"p2\"')", What.CONTENT),
        ("content", "content || ' '", What.CONTENT),
        ("previous", "set_byte(previous, 31, get_byte(previous, 31) # 1)", What.PREVIOUS),
        ("hash", "set_byte(hash, 0, get_byte(hash, 0) # 128)", What.HASH),
    ],
)
async def test_one_changed_byte_in_any_column_is_found_and_named(
    play: Play, tamper: asyncpg.Connection, column: str, changed: str, what: What
) -> None:
    await play.launch()
    seq = await play.worker.fetchval("SELECT seq FROM ledger WHERE content LIKE '%\"p1\"%'")
    await tamper.execute(f"UPDATE ledger SET {column} = {changed} WHERE seq = $1", seq)
    fault = await faulty(play)
    assert (fault.what, fault.seq) == (what, seq)
    assert fault.name == (column if what is What.COLUMN else "")


@pytest.mark.parametrize("column", ["content", "hash"])
async def test_a_change_of_the_last_row_is_named_as_well(
    play: Play, tamper: asyncpg.Connection, column: str
) -> None:
    await play.draft()
    changed = "content || ' '" if column == "content" else "set_byte(hash, 0, get_byte(hash, 0) # 1)"
    last = await play.worker.fetchval("SELECT max(seq) FROM ledger")
    await tamper.execute(f"UPDATE ledger SET {column} = {changed} WHERE seq = $1", last)
    fault = await faulty(play)
    assert (fault.what, fault.seq) == (What(column), last)


async def test_every_byte_of_a_content_counts(play: Play, tamper: asyncpg.Connection) -> None:
    await play.draft()
    last = await play.worker.fetchval("SELECT max(seq) FROM ledger")
    content = await play.worker.fetchval("SELECT content FROM ledger WHERE seq = $1", last)
    for place in range(len(content)):
        other = content[:place] + ("0" if content[place] != "0" else "1") + content[place + 1 :]
        await tamper.execute("UPDATE ledger SET content = $1 WHERE seq = $2", other, last)
        assert (await faulty(play)).seq == last


async def test_rows_cut_out_or_off_are_missed(play: Play, tamper: asyncpg.Connection) -> None:
    await play.launch()
    last = await play.worker.fetchval("SELECT max(seq) FROM ledger")
    await tamper.execute("DELETE FROM ledger WHERE seq = $1", last)
    fault = await faulty(play)
    assert (fault.what, fault.seq) == (What.END, last - 1)
    await tamper.execute("DELETE FROM ledger WHERE seq = 1")
    fault = await faulty(play)
    assert (fault.what, fault.seq) == (What.MISSING, 1)


async def test_the_first_bad_row_is_the_one_that_is_named(play: Play, tamper: asyncpg.Connection) -> None:
    await play.launch()
    await tamper.execute("UPDATE ledger SET actor = 'x' WHERE seq IN (3, 5)")
    await tamper.execute("UPDATE ledger SET content = content || ' ' WHERE seq = 4")
    fault = await faulty(play)
    assert (fault.what, fault.seq, fault.name) == (What.COLUMN, 3, "actor")


@pytest.mark.parametrize(
    ("changed", "what", "name"),
    [
        ("snapshot = replace(snapshot::text, '\"essai\"', '\"autre\"')::json", What.SNAPSHOT, "slug"),
        ("snapshot = '{}'", What.SNAPSHOT, ""),
        ("seq = seq + 1", What.END, ""),
        ("head = sha256('')", What.END, ""),
    ],
)
async def test_what_the_concertation_says_of_itself_is_compared(
    play: Play, tamper: asyncpg.Connection, changed: str, what: What, name: str
) -> None:
    await play.draft()
    await tamper.execute(f"UPDATE concertation SET {changed}")
    fault = await faulty(play)
    assert (fault.what, fault.name) == (what, name)


async def test_a_content_that_is_no_event_is_named_though_its_hashes_were_made_again(
    play: Play, tamper: asyncpg.Connection
) -> None:
    await play.draft()
    last = await play.worker.fetchval("SELECT max(seq) FROM ledger")
    await tamper.execute(
        """
        UPDATE ledger SET content = '{}', hash = sha256(previous || convert_to(
            '{"concertation":"' || concertation || '","event":{},"seq":' || seq || '}', 'UTF8'))
        WHERE seq = $1
        """,
        last,
    )
    fault = await faulty(play)
    assert (fault.what, fault.seq) == (What.UNREADABLE, last)


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE contribution SET digest = sha256('') WHERE member = 'p1'", What.SEAL),
        ("DELETE FROM contribution WHERE member = 'p1'", What.SEAL),
        ("UPDATE contribution SET body = body || '!' WHERE member = 'p1'", What.CONTRIBUTION),
        (
            "UPDATE contribution SET body = '!', redacted_at = instant() WHERE member = 'p1'",
            What.CONTRIBUTION,
        ),
        ("UPDATE contribution SET actor = actor || '!'", None),  # no part of what was sealed
    ],
)
async def test_a_sealed_set_is_compared_with_its_seal(
    play: Play, app: Pool, tamper: asyncpg.Connection, statement: str, what: What | None
) -> None:
    await play.launch()
    async with app.acquire() as connection:
        for number in range(3):
            await play.contribute(connection, f"p{number}")
    await play.close()
    await tamper.execute(statement)
    fault = (await look(play)).fault
    assert (fault and fault.what) == what


async def test_a_ledger_without_its_concertation_is_found(play: Play, tamper: asyncpg.Connection) -> None:
    await play.draft()
    await tamper.execute("DELETE FROM concertation")
    (verified,) = [found async for found in verify(play.worker)]
    assert verified.fault == Fault(concertation=play.id, what=What.ORPHAN)


async def test_all_concertations_are_looked_through(play: Play) -> None:
    await play.draft()
    other = Play(play.worker, play.clock)
    await other.draft(slug="autre")
    found = [verified async for verified in verify(play.worker)]
    assert {verified.concertation for verified in found} == {play.id, other.id}
    assert [verified async for verified in verify(play.worker, "x")] == []
