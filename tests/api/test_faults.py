"""When PostgreSQL or Temporal is down: an answer in time, and the service back without a restart."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr
from temporalio.testing import WorkflowEnvironment

from server.settings import Settings
from store import committed_together
from store.enclosing import submit_with_files
from store.pool import open_pool
from tests.api.house import DirectSender, House, document
from tests.api.proxy import Proxy
from tests.api.stage import Stage
from tests.fixtures.clock import TestClock
from tests.fixtures.postgres import Database
from tests.fixtures.replicas import create_app

pytestmark = pytest.mark.postgres


async def timed(asked: Any, within: float) -> httpx.Response:
    """The answer, which must come in time."""
    began = time.perf_counter()
    response: httpx.Response = await asked
    assert time.perf_counter() - began < within
    return response


def error(response: httpx.Response) -> str:
    found: str = response.json()["errors"][0]["extensions"]["code"]
    return found


@pytest_asyncio.fixture
async def proxy(database: Database, tmp_path: Path) -> AsyncIterator[Proxy]:
    found = Proxy(database.app, tmp_path)
    await found.open()
    yield found
    await found.close()


@pytest_asyncio.fixture
async def cut(
    proxy: Proxy, database: Database, test_clock: TestClock, tmp_path: Path
) -> AsyncIterator[House]:
    """The application behind a socket that can be cut."""
    settings = Settings(
        data_dir=tmp_path,
        database_url=SecretStr(proxy.dsn),
        temporal_address="127.0.0.1:1",
        database_timeout=1.0,
    )
    worker = await open_pool(database.worker, application="tests: worker", max_size=4)
    sender = DirectSender(worker)
    app = create_app(settings, sender=sender)
    async with app.router.lifespan_context(app):
        found = House(app, settings, sender, test_clock)
        yield found
        await found.http.aclose()
    await worker.close()


@pytest.mark.parametrize("how", ["cut", "silent"])
async def test_without_postgresql_the_answer_is_503_within_two_seconds_and_then_all_is_well(
    cut: House, proxy: Proxy, how: str
) -> None:
    stage = Stage(cut)
    await stage.draft()
    query, given = "query($id: ID!) { concertation(id: $id) { slug } }", {"id": stage.id}
    fields = {"idempotencyKey": "k", "concertationId": stage.id, "title": "Autre"}
    mutation = "mutation($input: AmendDraftInput!) { amendDraft(input: $input) { __typename } }"
    if how == "cut":
        await proxy.close()
    else:
        proxy.silence()
    for asked in (
        cut.post(query, given, "coordinator"),
        cut.post("{ serverTime }"),
        cut.post(mutation, {"input": fields}, "coordinator"),
    ):
        response = await timed(asked, 2)
        assert response.status_code == 503
        assert response.headers["retry-after"]
        assert error(response) == "UNAVAILABLE"
        assert response.json()["errors"][0]["message"]
    ready = await timed(cut.http.get("/readyz"), 2)
    assert ready.status_code == 503
    assert (await timed(cut.http.get("/healthz"), 1)).status_code == 200
    if how == "silent":
        await proxy.close()
    await proxy.open()
    assert (await cut.ask(query, given, "coordinator"))["concertation"] == {"slug": "essai"}
    assert (await cut.http.get("/readyz")).status_code == 200
    assert (await cut.ask(mutation, {"input": fields}, "coordinator"))["amendDraft"]["__typename"]


async def test_the_application_starts_without_postgresql(tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path,
        database_url=SecretStr(f"postgresql://nobody@/nothing?host={tmp_path}"),
        temporal_address="127.0.0.1:1",
    )
    app = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1") as client,
    ):
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/readyz")).status_code == 503


async def through(house: House, address: str, namespace: str = "default") -> Any:
    """The same database, commands through the Temporal at an address."""
    settings = house.settings.model_copy(
        update={"temporal_address": address, "temporal_namespace": namespace, "command_timeout": 2.0}
    )
    return create_app(settings), settings


async def amend(house: House, stage: Stage, key: str = "k") -> httpx.Response:
    fields = {"idempotencyKey": key, "concertationId": stage.id, "title": "Autre"}
    mutation = """mutation($input: AmendDraftInput!) { amendDraft(input: $input) { __typename
        ... on Accepted { events { seq kind } } } }"""
    return await house.post(mutation, {"input": fields}, "coordinator")


async def test_a_refused_connection_to_temporal_is_unavailable_and_changed_nothing(stage: Stage) -> None:
    await stage.draft()
    app, settings = await through(stage.house, "127.0.0.1:1")
    async with app.router.lifespan_context(app):
        house = House(app, settings, stage.house.sender, stage.house.clock)
        before = await house.clock_and_ledger()
        response = await timed(amend(house, stage), 3)
        assert error(response) == "UNAVAILABLE"
        assert await house.clock_and_ledger() == before
        await house.http.aclose()


async def test_contributions_are_taken_without_temporal(stage: Stage) -> None:
    await stage.open()
    app, settings = await through(stage.house, "127.0.0.1:1")
    async with app.router.lifespan_context(app):
        house = House(app, settings, stage.house.sender, stage.house.clock)
        answer = await house.done(
            "SubmitContribution", "citizen",
            concertationId=stage.id, stage="appel", round=1, body="Sans Temporal.",
        )  # fmt: skip
        assert answer["receipt"]["code"]
        await house.http.aclose()


async def test_a_temporal_that_says_nothing_leaves_the_outcome_unknown(stage: Stage) -> None:
    await stage.draft()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    address = "127.0.0.1:{1}".format(*server.sockets[0].getsockname())
    app, settings = await through(stage.house, address)
    async with server, app.router.lifespan_context(app):
        house = House(app, settings, stage.house.sender, stage.house.clock)
        response = await timed(amend(house, stage), 3)
        assert error(response) in ("OUTCOME_UNKNOWN", "UNAVAILABLE")
        await house.http.aclose()


@pytest.mark.temporal
async def test_without_a_worker_the_outcome_is_unknown_and_the_same_key_answers_later(
    stage: Stage, own_temporal_env: WorkflowEnvironment
) -> None:
    """On a Temporal of its own: a workflow that nobody serves would hold up whoever skips time there."""
    await stage.draft()
    address = own_temporal_env.client.service_client.config.target_host
    app, settings = await through(stage.house, address)
    async with app.router.lifespan_context(app):
        house = House(app, settings, stage.house.sender, stage.house.clock)
        response = await timed(amend(house, stage), 3)
        assert error(response) == "OUTCOME_UNKNOWN"
        done = (await amend(stage.house, stage)).json()  # what a worker does when it is back
        again = await timed(amend(house, stage), 3)
        assert again.json() == done
        assert again.json()["data"]["amendDraft"]["__typename"] == "ConcertationAccepted"
        await house.http.aclose()


@pytest.mark.parametrize("when", ["in it", "after it"])
@pytest.mark.parametrize("together", [True, False])
async def test_postgresql_lost_while_something_is_written_leaves_the_outcome_unknown(
    cut: House, proxy: Proxy, monkeypatch: pytest.MonkeyPatch, together: bool, when: str
) -> None:
    stage = Stage(cut)
    await stage.open()
    submits: Any = committed_together._submit if together else submit_with_files
    tried = []

    async def lost(connection: Any, *sent: Any) -> Any:
        tried.append(sent)
        if when == "after it":
            await submits(connection, *sent)
        proxy.silence()
        return await connection.fetchval("SELECT 1")

    if together:
        monkeypatch.setattr("store.committed_together._submit", lost)
    else:
        monkeypatch.setattr("api.reading.Reading.lately", lambda *_: None)
        monkeypatch.setattr("api.mutations.contributing.submit_with_files", lost)
    fields = {
        "idempotencyKey": "k",
        "concertationId": stage.id,
        "stage": "appel",
        "round": 1,
        "body": "Bonjour.",
    }
    response = await timed(cut.post(document("SubmitContribution"), {"input": fields}, "citizen"), 2)
    assert response.status_code == 503
    assert error(response) == "OUTCOME_UNKNOWN"
    assert len(tried) == 1
    monkeypatch.undo()
    await proxy.close()
    await proxy.open()
    again = await cut.ask("SubmitContribution", {"input": fields}, "citizen")
    assert again["submitContribution"]["receipt"]["code"]
    figures = await cut.ask("Concertation", {"slug": "essai"})
    assert figures["concertation"]["figures"][0]["total"] == 1


async def test_postgresql_lost_after_a_command_was_done_leaves_the_outcome_unknown(
    cut: House, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(cut)
    await stage.draft()
    real = cut.sender.send

    async def then_lost(command: Any) -> Any:
        reply = await real(command)
        proxy.silence()
        return reply

    monkeypatch.setattr(cut.sender, "send", then_lost)
    response = await timed(amend(cut, stage), 3)
    assert response.status_code == 503
    assert error(response) == "OUTCOME_UNKNOWN"
    monkeypatch.setattr(cut.sender, "send", real)
    await proxy.close()
    await proxy.open()
    again = (await amend(cut, stage)).json()["data"]["amendDraft"]
    assert [e["kind"] for e in again["events"]] == ["draft_amended"]
