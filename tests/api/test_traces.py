"""Traces of the API: what belongs to what, and that they say of nobody who they are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from pydantic import SecretStr

from api.proving import ProvingSchema
from server.limits.guard import Guard
from server.settings import Settings
from server.telemetry.instruments import ApiInstruments
from server.telemetry.spans import Tracing
from store.pool import open_pool
from tests.api.house import DirectSender, House, pseudonym
from tests.api.stage import Stage
from tests.fixtures.clock import TestClock
from tests.fixtures.postgres import Database
from tests.fixtures.replicas import create_app
from tests.telemetry.collector import Collector, collecting

pytestmark = pytest.mark.postgres

SAID = "Mon voisin du dessus est malade"
NAME = "Zénobie Quatrepoint"


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as found:
        yield found


@pytest.fixture
def tracing(collector: Collector) -> Iterator[Tracing]:
    made = Tracing(OTLPSpanExporter(endpoint=f"{collector.url}/v1/traces"), "api")
    yield made
    made.end()


@pytest_asyncio.fixture
async def house(
    database: Database, test_clock: TestClock, tmp_path: Path, schema: ProvingSchema, tracing: Tracing
) -> AsyncIterator[House]:
    """The application, traced."""
    settings = Settings(
        data_dir=tmp_path,
        database_url=SecretStr(database.app),
        temporal_address="127.0.0.1:1",
        database_timeout=20,
    )
    worker = await open_pool(database.worker, application="tests: worker", max_size=4)
    sender, guard, instruments = DirectSender(worker), Guard(None), ApiInstruments(tracing=tracing)
    app = create_app(settings, sender=sender, schema=schema, guard=guard, instruments=instruments)
    async with app.router.lifespan_context(app):
        found = House(app, settings, sender, test_clock, guard, before=instruments.before)
        yield found
        await found.http.aclose()
    await worker.close()


async def collected(tracing: Tracing) -> None:
    await asyncio.sleep(0)  # a statement is traced right after it
    await asyncio.to_thread(tracing.end)


async def test_contributions_are_traces_from_the_post_to_the_statement_even_those_sent_together(
    house: House, tracing: Tracing, collector: Collector
) -> None:
    stage = Stage(house)
    await stage.open()
    names = [f"citizen{number}" for number in range(12)]
    for name in names:
        await stage.enrol(name, college="locales")
    await collected(tracing)
    collector.spans.clear()
    await asyncio.gather(*(stage.contribute(name, SAID) for name in names))
    await collected(tracing)

    root = ["POST /graphql", "mutation SubmitContribution"]
    sent = collector.ways("submit_contributions") + collector.ways("submit_contribution")
    assert sent
    assert all(way[:2] == root for way in sent), sent
    for span in collector.spans:
        if span.name == "committed together":
            assert len(span.links) == 1
    reached = {
        span.trace for span in collector.spans if span.name.startswith(("submit_contribution", "committed"))
    }
    assert len(reached) == len(names)
    assert [*root, "wait for a connection"] in collector.ways("wait for a connection")


async def test_no_trace_says_who_somebody_is_or_what_they_said(
    house: House, tracing: Tracing, collector: Collector
) -> None:
    stage = Stage(house)
    await stage.open()
    sent = await stage.contribute("citizen", SAID)
    await house.post(
        f"query {NAME.split()[1]}($s: String!) {{ {NAME.split()[1]}: concertation(slug: $s) {{ id }} }}",
        {"s": NAME},
    )
    await house.http.get(f"/receipts/{sent['receipt']['code']}.pdf")
    await house.http.get(f"/{NAME}")
    await collected(tracing)
    for words in (
        SAID,
        NAME,
        NAME.split()[1],
        sent["receipt"]["code"],
        pseudonym("citizen"),
        house.token("citizen"),
    ):
        assert words.encode() not in collector.raw, words
    assert {"GET /receipts", "GET /other", "query", "mutation SubmitContribution"} <= {
        span.name for span in collector.spans
    }
