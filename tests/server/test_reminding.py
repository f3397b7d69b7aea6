"""The worker writes reminders on their days, and PostgreSQL may come and go."""

import logging
from collections.abc import Awaitable, Callable

import pytest

from server.reminding import keep_reminding
from store.follow_up import Where, set_reminder_days
from store.pool import Pool, open_pool
from tests.fixtures.clock import TestClock
from tests.fixtures.postgres import Database
from tests.store.conftest import patient_pool
from tests.store.stage import DAY, Play
from tests.store.test_invitations import invite, member

pytestmark = pytest.mark.postgres


class Looked(Exception):
    """The worker has looked and would wait now."""


@pytest.fixture
def once(monkeypatch: pytest.MonkeyPatch) -> Callable[[Pool], Awaitable[None]]:
    """Look once."""

    async def wait(seconds: float) -> None:
        assert seconds == 60
        raise Looked

    async def look(pool: Pool) -> None:
        monkeypatch.setattr("server.reminding.asyncio.sleep", wait)
        with pytest.raises(Looked):
            await keep_reminding(pool, 60)

    return look


async def test_what_is_due_is_written_and_said(
    database: Database,
    test_clock: TestClock,
    once: Callable[[Pool], Awaitable[None]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    worker, app = await patient_pool(database.worker), await patient_pool(database.app)
    async with worker.acquire() as connection:
        play = Play(connection, test_clock)
        await play.launch()
        await invite(app, play, member("p0"), member("p1"))
        where = Where(concertation=play.id, round=1, stage="appel")
        await set_reminder_days(connection, where, [2], "coordinator")
        closes_at = (await play.process()).runs["appel"].closes_at
        assert closes_at is not None
        await play.clock.reach(closes_at - 2 * DAY)
    with caplog.at_level(logging.INFO, "server.reminding"):
        await once(worker)
        await once(worker)
    assert caplog.messages == ["wrote 2 reminders"]
    await worker.close()
    await app.close()


async def test_while_postgresql_is_away_reminders_wait(
    once: Callable[[Pool], Awaitable[None]], caplog: pytest.LogCaptureFixture
) -> None:
    pool = await open_pool("postgresql://nobody@127.0.0.1:1/none", application="tests")
    await once(pool)
    assert "reminders have to wait" in caplog.text
    pool.terminate()
