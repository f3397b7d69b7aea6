"""The migrations: together they are the schema, and any number of processes may run them at once."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from server.embedded.postgres import programs
from server.embedded.programs import program
from server.migrating import migrate, migrations, pending
from server.provisioning import Role, provision, with_database
from tests.fixtures.postgres import Database, SharedPostgres

pytestmark = pytest.mark.postgres


@pytest_asyncio.fixture
async def empty(postgres_server: SharedPostgres) -> AsyncIterator[Database]:
    """A provisioned database without any migration."""
    name = f"test_{uuid4().hex}"
    await provision(postgres_server.server.dsn(), name)
    yield postgres_server.database(name)
    connection = await asyncpg.connect(postgres_server.server.dsn())
    await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await connection.close()


def dump(database: Database) -> str:
    """Give the whole schema as SQL, without what differs by name of database, moment or tool."""
    printed = subprocess.run(
        [programs() / "pg_dump", "--schema-only", "--exclude-table=schema_migrations", database.superuser],
        capture_output=True,
        check=True,
        text=True,
        env={**os.environ, "PGTZ": "UTC"},
    ).stdout
    return "\n".join(line for line in printed.splitlines() if not line.startswith(("--", "\\", "SET ")))


async def test_three_processes_migrate_at_once_and_each_migration_is_applied_once(empty: Database) -> None:
    applied = await asyncio.gather(*(migrate(empty.owner) for _ in range(3)))
    names = sorted(file.name for file in migrations().glob("*.sql"))
    assert sorted(name for run in applied for name in run) == names
    assert await pending(empty.owner) == []


async def test_a_fresh_schema_equals_the_sum_of_the_migrations_one_by_one(
    empty: Database, postgres_server: SharedPostgres, tmp_path: Path
) -> None:
    for file in sorted(migrations().glob("*.sql")):
        shutil.copy(file, tmp_path)
        await migrate(empty.owner, tmp_path)
    other = f"test_{uuid4().hex}"
    await provision(postgres_server.server.dsn(), other)
    fresh = postgres_server.database(other)
    await migrate(fresh.owner)
    assert dump(empty) == dump(fresh)
    connection = await asyncpg.connect(postgres_server.server.dsn())
    await connection.execute(f'DROP DATABASE "{other}" WITH (FORCE)')
    await connection.close()


async def test_every_migration_can_be_taken_back(empty: Database) -> None:
    before = dump(empty)
    names = await migrate(empty.owner)
    for _ in names:
        _roll_back(empty)
    assert len(await pending(empty.owner)) == len(names)
    left = set(dump(empty).splitlines()) - set(before.splitlines())
    assert not any(line.startswith("CREATE") for line in left), left
    assert await migrate(empty.owner) == names


def _roll_back(database: Database) -> None:
    sockets = database.owner.rpartition("host=")[2]
    subprocess.run(
        [
            *(program("dbmate"), "--env-file", os.devnull, "--no-dump-schema"),
            *("--migrations-dir", str(migrations()), "rollback"),
        ],
        env={"DATABASE_URL": f"postgres://{Role.OWNER}@/{database.name}?socket={sockets}&sslmode=disable"},
        cwd="/",
        check=True,
        capture_output=True,
    )


async def test_the_roles_of_one_server_serve_several_databases(
    empty: Database, database: Database, postgres_server: SharedPostgres
) -> None:
    await migrate(empty.owner)
    for name in (empty.name, database.name):
        connection = await asyncpg.connect(with_database(postgres_server.server.dsn(Role.APP), name))
        assert await connection.fetchval("SELECT count(*) FROM procedure") == 0
        await connection.close()


def test_every_migration_has_its_limits() -> None:
    for file in migrations().glob("*.sql"):
        text = file.read_text()
        # Where there is no transaction, its limits are those of the session, which dbmate ends with the run.
        limits = "SET" if "transaction:false" in text else "SET LOCAL"
        assert f"{limits} lock_timeout" in text, file.name
        assert f"{limits} statement_timeout" in text, file.name
        assert "-- migrate:down" in text, file.name
