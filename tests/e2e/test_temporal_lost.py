"""Temporal may lose everything: the ledger is the process, and the reconciler begins again from it."""

from __future__ import annotations

import asyncio
import json
import secrets
import signal
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from temporalio.client import Client as Temporal
from temporalio.client import WorkflowExecutionStatus

from domain.evolve import fold
from domain.process import Process
from server.demo.client import Client
from server.settings import Settings
from server.tokens import demo_member, sign_token
from store.snapshots import read_event, read_process
from tests.e2e.running import Running, read_facts

pytestmark = [pytest.mark.stack, pytest.mark.long]

#: A deadline is honoured within so many seconds, once the servers are up.
SOON = timedelta(seconds=5)
SHORT, LONG, DRAFT = "court", "long", "projet"


def procedure(name: str, seconds: int) -> str:
    """A call for input of so many seconds, after which it is over."""
    return json.dumps(
        {
            "id": name, "label": name, "sandbox": True, "notice": "PT0.5S", "channels": ["online", "paper"],
            "colleges": [{"id": "public", "label": "Public"}],
            "offices": [{"id": "coordination", "role": "coordinator", "label": "Coordination"}],
            "stages": [
                {
                    "id": "appel", "kind": "call_for_input", "label": "Appel", "admission": "open",
                    "duration": {"planned": f"PT{seconds}S", "minimum": "PT1S"},
                }
            ],
        }
    )  # fmt: skip


class Site:
    """`concertation up` on one folder, and its coordinator."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = Settings(data_dir=folder / "data")
        self.up: Running | None = None

    def start(self) -> dict[str, Any]:
        self.up = Running(
            "up", "--data-dir", self.folder / "data", "--ready-file", self.folder / "ready.json"
        )
        self.up.read_until("Ctrl-C stops everything")
        return read_facts(self.folder / "ready.json")

    def stop(self) -> None:
        assert self.up is not None
        assert self.up.end(signal.SIGTERM) == 0, self.up.screen

    def token(self, role: str) -> str:
        return sign_token(self.settings, roles=[role], member=demo_member(role))

    async def do(
        self, client: Client, operation: str, role: str = "coordinator", **given: Any
    ) -> dict[str, Any]:
        if operation != "PublishProcedure":
            given["idempotencyKey"] = secrets.token_hex(8)
        data = await client.ask(operation, {"input": given}, self.token(role))
        (answer,) = data.values()
        assert "code" not in answer, answer
        return answer

    async def see(self, client: Client, concertation: str) -> dict[str, Any]:
        data = await client.ask("Situation", {"id": concertation}, self.token("coordinator"))
        found: dict[str, Any] = data["concertation"]
        return found

    async def until(
        self, client: Client, concertation: str, test: Callable[[dict[str, Any]], bool]
    ) -> dict[str, Any]:
        async with asyncio.timeout(40):
            while True:
                seen = await self.see(client, concertation)
                if test(seen):
                    return seen
                await asyncio.sleep(0.1)  # servers in other processes: nothing here to wait on


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    found = Site(tmp_path)
    yield found
    if found.up is not None:
        found.up.stop()


def is_open(seen: dict[str, Any]) -> bool:
    return bool(seen["stages"]) and seen["stages"][0]["state"] == "OPEN"


async def prepare(site: Site, client: Client) -> dict[str, str]:
    """Two open calls for input and a draft."""
    ids = {}
    for name, seconds in ((SHORT, 3), (LONG, 12), (DRAFT, 3)):
        await site.do(client, "PublishProcedure", "operator", source=procedure(name, seconds))
        drafted = await site.do(client, "DraftConcertation", slug=name, title={"fr": name}, procedure=name)
        ids[name] = drafted["concertation"]["id"]
    for name in (SHORT, LONG):
        now = datetime.fromisoformat((await client.ask("ServerTime"))["serverTime"])
        await site.do(
            client, "Launch", concertationId=ids[name], opensAt=(now + timedelta(seconds=1)).isoformat()
        )
    for name in (SHORT, LONG):
        await site.until(client, ids[name], is_open)
    await site.do(
        client,
        "SubmitContribution",
        concertationId=ids[LONG],
        stage="appel",
        round=1,
        body="Présent.",
        themes=[],
    )
    return ids


async def snapshots(database: str) -> dict[str, tuple[int, Process]]:
    connection = await asyncpg.connect(database)
    try:
        rows = await connection.fetch("SELECT id, slug, seq, snapshot::text FROM concertation")
        return {row["slug"]: (row["seq"], read_process(row["snapshot"])) for row in rows}
    finally:
        await connection.close()


async def ledger(database: str, concertation: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(database)
    try:
        return await connection.fetch(
            "SELECT at, kind, content FROM ledger WHERE concertation = $1 ORDER BY seq", concertation
        )
    finally:
        await connection.close()


async def test_when_temporals_database_is_deleted_every_concertation_goes_on_from_the_ledger(
    site: Site,
) -> None:
    facts = site.start()
    async with Client(facts["graphql_url"]) as client:
        ids = await prepare(site, client)
    before = await snapshots(facts["database_urls"]["worker"])
    site.stop()
    (site.folder / "data" / "temporal.db").unlink()

    facts = site.start()
    restarted = datetime.fromtimestamp((site.folder / "ready.json").stat().st_mtime).astimezone()
    async with Client(facts["graphql_url"]) as client:
        for name in (SHORT, LONG):
            await site.until(client, ids[name], lambda seen: seen["phase"] == "ENDED")
        temporal = await Temporal.connect(facts["temporal_address"], namespace="concertation")
        handle = temporal.get_workflow_handle(f"concertation-{before[DRAFT][1].id}")
        assert (await handle.describe()).status is WorkflowExecutionStatus.RUNNING
        now = datetime.fromisoformat((await client.ask("ServerTime"))["serverTime"])
        await site.do(
            client, "Launch", concertationId=ids[DRAFT], opensAt=(now + timedelta(seconds=1)).isoformat()
        )
        await site.until(client, ids[DRAFT], is_open)

    for name in (SHORT, LONG):
        seq, kept = before[name]
        rows = await ledger(facts["database_urls"]["worker"], kept.id)
        assert fold(Process(id=kept.id), [read_event(row["content"]) for row in rows[:seq]]) == kept
        announced = kept.runs["appel"].closes_at
        assert announced is not None
        (closed,) = [row["at"] for row in rows if row["kind"] == "stage_closed"]
        assert announced <= closed <= max(announced, restarted) + SOON
    verified = Running("verify-ledger", "--data-dir", facts["data_dir"])
    assert verified.wait() == 0, verified.screen
    site.stop()
