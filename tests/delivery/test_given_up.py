"""Notices that failed for good: the operator sees them at once, until somebody sends them again or a day has passed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from server.ailments import of_database
from server.telemetry.looking import look
from server.telemetry.metrics import WorkerMetrics
from store.dispatch import retry
from store.pool import Pool
from store.sending import BACK_OFF
from tests.delivery.conftest import Post
from tests.delivery.receiving import OwnController, Receiver
from tests.fixtures.postgres import Database

pytestmark = pytest.mark.postgres


async def told(worker: Pool, channel: str = "mail") -> float | None:
    metrics = WorkerMetrics()
    await look(worker, metrics)
    return metrics.registry.get_sample_value("concertation_notices_failed", {"channel": channel})


async def test_one_that_a_server_refuses_is_counted_until_it_is_sent_again(
    post: Post, receiver: Receiver, server: OwnController, app: Pool
) -> None:
    receiver.at["RCPT"] = lambda address: "550 no such user" if address.startswith("m0@") else None
    await post.write(3)
    assert await told(post.worker) == 0
    await post.send()
    assert await post.states() == {"failed": 1, "sent": 2}
    assert (await told(post.worker), await told(post.worker, "webhook")) == (1, 0)
    receiver.at.clear()
    async with app.acquire() as connection:
        assert await retry(connection, post.play.id, str((await post.row())["id"])) is None
    assert await told(post.worker) == 0
    await post.send()
    assert await post.states() == {"sent": 3}


async def test_one_that_was_tried_for_five_days_is_counted_for_a_day_and_said_for_a_week(
    post: Post, receiver: Receiver, server: OwnController
) -> None:
    receiver.at["RCPT"] = lambda address: "450 later"
    await post.write(1)
    await post.worker.execute("UPDATE notice SET attempts = $1", len(BACK_OFF))
    await post.clock.advance(timedelta(days=5))
    await post.send()
    assert await post.states() == {"failed": 1}
    assert await told(post.worker) == 1
    await post.clock.advance(timedelta(days=1, minutes=1))
    assert await told(post.worker) == 0
    assert await said(post.worker) == {"notices": "1", "fault": "450 later"}
    await post.clock.advance(timedelta(days=6))
    assert await said(post.worker) is None


async def test_what_a_restoration_held_back_is_nobodys_failure(post: Post, database: Database) -> None:
    await post.write(2)
    superuser = await asyncpg.connect(database.superuser)
    row = await superuser.fetchrow("SELECT b.* FROM instant() AS now, begin_restored(now, NULL) AS b")
    await superuser.close()
    assert row is not None
    assert row["held"] == 2
    assert await post.states() == {"failed": 2}
    assert await told(post.worker) == 0


async def said(worker: Pool) -> dict[str, str] | None:
    """What a doctor says of them."""
    async with worker.acquire() as connection:
        found: dict[str, Any] = {one.kind: one.details async for one in of_database(connection)}
    return found.get("notices")
