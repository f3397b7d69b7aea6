"""Migrations: each once, in order, whoever else is migrating; what fails leaves nothing half done."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from server.migrating import MigrationFailed, TablesInUse, migrate, pending
from server.provisioning import Role, provision
from tests.fixtures.postgres import SharedPostgres

pytestmark = pytest.mark.postgres


@pytest_asyncio.fixture
async def owner(postgres_server: SharedPostgres) -> AsyncIterator[str]:
    """An empty provisioned database, as its owner."""
    name = f"test_{uuid4().hex}"
    server = postgres_server.server
    await provision(server.dsn(), name)
    yield server.dsn(Role.OWNER, name)
    connection = await asyncpg.connect(server.dsn())
    await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await connection.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, "0001_first", "CREATE TABLE first (x int); SELECT pg_sleep(0.3);")
    write(tmp_path, "0002_second", "CREATE TABLE second AS SELECT * FROM first;")
    return tmp_path


def write(folder: Path, name: str, sql: str) -> None:
    (folder / f"{name}.sql").write_text(f"-- migrate:up\n{sql}\n\n-- migrate:down\n")


async def test_what_is_missing_is_applied_in_order_and_once(owner: str, folder: Path) -> None:
    assert await pending(owner, folder) == ["0001_first.sql", "0002_second.sql"]
    assert await migrate(owner, folder) == ["0001_first.sql", "0002_second.sql"]
    assert await migrate(owner, folder) == []
    assert await pending(owner, folder) == []


async def test_three_processes_at_once_apply_each_migration_once(owner: str, folder: Path) -> None:
    results = await asyncio.gather(*(migrate(owner, folder) for _ in range(3)))
    assert sorted(results) == [[], [], ["0001_first.sql", "0002_second.sql"]]


async def test_a_migration_that_fails_is_undone_and_the_ones_before_it_stand(
    owner: str, folder: Path
) -> None:
    write(folder, "0003_third", "CREATE TABLE third (x int); SELECT 1 / 0;")
    with pytest.raises(MigrationFailed, match=r"(?s)0003_third\.sql.*division by zero"):
        await migrate(owner, folder)
    connection = await asyncpg.connect(owner)
    tables = await connection.fetch(
        "SELECT relname FROM pg_class WHERE relname IN ('first', 'second', 'third')"
    )
    await connection.close()
    assert {row["relname"] for row in tables} == {"first", "second"}
    assert await pending(owner, folder) == ["0003_third.sql"]


async def test_a_server_that_is_not_there_is_reported(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(MigrationFailed):
        await migrate(f"postgresql://nobody@/nothing?host={tmp_path}", folder)


async def test_a_migration_gives_way_to_a_reader_and_to_those_behind_it_and_is_tried_again(
    owner: str, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await migrate(owner, folder)
    write(folder, "0003_third", "SET LOCAL lock_timeout = '60s'; ALTER TABLE first ADD COLUMN y int;")
    reader = await asyncpg.connect(owner, server_settings={"application_name": "a long report"})
    other = await asyncpg.connect(owner)
    loop = asyncio.get_running_loop()
    try:
        reading = reader.transaction()
        await reading.start()
        await reader.fetch("SELECT * FROM first")
        with caplog.at_level(logging.WARNING, "server.migrating"):
            migrating = asyncio.create_task(migrate(owner, folder))
            longest, gave_way = 0.0, 0
            while not gave_way:
                began = loop.time()
                await other.fetch("SELECT * FROM first")
                longest = max(longest, loop.time() - began)
                gave_way = caplog.text.count("gave way")
                await asyncio.sleep(0.05)
            await reading.rollback()
            assert await migrating == ["0003_third.sql"]
    finally:
        await reader.close()
        await other.close()
    assert 0.3 < longest < 2.5, "it was waited for, and not for long"
    assert "first, held by" in caplog.text
    assert "a long report, idle in transaction" in caplog.text
    assert await pending(owner, folder) == []


async def test_tables_that_are_never_free_are_said_and_nothing_is_changed(owner: str, folder: Path) -> None:
    await migrate(owner, folder)
    write(folder, "0003_third", "SET LOCAL lock_timeout = '100ms'; ALTER TABLE first ADD COLUMN y int;")
    reader = await asyncpg.connect(owner)
    async with reader.transaction():
        await reader.fetch("SELECT * FROM first")
        with pytest.raises(TablesInUse, match="lock timeout"):
            await migrate(owner, folder, patience=0)
    await reader.close()
    assert await pending(owner, folder) == ["0003_third.sql"]
