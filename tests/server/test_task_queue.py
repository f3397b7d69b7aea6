"""The task queue is what the database says, however long a process has run."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from server import task_queue
from server.reconciling import keep_reconciled
from server.task_queue import MarkedQueue, Restored, marked_queue
from store.pool import Pool, open_pool
from tests.fixtures.postgres import Database
from workflows.connecting import connect

pytestmark = pytest.mark.postgres


@pytest_asyncio.fixture
async def pool(database: Database) -> AsyncIterator[Pool]:
    """The API's pool."""
    pool = await open_pool(database.app, application="tests", statement_timeout=20)
    yield pool
    await pool.close()


async def restore(database: Database) -> str:
    connection = await asyncpg.connect(database.superuser)
    mark: str = await connection.fetchval("SELECT mark FROM begin_restored(instant(), NULL)")
    await connection.close()
    return mark


async def test_the_api_learns_within_seconds_that_the_database_was_restored(
    pool: Pool, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(task_queue, "LOOK_EVERY", 0.0)
    queue = MarkedQueue(pool, "concertation", 5)
    assert await queue() == "concertation"
    mark = await restore(database)
    assert await queue() == f"concertation@{mark}" == await marked_queue(pool, "concertation")


async def test_a_worker_begins_anew_where_the_database_was_restored_under_it(
    pool: Pool, database: Database
) -> None:
    await restore(database)
    client = await connect("127.0.0.1:9", "tests", lazy=True)

    async def namespace(_: object) -> str:
        return "one"

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("server.reconciling._namespace", namespace)
        with pytest.raises(Restored):
            await keep_reconciled(pool, client, "concertation", 60.0, "concertation")
