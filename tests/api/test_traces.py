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
from tests.api.house import DirectSender, House, document, pseudonym
from tests.api.sockets import connected, served
from tests.api.stage import Stage
from tests.fixtures.clock import TestClock
from tests.fixtures.postgres import Database
from tests.fixtures.replicas import create_one_app
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
    app = create_one_app(settings, sender=sender, schema=schema, guard=guard, instruments=instruments)
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


async def test_what_comes_over_a_socket_is_a_trace_from_its_message_to_the_statement_and_says_of_nobody(
    house: House, tracing: Tracing, collector: Collector
) -> None:
    stage = Stage(house)
    await stage.open()
    await collected(tracing)
    collector.spans.clear()
    async with served(house.measured) as address:
        async with connected(address) as socket:
            await socket.begin(f"Bearer {house.token('citizen')}")
            place = {"concertationId": stage.id, "stage": "appel", "round": 1}
            given = {**place, "idempotencyKey": "s1", "body": SAID, "themes": ["sante"]}
            sent = await socket.answer(document("SubmitContribution"), {"input": given})
            alias = NAME.split()[1]
            await socket.answer(
                f"query {alias}($s: String!) {{ {alias}: concertation(slug: $s) {{ id }} }}", {"s": NAME}
            )
            await socket.follow(stage.id, 0)
            await socket.event()
            await stage.do("Suspend", "coordinator", reason=SAID)
            while (await socket.event())["kind"] != "suspended":
                pass
        await collected(tracing)
    code = sent["data"]["submitContribution"]["receipt"]["code"]
    root = ["SUBSCRIBE /graphql", "mutation SubmitContribution"]
    (way,) = collector.ways("submit_contributions") + collector.ways("submit_contribution")
    assert way[:2] == root
    roots = [span for span in collector.spans if span.name == root[0]]
    assert len({span.trace for span in roots}) == len(roots) == 3
    assert ["SUBSCRIBE /graphql", "query"] in collector.ways("query")
    followed = [span for span in collector.spans if span.name == "subscription Events"]
    assert len(followed) == 1  # over before the socket was
    for words in (SAID, NAME, alias, code, pseudonym("citizen"), house.token("citizen")):
        assert words.encode() not in collector.raw, words
