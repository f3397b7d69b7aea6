"""A worker's pool and a concertation on the Temporal that skips time."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest_asyncio
from pydantic import SecretStr
from temporalio.testing import WorkflowEnvironment

from server.data_folder import DataFolder
from server.embedded.temporal import EmbeddedTemporal
from server.settings import Settings
from store.pool import Pool, open_pool
from tests.api.house import House
from tests.fixtures.clock import TestClock
from tests.fixtures.postgres import Database
from tests.fixtures.replicas import create_app, working
from tests.fixtures.skipping import FollowTemporal
from tests.workflows.assizes import BEGINS, Assizes, ThroughTemporal
from tests.workflows.engine import Engine
from workflows.commanding import Dispatch


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
async def assizes(
    own_temporal_env: WorkflowEnvironment,
    pool: Pool,
    database: Database,
    test_clock: TestClock,
    tmp_path: Path,
) -> AsyncIterator[Assizes]:
    """Nothing yet but the API, the worker, and a Temporal of its own: years of others' timers would pass with it."""
    queue = f"queue-{uuid4()}"
    settings = Settings(
        rate_limits=False,
        data_dir=tmp_path,
        database_url=SecretStr(database.app),
        worker_database_url=SecretStr(database.worker),
        temporal_address="127.0.0.1:1",
        database_timeout=20,
        task_queue=queue,
        shutdown_timeout=0.1,
    )
    sender = ThroughTemporal(Dispatch(own_temporal_env.client, queue, 20), pool)
    app = create_app(settings, sender=sender)
    async with (
        working(own_temporal_env.client, pool, settings, interceptors=[FollowTemporal(pool)]),
        app.router.lifespan_context(app),
    ):
        house = House(app, settings, sender, test_clock)
        found = Assizes(house, own_temporal_env)
        await found.reach(BEGINS)
        yield found
        await house.http.aclose()


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
