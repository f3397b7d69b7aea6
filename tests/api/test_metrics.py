"""What the API counts of requests, refusals, faults, pools and subscribers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic import SecretStr

from api.proving import ProvingSchema
from api.reading import Reading
from server.limits.guard import Guard
from server.settings import Settings
from server.telemetry.instruments import ApiInstruments
from server.telemetry.metrics import ApiMetrics
from server.telemetry.pools import PoolWatch
from store.pool import Pool, acquire, open_pool
from tests.api.house import DirectSender, House
from tests.api.stage import Stage
from tests.fixtures.clock import TestClock
from tests.fixtures.postgres import Database
from tests.fixtures.replicas import create_app

pytestmark = pytest.mark.postgres


@pytest.fixture
def metrics() -> ApiMetrics:
    """The metrics of an API."""
    return ApiMetrics()


@pytest_asyncio.fixture
async def house(
    database: Database, test_clock: TestClock, tmp_path: Path, schema: ProvingSchema, metrics: ApiMetrics
) -> AsyncIterator[House]:
    """The application with its instruments."""
    settings = Settings(
        data_dir=tmp_path,
        database_url=SecretStr(database.app),
        temporal_address="127.0.0.1:1",
        database_timeout=20,
    )
    worker = await open_pool(database.worker, application="tests: worker", max_size=4)
    sender, guard, instruments = DirectSender(worker), Guard(None), ApiInstruments(metrics)
    app = create_app(settings, sender=sender, schema=schema, guard=guard, instruments=instruments)
    async with app.router.lifespan_context(app):
        found = House(app, settings, sender, test_clock, guard, before=instruments.before)
        yield found
        await found.http.aclose()
    await worker.close()


def value(metrics: ApiMetrics, name: str, **labels: str) -> float:
    """Read one number, as Prometheus would; naught where nothing was counted."""
    return metrics.registry.get_sample_value(f"concertation_{name}", labels) or 0.0


async def test_requests_are_counted_by_kind_and_outcome(
    house: House, metrics: ApiMetrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.ask("{ serverTime }")
    await house.post("{ none }")
    await house.http.post("/graphql", content=b"{", headers={"content-type": "application/json"})
    await house.http.get("/receipts/none.pdf")
    await house.http.get("/healthz")

    async def broken(self: Reading) -> None:
        raise ValueError

    monkeypatch.setattr(Reading, "now", broken)
    await house.post("{ serverTime }")
    counted = {
        (sample.labels["kind"], sample.labels["outcome"]): sample.value
        for family in metrics.registry.collect()
        for sample in family.samples
        if sample.name == "concertation_requests_total"
    }
    assert counted == {
        ("query", "answered"): 1,
        ("query", "errors"): 1,
        ("query", "fault"): 1,
        ("unknown", "refused"): 1,
        ("page", "refused"): 1,
    }
    assert value(metrics, "request_duration_seconds_count", kind="query") == 3
    assert value(metrics, "faults_total", code="INTERNAL") == 1


async def test_refusals_are_counted_by_code(house: House, metrics: ApiMetrics) -> None:
    stage = Stage(house)
    await stage.open()
    await stage.contribute("citizen")
    await stage.refused(
        "ALREADY_CONTRIBUTED", "SubmitContribution", "citizen", stage="appel", round=1, body="Deux."
    )
    assert value(metrics, "refusals_total", code="ALREADY_CONTRIBUTED") == 1
    assert value(metrics, "requests_total", kind="mutation", outcome="answered") > 2


async def test_the_pool_says_how_many_it_has_and_who_waits(
    database: Database, house: House, metrics: ApiMetrics
) -> None:
    await house.ask("{ serverTime }")
    assert value(metrics, "pool_wait_seconds_count") >= 1
    assert value(metrics, "pool_connections") >= 1
    assert value(metrics, "pool_max") == house.settings.pool_max_size + 1
    watch = PoolWatch(other := ApiMetrics())
    pool = await open_pool(database.app, application="tests", max_size=1, watch=watch)
    watch.look_at(pool)
    async with acquire(pool):
        late = asyncio.create_task(_take(pool))
        await asyncio.wait({late}, timeout=0.05)
        assert value(other, "pool_waiting") == 1
        assert value(other, "pool_idle") == 0
    await late
    assert value(other, "pool_waiting") == 0
    assert value(other, "pool_wait_seconds_count") == 2
    await pool.close()


async def _take(pool: Pool) -> None:
    async with acquire(pool):
        pass
