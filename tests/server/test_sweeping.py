"""The worker sweeps the audit: what is older than the setting, for as long as it works."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from domain.auditing import What
from server.settings import Settings
from server.sweeping import keep_sweeping
from store import audit
from store.audit import Happened
from store.pool import acquire, open_pool
from tests.fixtures.clock import TestClock
from tests.fixtures.postgres import Database

pytestmark = pytest.mark.postgres

REMOVED = "removed 1 rows of the audit, older than 30 days"


async def test_what_is_older_than_the_setting_is_removed_again_and_again(
    database: Database, test_clock: TestClock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pool = await open_pool(database.worker, application="tests", statement_timeout=20)
    settings = Settings(
        data_dir=tmp_path, worker_database_url=SecretStr(database.worker), audit_days=30, collect_every=0.01
    )
    sweeping = asyncio.create_task(keep_sweeping(pool, settings))
    with caplog.at_level("INFO", "server.sweeping"):
        for number, member in enumerate(("first", "second"), 1):
            async with acquire(pool) as connection:
                await audit.write(connection, [Happened(what=What.SIGNED_IN, member=member)])
            await test_clock.advance(timedelta(days=31))
            async with asyncio.timeout(20), acquire(pool) as connection:
                while caplog.text.count(REMOVED) < number:  # noqa: ASYNC110 - who watches the log would wait so
                    await asyncio.sleep(0.01)
                since = await connection.fetchval("SELECT instant() - interval '1 year'")
                assert not await audit.since(connection, since, most=10)
    assert caplog.text.count(REMOVED) == 2
    sweeping.cancel()
    await pool.close()


@pytest.mark.parametrize("days", ["0", "-1", "4000", "x"])
def test_so_many_days_are_no_setting(days: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from server.settings import SettingInvalid, read_settings

    monkeypatch.setenv("CONCERTATION_AUDIT_DAYS", days)
    with pytest.raises(SettingInvalid, match="audit_days"):
        read_settings()
