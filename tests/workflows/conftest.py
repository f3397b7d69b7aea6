"""A worker's pool and a concertation on the Temporal that skips time."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from store.pool import Pool, open_pool
from tests.fixtures.postgres import Database
from tests.workflows.engine import Engine


@pytest_asyncio.fixture
async def pool(database: Database) -> AsyncIterator[Pool]:
    """The worker's pool."""
    pool = await open_pool(database.worker, application="tests: worker", max_size=10)
    yield pool
    await pool.close()


@pytest_asyncio.fixture
async def engine(temporal_env: WorkflowEnvironment, pool: Pool, database: Database) -> AsyncIterator[Engine]:
    """A concertation that does not exist yet. No worker runs: see `Engine.working`."""
    engine = Engine(temporal_env.client, pool, database.worker, f"queue-{uuid4()}")
    yield engine
    await engine.forget()
