"""An installation in mid-course is backed up while people contribute, and lost; another goes on from the backup."""

from __future__ import annotations

import asyncio
import secrets
import shutil
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from domain.events import StageClosed
from domain.evolve import fold
from domain.process import Process
from server.demo.client import Client
from server.embedded.programs import program
from server.tokens import demo_member, sign_token
from store.pool import open_pool
from store.snapshots import read_event
from tests.e2e.test_temporal_lost import SOON, Site, is_open, ledger, procedure
from tests.store.addresses import reached_at
from tests.unit.office_files import PDF

pytestmark = [pytest.mark.stack, pytest.mark.long]

#: By name of the concertation: for how many seconds people may answer.
OVER, REDONE, BETWEEN, LONG = "terminee", "refaite", "entre-temps", "longue"
SECONDS = {OVER: 2, REDONE: 20, BETWEEN: 80, LONG: 3_600}
DRAFTS = ("assises-ia", "delphi")
PAPER = PDF + b"Le dossier."


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """The installation that is going to be lost."""
    found = Site(tmp_path)
    yield found
    if found.up is not None:
        found.up.stop()


def run(*words: str | Path, code: int = 0) -> str:
    """Run `concertation …` to its end; give what it printed."""
    done = subprocess.run(
        [program("concertation"), *map(str, words)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


async def until(holds: Callable[[], Awaitable[bool]], within: float = 60) -> None:
    """Look until it holds: it is another process that makes it so, and there is nothing here to wait on."""
    limit = time.monotonic() + within
    while not await holds():
        assert time.monotonic() < limit
        await asyncio.sleep(0.1)


async def begin(site: Site, client: Client, name: str) -> str:
    """Draft a concertation with a file and launch it; give its id."""
    await site.do(client, "PublishProcedure", "operator", source=procedure(name, SECONDS[name]))
    drafted = await site.do(client, "DraftConcertation", slug=name, title={"fr": name}, procedure=name)
    id: str = drafted["concertation"]["id"]
    ticket = await site.do(
        client,
        "RequestUpload",
        concertationId=id,
        name="Dossier.pdf",
        size=len(PAPER),
        mediaType="application/pdf",
    )
    await client.send(ticket["url"], PAPER)
    await site.do(
        client, "AttachDocument", concertationId=id, title={"fr": "Dossier"}, text={"fr": "Le dossier."},
        fileIds=[ticket["fileId"]],
    )  # fmt: skip
    now = datetime.fromisoformat((await client.ask("ServerTime"))["serverTime"])
    opens_at = (now + timedelta(seconds=1)).isoformat()
    await site.do(client, "Launch", concertationId=id, opensAt=opens_at)
    await site.until(client, id, lambda seen: is_open(seen) or seen["phase"] == "ENDED")
    return id


async def contribute(site: Site, client: Client, concertation: str, number: int) -> dict[str, Any]:
    """Let another person answer; give the receipt."""
    token = sign_token(site.settings, roles=[], member=demo_member(f"personne-{number}"))
    given = {
        "idempotencyKey": secrets.token_hex(8), "concertationId": concertation, "stage": "appel", "round": 1,
        "body": f"Ce que dit la personne {number}.", "themes": [],
    }  # fmt: skip
    data = await client.ask("SubmitContribution", {"input": given}, token)
    receipt: dict[str, Any] = data["submitContribution"]["receipt"]
    return receipt


class Store:
    """The database of an installation, as its worker sees it."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self.address: str = facts["database_urls"]["worker"]

    async def ask(self, query: str, *given: Any) -> list[Any]:
        connection = await asyncpg.connect(self.address)
        try:
            return list(await connection.fetch(query, *given))
        finally:
            await connection.close()

    async def notices(self) -> dict[str, tuple[str, str, str]]:
        """Slug, kind and state of each mail, by its id."""
        rows = await self.ask(
            """
            SELECT n.id::text, c.slug, t.kind, n.state FROM notice n JOIN notice_text t ON t.key = n.key
            JOIN concertation c ON c.id = t.concertation WHERE n.channel = 'mail'
            """
        )
        return {row["id"]: (row["slug"], row["kind"], row["state"]) for row in rows}

    async def is_all_told(self) -> bool:
        return not await self.ask(
            "SELECT 1 FROM outbox WHERE delivered_at IS NULL UNION ALL "
            "SELECT 1 FROM notice WHERE state IN ('waiting', 'sending') LIMIT 1"
        )

    async def leaves(self) -> set[str]:
        return {row["code"] for row in await self.ask("SELECT receipt AS code FROM contribution")}


def captured(folder: Path) -> set[str]:
    return {file.stem for file in (folder / "mail").glob("*.eml")}


async def addresses(facts: dict[str, Any]) -> None:
    """Let the coordination and some of the people be written to."""
    app = await open_pool(facts["database_urls"]["app"], application="tests", statement_timeout=20)
    for who in ("coordinator", *(f"personne-{number}" for number in range(5))):
        await reached_at(app, str(demo_member(who)), f"{who}@exemple.fr")
    await app.close()


async def test_every_concertation_goes_on_from_the_backup_and_nobody_is_told_twice(
    site: Site, tmp_path: Path
) -> None:
    facts = site.start()
    lost, store = Path(facts["data_dir"]), Store(facts)
    await addresses(facts)
    async with Client(facts["graphql_url"]) as client:
        for slug in DRAFTS:
            await site.do(client, "DraftConcertation", slug=slug, title={"fr": slug}, procedure=slug)
        ids = {name: await begin(site, client, name) for name in (OVER, LONG)}
        await site.until(client, ids[OVER], lambda seen: seen["phase"] == "ENDED")
        run("export-archive", "--concertation", OVER, "--output", tmp_path / "before.zip", "--data-dir", lost)
        await until(store.is_all_told)
        await store.ask("UPDATE delivery SET mail_paused_until = instant() + interval '1 hour'")

        receipts: list[str] = []
        stop = asyncio.Event()

        async def keep_contributing() -> None:
            number = 0
            while not stop.is_set():
                receipts.append((await contribute(site, client, ids[LONG], number))["code"])
                number += 1

        def more_than(count: int) -> Callable[[], Awaitable[bool]]:
            async def holds() -> bool:
                return len(receipts) > count

            return holds

        people = asyncio.create_task(keep_contributing())
        await until(more_than(7))
        ids |= {name: await begin(site, client, name) for name in (BETWEEN, REDONE)}
        early = set(receipts)
        said = await asyncio.to_thread(
            run, "backup", "--output", tmp_path / "b.backup", "--data-dir", lost, "--language", "en"
        )
        after = len(receipts)
        assert "6 concertations" in said
        assert not await store.ask("SELECT 1 FROM concertation WHERE slug = $1 AND phase = 'ended'", REDONE)
        await until(more_than(after + 2))
        stop.set()
        await people
        await store.ask("UPDATE delivery SET mail_paused_until = NULL")
        await site.until(client, ids[REDONE], lambda seen: seen["phase"] == "ENDED")
        await until(store.is_all_told)
        # An extension that the backup does not know: the workflow of before sleeps until an hour later.
        ends = (await site.see(client, ids[BETWEEN]))["stages"][0]["closesAt"]
        await site.do(
            client, "ExtendStage", concertationId=ids[BETWEEN], stage="appel", round=1, seenClosesAt=ends,
            closesAt=(datetime.fromisoformat(ends) + timedelta(hours=1)).isoformat(), reason="Une heure de plus.",
        )  # fmt: skip
        await until(store.is_all_told)
        lost_at = (await client.ask("ServerTime"))["serverTime"]
    told = await store.notices()
    assert ("refaite", "concertation_ended", "sent") in told.values()
    site.stop()
    assert datetime.fromisoformat(lost_at) < datetime.fromisoformat(ends), (
        "too slow a machine: nothing is between"
    )
    shutil.move(lost, tmp_path / "lost")

    for words in (("--check",), ("--data-dir", lost, "--lost-at", lost_at)):
        said = run("restore", tmp_path / "b.backup", *words, "--language", "en")
        assert "The backup is whole" in said
    assert f"{LONG}: " in said
    assert "calls open then: appel" in said
    assert "mails were waiting and have gone before the loss" in said
    refused = await asyncio.to_thread(
        run, "restore", tmp_path / "b.backup", "--data-dir", lost, "--language", "en", code=1
    )
    assert "is not empty" in refused

    for file in (tmp_path / "lost").glob(
        "temporal.db*"
    ):  # whoever restores forgets what Temporal knows, or keeps it
        shutil.copy(file, lost)

    async def has_passed() -> bool:
        return datetime.now(UTC) > datetime.fromisoformat(ends) + timedelta(seconds=0.5)

    await until(has_passed, within=120)  # a deadline that falls while nothing runs
    facts = site.start()
    restarted = datetime.now(UTC)
    store = Store(facts)
    async with Client(facts["graphql_url"]) as client:
        for name in (REDONE, BETWEEN):
            await site.until(client, ids[name], lambda seen: seen["phase"] == "ENDED")
        kept = await store.leaves()
        assert early <= kept < set(receipts)
        again = await contribute(site, client, ids[LONG], 10_000)
        assert again["code"]
        for slug in DRAFTS:
            (row,) = await store.ask("SELECT id::text FROM concertation WHERE slug = $1", slug)
            assert row["id"]
    await until(store.is_all_told)
    now = await store.notices()
    assert captured(tmp_path / "lost") & captured(lost) == set(), "a mail went twice"
    assert {
        state for slug, kind, state in now.values() if (slug, kind) == (REDONE, "concertation_ended")
    } == {"failed"}
    assert {
        state for slug, kind, state in now.values() if (slug, kind) == (BETWEEN, "concertation_ended")
    } == {"sent"}

    rows = await ledger(
        store.address, (await store.ask("SELECT id FROM concertation WHERE slug = $1", BETWEEN))[0][0]
    )
    (closed,) = [row for row in rows if row["kind"] == "stage_closed"]
    event = read_event(closed["content"])
    assert isinstance(event.fact, StageClosed)
    assert event.fact.closes_at == datetime.fromisoformat(ends)
    assert closed["at"] <= restarted + 4 * SOON
    assert fold(Process(id=""), [read_event(row["content"]) for row in rows]).over

    for command in ("doctor", "verify-ledger"):
        run(command, "--data-dir", lost, "--language", "en")
    run("export-archive", "--concertation", OVER, "--output", tmp_path / "after.zip", "--data-dir", lost)
    assert (tmp_path / "before.zip").read_bytes() == (tmp_path / "after.zip").read_bytes()
    for name in SECONDS:
        file = tmp_path / f"{name}.zip"
        run("export-archive", "--concertation", name, "--output", file, "--data-dir", lost)
        run("verify", file)
    site.stop()
