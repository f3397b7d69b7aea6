"""A database that was restored from a backup: no door of before opens, and what was told is not told again."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from domain import acts
from store import access_tokens, sessions
from store.known_processes import KnownProcesses
from store.notices import fan_out
from store.pool import Pool
from store.restorations import mark
from tests.fixtures.postgres import Database
from tests.store.addresses import reached_at
from tests.store.stage import DAY, Play

pytestmark = pytest.mark.postgres

HELD = "restored: it may have gone already"


@pytest_asyncio.fixture
async def superuser(database: Database) -> AsyncIterator[Any]:
    """A connection as whoever restores."""
    connection = await asyncpg.connect(database.superuser)
    yield connection
    await connection.close()


async def restored(superuser: Any, backed_up_at: datetime, lost_at: datetime | None) -> Any:
    return await superuser.fetchrow("SELECT * FROM begin_restored($1, $2)", backed_up_at, lost_at)


async def told(worker: Pool) -> dict[tuple[str, str], str | None]:
    """Fan out what there is; give kind, state and fault of all notices."""
    async with worker.acquire() as connection:
        while await fan_out(connection, KnownProcesses()):
            pass
    rows = await worker.fetch(
        "SELECT t.kind, n.state, n.last_fault FROM notice n JOIN notice_text t ON t.key = n.key"
    )
    return {(row["kind"], row["state"]): row["last_fault"] for row in rows}


async def test_each_restoration_has_a_mark_of_its_own(superuser: Any, worker: Pool, app: Pool) -> None:
    now = await superuser.fetchval("SELECT instant()")
    async with worker.acquire() as one, app.acquire() as other:
        assert await mark(one) == ""
        first = await restored(superuser, now, None)
        assert await mark(one) == await mark(other) == first["mark"] != ""
        second = await restored(superuser, now, None)
        assert await mark(one) == second["mark"] != first["mark"]


async def test_sessions_and_tokens_that_may_have_been_ended_since_the_backup_open_nothing(
    superuser: Any, play: Play, app: Pool
) -> None:
    now = await play.clock.now()
    secret, token = hashlib.sha256(b"session").digest(), hashlib.sha256(b"token").digest()
    terms = sessions.Terms(idle=DAY, life=DAY, renew=DAY)
    async with app.acquire() as connection:
        await sessions.begin(connection, secret, terms, member="p0", provider="development")
        made = await connection.fetchval(
            "SELECT create_access_token($1, 'p0', 'Script', '{read}', $2, $3, 9)",
            uuid4(), token, now + timedelta(days=3),
        )  # fmt: skip
        assert made == "fresh"
        row = await restored(superuser, now, None)
        assert (row["sessions"], row["tokens"]) == (1, 1)
        assert await sessions.use(connection, secret, terms) is None
        assert await access_tokens.use(connection, token) is None


async def test_what_waited_to_be_sent_and_was_due_before_the_loss_is_held_and_what_comes_later_goes(
    superuser: Any, play: Play, worker: Pool, app: Pool
) -> None:
    await reached_at(app, "p0", "p0@exemple.fr")
    await play.launch()
    assert (await told(worker))["stage_opened", "waiting"] is None
    backed_up_at = await play.clock.now()
    row = await restored(superuser, backed_up_at, backed_up_at + timedelta(seconds=1))
    assert row["held"] > 0
    after = await told(worker)
    assert after["stage_opened", "failed"] == HELD
    assert ("stage_opened", "waiting") not in after
    await play.clock.advance(timedelta(hours=1))
    run = (await play.process()).runs["appel"]
    assert run.closes_at is not None
    await play.do(
        acts.ExtendStage(closes_at=run.closes_at + DAY, reason="Un jour de plus.", seen_closes_at=run.closes_at),
        stage="appel", round=1,
    )  # fmt: skip
    assert (await told(worker))["stage_extended", "waiting"] is None


async def test_what_time_does_again_is_told_only_where_it_was_due_after_the_loss(
    superuser: Any, play: Play, worker: Pool, app: Pool
) -> None:
    """The backup knows the call open; it closed before the loss, and a later stage is overdue after it."""
    await reached_at(app, "coordinator", "coordination@exemple.fr")
    await play.launch()
    await told(worker)
    await worker.execute("UPDATE notice SET state = 'sent'")
    backed_up_at = await play.clock.now()
    run = (await play.process()).runs["appel"]
    assert run.entry_closes_at is not None
    lost_at = await play.clock.reach(run.entry_closes_at + timedelta(hours=1))
    await restored(superuser, backed_up_at, lost_at)
    await play.clock.advance(timedelta(hours=2))
    events = await play.tick()
    kinds = {event.fact.kind for event in events}
    assert "stage_closed" in kinds
    after = await told(worker)
    states = {state for (kind, state) in after if kind in kinds}
    assert states <= {"failed"}, after
    assert any(fault == HELD for fault in after.values())


async def test_a_closing_that_fell_after_the_loss_is_told(
    superuser: Any, play: Play, worker: Pool, app: Pool
) -> None:
    await reached_at(app, "coordinator", "coordination@exemple.fr")
    await play.launch()
    await told(worker)
    await worker.execute("UPDATE notice SET state = 'sent'")
    backed_up_at = await play.clock.now()
    run = (await play.process()).runs["appel"]
    assert run.closes_at is not None
    await play.clock.reach(run.closes_at + timedelta(days=20))
    await restored(superuser, backed_up_at, run.closes_at - DAY)
    await play.tick()
    after = await told(worker)
    assert not any(state == "failed" for _, state in after), after
    assert any(state == "waiting" for _, state in after), after
