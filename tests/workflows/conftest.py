"""A worker's pool and a concertation on the Temporal that skips time."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from server.data_folder import DataFolder
from server.embedded.temporal import EmbeddedTemporal
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


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[EmbeddedTemporal]:
    """The embedded Temporal as `concertation up` starts it: a real server on a file."""
    server = embedded(tmp_path)
    await server.start()
    yield server
    await server.stop()


def embedded(folder: Path) -> EmbeddedTemporal:
    """A Temporal that keeps its data in a folder, not started; with the same port each time."""
    data = DataFolder(folder)
    data.run.mkdir(exist_ok=True)
    port = data.port("temporal", "127.0.0.1")
    log = folder / "temporal.log"
    return EmbeddedTemporal(data.temporal, log, host="127.0.0.1", port=port, ui_port=None, namespace="tests")
