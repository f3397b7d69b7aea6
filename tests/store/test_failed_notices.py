"""The list of the notices that failed for good: what had failed before there was one is on it, too."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from server.migrating import migrate, migrations
from server.provisioning import provision
from tests.fixtures.postgres import Database, SharedPostgres

pytestmark = pytest.mark.postgres


@pytest_asyncio.fixture
async def before(postgres_server: SharedPostgres, tmp_path: Path) -> AsyncIterator[Database]:
    """A database of the version before the list."""
    name = f"test_{uuid4().hex}"
    await provision(postgres_server.server.dsn(), name)
    found = postgres_server.database(name)
    for file in migrations().glob("*.sql"):
        if file.name < "0071":
            shutil.copy(file, tmp_path)
    await migrate(found.owner, tmp_path)
    yield found
    connection = await asyncpg.connect(postgres_server.server.dsn())
    await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await connection.close()


async def test_what_had_failed_before_is_listed_as_of_its_last_attempt(before: Database) -> None:
    superuser = await asyncpg.connect(before.superuser)
    await superuser.execute("SET session_replication_role = replica")
    await superuser.executemany(
        "INSERT INTO notice (id, key, recipient, channel, state, at, next_at, claimed_at, last_fault) "
        "VALUES (gen_random_uuid(), 'event/x/1', $1, 'mail', $2, '2026-03-01Z', '2026-03-01Z', '2026-03-06Z', $3)",
        [
            ("member/a", "failed", "550 unknown"),
            ("member/b", "failed", "restored: it may have gone already"),
            ("member/c", "sent", None),
        ],
    )
    assert "0071_failed_notices.sql" in await migrate(before.owner)
    rows = await superuser.fetch(
        "SELECT n.recipient, f.channel, f.failed_at = '2026-03-06Z' AS so FROM failed_notice f "
        "JOIN notice n ON n.id = f.notice"
    )
    assert [tuple(row) for row in rows] == [("member/a", "mail", True)]
    await superuser.close()
