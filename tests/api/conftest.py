"""The API on a database of each test's own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic import SecretStr

from api.proving import ProvingSchema
from api.schema import make_schema
from server.limits.guard import Guard
from server.settings import Settings
from store.pool import open_pool
from tests.api.house import DirectSender, House
from tests.api.stage import Stage
from tests.fixtures.clock import TestClock
from tests.fixtures.postgres import Database
from tests.fixtures.replicas import create_app


@pytest.fixture(scope="session")
def schema() -> ProvingSchema:
    """The schema, put together once: it takes as long as most tests of it."""
    return make_schema()


@pytest_asyncio.fixture
async def house(
    database: Database, test_clock: TestClock, tmp_path: Path, schema: ProvingSchema
) -> AsyncIterator[House]:
    """The application, started; no document was asked for before."""
    schema.forget()
    settings = Settings(
        data_dir=tmp_path,
        database_url=SecretStr(database.app),
        temporal_address="127.0.0.1:1",
        database_timeout=20,  # a busy machine is no fault
    )
    worker = await open_pool(database.worker, application="tests: worker", max_size=4)
    sender = DirectSender(worker)
    guard = Guard(None)  # tests ask a lot, from one address; tests/api/test_limits.py sets limits
    app = create_app(settings, sender=sender, schema=schema, guard=guard)
    async with app.router.lifespan_context(app):
        found = House(app, settings, sender, test_clock, guard)
        yield found
        await found.http.aclose()
    await worker.close()


@pytest_asyncio.fixture
async def stage(house: House) -> Stage:
    """A concertation that does not exist yet."""
    return Stage(house)
