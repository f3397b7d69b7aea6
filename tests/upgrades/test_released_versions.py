"""The schema after all migrations serves the versions that are released, and may still run while it is migrated."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from server.migrating import migrations
from store.pool import set_codecs
from tests.fixtures.postgres import Database
from tests.replay.regenerate import HISTORIES
from tests.upgrades.asked_statements import asked_statements
from tests.upgrades.releases import ROLES, Release, broken, digest_of, releases, tables

RELEASES = pytest.mark.parametrize("release", releases(), ids=lambda release: release.version)

#: Put together when they are asked, of columns and conditions: operators' commands, and the pages of organisations.
TOGETHER = {"store.exporting", "store.organisations", "store.restoring"}

Connections = dict[str, "asyncpg.Connection[asyncpg.Record]"]


@pytest_asyncio.fixture
async def connections(database: Database) -> AsyncIterator[Connections]:
    """A connection for each role that a running version has."""
    found: Connections = {}
    for role, address in zip(ROLES, (database.app, database.worker), strict=True):
        found[role.value] = await asyncpg.connect(address)
        await set_codecs(found[role.value])
    yield found
    for connection in found.values():
        await connection.close()


def test_there_is_a_release_and_it_asks_what_a_version_asks() -> None:
    first = releases()[0]
    assert first.version == "0.1.0"
    assert len(first.statements) > 250
    assert {"INSERT", "SELECT", "UPDATE", "DELETE"} <= {one.text.split()[0] for one in first.statements}


@RELEASES
def test_the_migrations_of_a_release_are_still_there(release: Release) -> None:
    assert (migrations() / f"{release.migration}.sql").exists()


@pytest.mark.postgres
@RELEASES
async def test_every_statement_of_a_release_is_answered_as_it_was(
    release: Release, connections: Connections
) -> None:
    assert await broken(release, connections) == []


@pytest.mark.postgres
@RELEASES
async def test_rows_as_a_release_writes_them_are_taken(release: Release, connections: Connections) -> None:
    """A column that it does not know has a default, or may be empty; none that it writes is gone."""
    found = await tables(connections[ROLES[1].value])
    gone = [f"{table}.{column}" for table, known in release.tables.items() for column in known
            if column not in found.get(table, {})]  # fmt: skip
    asked = [f"{table}.{column}" for table, known in release.tables.items()
             for column, required in found.get(table, {}).items() if required and column not in known]  # fmt: skip
    assert (gone, asked) == ([], [])


@RELEASES
def test_the_histories_of_a_release_are_kept_as_they_were(release: Release) -> None:
    kept = {file.stem: digest_of(file.stem) for file in HISTORIES.glob("*.json")}
    assert release.histories.items() <= kept.items()


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("change", "word"),
    [
        ("DROP FUNCTION settle_allowances", "does not exist"),
        ("REVOKE EXECUTE ON FUNCTION instant FROM PUBLIC, concertation_app, concertation_worker", "permission denied"),
        ("ALTER TABLE closing_archive RENAME TO other_archive", "does not exist"),
        ("ALTER TABLE notice RENAME COLUMN channel TO way", "does not exist"),
    ],
)  # fmt: skip
async def test_what_a_release_would_miss_is_said(
    change: str, word: str, connections: Connections, database: Database
) -> None:
    owner = await asyncpg.connect(database.owner)
    await owner.execute(change)
    await owner.close()
    (first, *_) = releases()
    said = await broken(first, connections)
    assert said
    assert any(word in one for one in said), said


def test_no_more_statements_are_put_together_than_those_that_are_known() -> None:
    assert {one.module for one in asked_statements() if one.text is None} == TOGETHER
