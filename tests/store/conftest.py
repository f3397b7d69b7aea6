"""Connections by role to a test's own database, and a concertation to play on it."""

from collections.abc import AsyncIterator

import pytest_asyncio

from store.pool import Pool, open_pool
from tests.fixtures.clock import TestClock
from tests.fixtures.postgres import Database
from tests.store.stage import Play


@pytest_asyncio.fixture
async def worker(database: Database) -> AsyncIterator[Pool]:
    """The worker's pool."""
    pool = await open_pool(database.worker, application="tests: worker", max_size=10)
    yield pool
    await pool.close()


@pytest_asyncio.fixture
async def app(database: Database) -> AsyncIterator[Pool]:
    """The API's pool."""
    pool = await open_pool(database.app, application="tests: app", max_size=20)
    yield pool
    await pool.close()


@pytest_asyncio.fixture
async def play(worker: Pool, test_clock: TestClock) -> AsyncIterator[Play]:
    """A concertation that does not exist yet, on a connection of the worker's."""
    async with worker.acquire() as connection:
        yield Play(connection, test_clock)
