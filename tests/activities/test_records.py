"""The activities: what may be better later is tried again, what cannot be is said at once."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.records import Records
from activities.sealing import SealingFailed
from domain import acts
from domain.acts import SYSTEM
from domain.process import State
from domain.refusals import Code
from store.faults import StoreUnreachable
from store.pool import Pool, open_pool
from store.replies import Accepted
from tests.fixtures.clock import TestClock
from tests.fixtures.postgres import Database
from tests.store.conftest import patient_pool
from tests.store.stage import Play, procedure, refused

pytestmark = pytest.mark.postgres


@pytest_asyncio.fixture
async def worker(database: Database) -> AsyncIterator[Pool]:
    """The worker's pool."""
    pool = await patient_pool(database.worker)
    yield pool
    await pool.close()


@pytest_asyncio.fixture
async def play(worker: Pool, test_clock: TestClock) -> AsyncIterator[Play]:
    """A concertation that does not exist yet."""
    async with worker.acquire() as connection:
        yield Play(connection, test_clock)


@pytest.fixture
def records(worker: Pool, database: Database) -> Records:
    """The activities of a worker."""
    return Records(worker, database.worker)


async def run(activity: Any, *arguments: Any) -> Any:
    """Run an activity as the worker would."""
    return await ActivityEnvironment().run(activity, *arguments)


async def test_of_a_concertation_that_does_not_exist_nothing_is_loaded(records: Records, play: Play) -> None:
    assert await run(records.load, play.id) is None


async def test_what_was_recorded_is_loaded(records: Records, play: Play) -> None:
    draft = play.command(play.draft_of(procedure()), roles=("coordinator",))
    recorded = await run(records.record, draft, 0)
    assert isinstance(recorded.reply, Accepted)
    loaded = await run(records.load, play.id)
    assert loaded.seq == recorded.seq == len(recorded.events)
    again = await run(records.record, play.command(acts.Suspend(reason="Incident")), recorded.seq)
    assert refused(again).code is Code.NOT_LAUNCHED


async def _at_the_seal(play: Play, app_dsn: str) -> None:
    await play.launch()
    pool = await patient_pool(app_dsn)
    async with pool.acquire() as connection:
        for number in range(3):
            await play.contribute(connection, f"p{number}")
    await pool.close()
    run_ = (await play.process()).runs["appel"]
    assert run_.entry_closes_at is not None
    await play.clock.reach(run_.entry_closes_at)
    await play.ask(play.command(acts.Tick(), by=SYSTEM), few=2)
    assert (await play.process()).runs["appel"].state is State.SEALING


async def test_a_large_set_is_sealed_in_a_child_that_heartbeats(
    records: Records, play: Play, database: Database
) -> None:
    await _at_the_seal(play, database.app)
    beats: list[Any] = []
    environment = ActivityEnvironment()
    environment.on_heartbeat = lambda *details: beats.append(details)
    figures = await environment.run(records.seal, play.id, 1, "appel")
    assert (figures.count, figures.by_college, figures.entitled) == (3, {"locales": 3}, {"locales": 3})
    assert beats
    assert await run(records.seal, play.id, 1, "appel") == figures
    await play.do(acts.RecordSeal(figures=figures), by=SYSTEM, round=1, stage="appel")
    assert (await play.process()).runs["appel"].seals[-1].figures == figures


async def test_a_child_that_ends_without_figures_may_be_asked_again(
    records: Records, play: Play, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    await play.draft()
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))
    with pytest.raises(SealingFailed):
        await run(records.seal, play.id, 1, "appel")


async def test_a_child_ends_with_the_activity_that_asked_for_it(
    records: Records, play: Play, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    await play.draft()
    slow, started = tmp_path / "slow", tmp_path / "started"
    os.mkfifo(started)
    slow.write_text(f"#!/bin/sh\necho $$ > {started}\nexec sleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(slow))
    task = asyncio.create_task(ActivityEnvironment().run(records.seal, play.id, 1, "appel"))
    pid = (await asyncio.to_thread(started.read_text)).strip()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not Path(f"/proc/{pid}").exists()


async def test_a_database_that_is_down_is_tried_again(tmp_path: Path) -> None:
    pool = await open_pool(f"postgresql://x@/x?host={tmp_path}", application="tests")
    records = Records(pool, "")
    with pytest.raises(StoreUnreachable):
        await run(records.load, "00000000-0000-4000-8000-000000000000")
    await pool.close()


async def test_what_no_repetition_can_mend_is_told_at_once(
    records: Records, play: Play, worker: Pool
) -> None:
    await play.draft()
    broken = play.command(acts.EnrolMember(member="a"))
    object.__setattr__(broken, "act", object())
    with pytest.raises(ApplicationError) as told:
        await run(records.record, broken, 0)
    assert told.value.non_retryable
    with pytest.raises(ApplicationError) as missing:
        await run(records.seal, "00000000-0000-4000-8000-000000000000", 1, "appel")
    assert missing.value.non_retryable
