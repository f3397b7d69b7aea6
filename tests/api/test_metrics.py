"""What the API counts of requests, refusals, faults, pools and subscribers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
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
from tests.api.house import DirectSender, House, document
from tests.api.sockets import connected, served
from tests.api.stage import Stage
from tests.fixtures.clock import TestClock
from tests.fixtures.postgres import Database
from tests.fixtures.replicas import create_one_app

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
    app = create_one_app(settings, sender=sender, schema=schema, guard=guard, instruments=instruments)
    async with app.router.lifespan_context(app):
        found = House(app, settings, sender, test_clock, guard, before=instruments.before)
        yield found
        await found.http.aclose()
    await worker.close()


def value(metrics: ApiMetrics, name: str, **labels: str) -> float:
    """Read one number, as Prometheus would; naught where nothing was counted."""
    return metrics.registry.get_sample_value(f"concertation_{name}", labels) or 0.0


def counted(metrics: ApiMetrics) -> dict[tuple[str, ...], float]:
    """Read what was counted of requests, by transport, kind and outcome."""
    return {
        tuple(sample.labels[name] for name in ("transport", "kind", "outcome")): sample.value
        for family in metrics.registry.collect()
        for sample in family.samples
        if sample.name == "concertation_requests_total"
    }


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
    assert counted(metrics) == {
        ("http", "query", "answered"): 1,
        ("http", "query", "errors"): 1,
        ("http", "query", "fault"): 1,
        ("http", "unknown", "refused"): 1,
        ("http", "page", "refused"): 1,
    }
    assert value(metrics, "request_duration_seconds_count", transport="http", kind="query") == 3
    assert value(metrics, "faults_total", code="INTERNAL") == 1


async def test_refusals_are_counted_by_code(house: House, metrics: ApiMetrics) -> None:
    stage = Stage(house)
    await stage.open()
    before = value(metrics, "requests_total", transport="http", kind="mutation", outcome="answered")
    await stage.contribute("citizen")
    await stage.refused(
        "ALREADY_CONTRIBUTED", "SubmitContribution", "citizen", stage="appel", round=1, body="Deux."
    )
    assert value(metrics, "refusals_total", code="ALREADY_CONTRIBUTED") == 1
    after = value(metrics, "requests_total", transport="http", kind="mutation", outcome="answered")
    assert after == before + 2


async def test_operations_over_sockets_are_counted_and_timed_one_by_one(
    house: House, metrics: ApiMetrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(house)
    await stage.draft()
    before = counted(metrics)
    async with served(house.measured) as address, connected(address) as socket:
        await socket.begin(f"Bearer {house.token('coordinator')}")
        await socket.answer("{ serverTime }")
        await socket.answer("{ none }")
        await socket.answer("{")
        given = {"concertationId": stage.id, "idempotencyKey": "s1", "title": {"fr": "Autre"}}
        await socket.answer(document("AmendDraft"), {"input": given})

        async def broken(self: Reading) -> None:
            raise ValueError

        with monkeypatch.context() as patch:
            patch.setattr(Reading, "now", broken)
            await socket.answer("{ serverTime }")
        payload = {"extensions": {"persistedQuery": {"sha256Hash": "0" * 64}}}
        await socket.send(type="subscribe", id="unknown", payload=payload)
        assert (await socket.receive())["type"] == "error"
        await until(lambda: sum(counted(metrics).values()) == sum(before.values()) + 6)
        assert counted(metrics).items() - before.items() == {
            (("socket", "query", "answered"), 1),
            (("socket", "query", "errors"), 1),
            (("socket", "unknown", "errors"), 1),
            (("socket", "mutation", "answered"), 1),
            (("socket", "query", "fault"), 1),
            (("socket", "unknown", "refused"), 1),
        }
    assert value(metrics, "request_duration_seconds_count", transport="socket", kind="query") == 3
    assert value(metrics, "request_duration_seconds_count", transport="socket", kind="mutation") == 1


async def test_a_subscription_is_one_operation_answered_when_it_follows_and_what_it_is_sent_is_no_request(
    house: House, metrics: ApiMetrics
) -> None:
    stage = Stage(house)
    await stage.draft()
    before = counted(metrics)
    opened = (("socket", "subscription", "answered"), 1)
    async with served(house.measured) as address:
        async with connected(address) as socket:
            await socket.begin(f"Bearer {house.token('coordinator')}")
            await socket.follow(stage.id, 0)
            await socket.event()
            assert counted(metrics).items() - before.items() == {opened}
            seconds = value(metrics, "request_duration_seconds_sum", transport="socket", kind="subscription")
            assert value(metrics, "subscriptions_open") == 1
            await stage.do("AmendDraft", "coordinator", title={"fr": "Autre"})
            await socket.event()
        await until(lambda: value(metrics, "subscriptions_open") == 0)
        after = counted(metrics)
        assert after["socket", "subscription", "answered"] == 1
        assert {kind for transport, kind, _ in after if transport == "socket"} == {"subscription"}
        assert (
            value(metrics, "request_duration_seconds_sum", transport="socket", kind="subscription") == seconds
        )
        async with connected(address) as socket:
            await socket.begin()
            await socket.follow("none", 0)
            await socket.receive()
        await until(lambda: ("socket", "subscription", "errors") in counted(metrics))


async def test_an_operation_whose_client_leaves_is_counted_as_left(
    house: House, metrics: ApiMetrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, never = asyncio.Event(), asyncio.Event()

    async def slow(self: Reading) -> None:
        asked.set()
        await never.wait()

    monkeypatch.setattr(Reading, "now", slow)
    async with served(house.measured) as address, connected(address) as socket:
        await socket.begin()
        await socket.send(type="subscribe", id="1", payload={"query": "{ serverTime }"})
        await asked.wait()
        await socket.send(type="complete", id="1")
        await until(lambda: counted(metrics) == {("socket", "query", "left"): 1})


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


async def until(is_so: Callable[[], bool]) -> None:
    """Wait for what an answer may come before."""
    async with asyncio.timeout(20):
        while not is_so():  # noqa: ASYNC110 - Prometheus would wait so
            await asyncio.sleep(0.01)


async def _take(pool: Pool) -> None:
    async with acquire(pool):
        pass


async def test_what_the_api_depends_on_is_told_though_nobody_asks_it(
    house: House, metrics: ApiMetrics
) -> None:
    def told(dependency: str) -> float | None:
        return metrics.registry.get_sample_value("concertation_dependency_up", {"dependency": dependency})

    async with asyncio.timeout(10):
        while True:  # a task of the application looks
            if told("postgresql") is not None:
                break
            await asyncio.sleep(0.02)
    assert (told("postgresql"), told("schema"), told("temporal")) == (1, 1, 0)
