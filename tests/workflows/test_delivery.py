"""The delivery of notices as workers run it: through Temporal, one for a task queue, for ever.

On a server of its own: where a call of the activity is not over, no time is skipped for anybody.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
from pydantic import SecretStr
from temporalio.testing import WorkflowEnvironment

from server.settings import Settings
from store.pool import Pool, open_pool
from tests.fixtures.clock import TestClock
from tests.fixtures.postgres import Database
from tests.fixtures.replicas import working
from tests.store.addresses import reached_at
from tests.store.stage import Play
from workflows.starting import start_delivery

pytestmark = [pytest.mark.postgres, pytest.mark.temporal]


@pytest_asyncio.fixture
async def pool(database: Database) -> AsyncIterator[Pool]:
    """The worker's pool."""
    pool = await open_pool(database.worker, application="tests: worker", statement_timeout=20)
    yield pool
    await pool.close()


async def test_what_happens_is_told_by_mail_through_the_worker(
    own_temporal_env: WorkflowEnvironment,
    pool: Pool,
    database: Database,
    test_clock: TestClock,
    tmp_path: Path,
) -> None:
    app = await open_pool(database.app, application="tests: app")
    await reached_at(app, "p0", "p0@exemple.fr", "en")
    await app.close()
    async with pool.acquire() as connection:
        await Play(connection, test_clock).launch()
    queue = f"queue-{uuid4()}"
    settings = Settings(
        worker_database_url=SecretStr(database.worker), task_queue=queue, mail="capture", data_dir=tmp_path
    )
    async with working(own_temporal_env.client, pool, settings):
        await start_delivery(own_temporal_env.client, queue)
        await start_delivery(own_temporal_env.client, queue)
        async with asyncio.timeout(30):
            while True:
                mails = list((tmp_path / "mail").glob("*.eml"))
                if len(mails) == 2 and await pool.fetchval(
                    "SELECT count(*) = 2 FROM notice WHERE state = 'sent'"
                ):
                    break
                await asyncio.sleep(0.1)  # the worker is at work
    said = "".join(mail.read_text("utf-8") for mail in mails)
    assert said.count("To: <p0@exemple.fr>") == 2
    assert "Concertation launched" in said
