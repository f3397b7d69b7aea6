"""Connections by role to a test's own database, and a concertation to play on it."""

from collections.abc import AsyncIterator

import pytest_asyncio

from store.pool import Pool, open_pool
from tests.fixtures.clock import TestClock
from tests.fixtures.postgres import Database
from tests.store.stage import Play


async def patient_pool(dsn: str) -> Pool:
    """Open a pool that waits: tests share their machine. How long is too long is tested in test_pool.py."""
    return await open_pool(dsn, application="tests", max_size=20, statement_timeout=20, lock_timeout=20)


@pytest_asyncio.fixture
async def worker(database: Database) -> AsyncIterator[Pool]:
    """The worker's pool."""
    pool = await patient_pool(database.worker)
    yield pool
    await pool.close()


@pytest_asyncio.fixture
async def app(database: Database) -> AsyncIterator[Pool]:
    """The API's pool."""
    pool = await patient_pool(database.app)
    yield pool
    await pool.close()


@pytest_asyncio.fixture
async def play(worker: Pool, test_clock: TestClock) -> AsyncIterator[Play]:
    """A concertation that does not exist yet, on a connection of the worker's."""
    async with worker.acquire() as connection:
        yield Play(connection, test_clock)
