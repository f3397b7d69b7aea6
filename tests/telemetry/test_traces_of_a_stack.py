"""One trace from the POST through SQL, the workflow and the worker, as a collector gets it from a real stack."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from server.demo.documents import document
from tests.api.sockets import connected
from tests.e2e.running import Running
from tests.telemetry.collector import Collector, collecting

pytestmark = pytest.mark.stack
TITLE = "Une concertation de Zénobie Quatrepoint"
THEIRS = "4bf92f3577b34da6a3ce929d0e0e4736"
WAY = [
    "POST /graphql",
    "mutation DraftConcertation",
    "StartUpdateWithStartWorkflow:ConcertationWorkflow",
    "HandleUpdate:execute",
    "StartActivity:record",
    "RunActivity:record",
    "append",
]


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as found:
        yield found


@pytest.fixture
def stack(tmp_path: Path, collector: Collector) -> Iterator[Running]:
    running = Running(
        "up", "--ephemeral", "--ready-file", tmp_path / "ready.json",
        OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, OTEL_BSP_SCHEDULE_DELAY="200",
    )  # fmt: skip
    yield running
    running.stop()


def test_a_command_is_one_trace_from_the_post_to_the_statement(
    stack: Running, collector: Collector, tmp_path: Path
) -> None:
    stack.read_until("Ctrl-C stops everything")
    facts = json.loads((tmp_path / "ready.json").read_text())
    for number in (1, 2):
        draft(facts, f"essai-{number}")
    wait_for(collector, WAY, 2)
    spans = [span for span in collector.spans if span.name == "append"]
    assert {span.service for span in spans} == {"concertation-worker"}
    traces = {span.trace for span in spans}
    assert len(traces) == 2
    assert THEIRS not in traces
    roots = [span for span in collector.spans if span.trace in traces and span.name == WAY[0]]
    assert {(span.service, span.parent, span.links) for span in roots} == {
        ("concertation-api", "", (THEIRS,))
    }
    assert collector.ways("open_concertation").count([*WAY[:-1], "open_concertation"]) == 2

    asyncio.run(draft_over_a_socket(facts, "essai-3"))
    wait_for(collector, ["SUBSCRIBE /graphql", *WAY[1:]], 1)
    for words in (TITLE, "Quatrepoint", "essai-1", "essai-3", facts["tokens"]["coordinator"]):
        assert words.encode() not in collector.raw


def wait_for(collector: Collector, way: list[str], number: int) -> None:
    """Wait until so many statements have come at the end of such a trace."""
    ends = time.monotonic() + 30
    while collector.ways("append").count(way) < number:
        assert time.monotonic() < ends, collector.ways("append")
        time.sleep(0.2)  # other processes send the spans, and nothing tells of it


def asked_to_draft(slug: str) -> dict[str, Any]:
    given = {"idempotencyKey": slug, "slug": slug, "title": {"fr": TITLE}, "procedure": "standard"}
    return {"query": document("DraftConcertation"), "variables": {"input": given}}


async def draft_over_a_socket(facts: dict[str, Any], slug: str) -> None:
    address = urlsplit(facts["ws_url"]).netloc
    async with connected(address) as socket:
        await socket.begin(f"Bearer {facts['tokens']['coordinator']}")
        asked = asked_to_draft(slug)
        said = await socket.answer(asked["query"], asked["variables"])
    assert said["data"]["draftConcertation"]["__typename"] == "ConcertationAccepted", said


def draft(facts: dict[str, Any], slug: str) -> None:
    asked = asked_to_draft(slug)
    request = urllib.request.Request(
        facts["graphql_url"],
        json.dumps(asked).encode(),
        {
            "content-type": "application/json",
            "authorization": f"Bearer {facts['tokens']['coordinator']}",
            "traceparent": f"00-{THEIRS}-00f067aa0ba902b7-01",
        },
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        said = json.load(answer)
    assert said["data"]["draftConcertation"]["__typename"] == "ConcertationAccepted", said
