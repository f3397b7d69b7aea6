"""Reminders of a hearing through Temporal: at their instants, once each, whoever is told what in between."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from temporalio import activity
from temporalio.client import WorkflowExecutionStatus
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import ExecuteActivityInput

from domain import acts
from store.pool import acquire, open_pool
from tests.fixtures.postgres import Database
from tests.fixtures.skipping import FollowTemporal
from tests.store.addresses import reached_at
from tests.unit.procedures import hearings, procedure
from tests.workflows.engine import DAY, MINUTE, Engine, body, skip_to
from tests.workflows.interception import Around, GoOn

pytestmark = [pytest.mark.postgres, pytest.mark.temporal]

HOUR = timedelta(hours=1)
STAGE = "auditions"


@pytest_asyncio.fixture
async def told(engine: Engine, database: Database) -> AsyncIterator[Engine]:
    """The engine, with a witness who can be written to."""
    app = await open_pool(database.app, application="tests: app")
    await reached_at(app, "rose", "rose@exemple.fr")
    await app.close()
    yield engine


async def reminders(engine: Engine) -> list[tuple[str, str, datetime]]:
    """Give the reminders that were written: kind, recipient, instant."""
    async with acquire(engine.pool) as connection:
        rows = await connection.fetch(
            """
            SELECT t.kind, n.recipient, n.at FROM notice n JOIN notice_text t ON t.key = n.key
            WHERE t.key LIKE 'hearing/%' ORDER BY n.at
            """
        )
    return [tuple(row) for row in rows]


async def set_hearing(engine: Engine, environment: WorkflowEnvironment) -> datetime:
    """Launch, and set a hearing of Rose for the ninth day."""
    opens_at = await environment.get_current_time() + 16 * DAY
    await engine.launch(opens_at, procedure(hearings()))
    await engine.do(acts.EnrolMember(member="rose"))
    starts_at = opens_at + 9 * DAY
    act = acts.ScheduleHearing(
        hearing="h1", starts_at=starts_at, ends_at=starts_at + HOUR, witnesses=("rose",)
    )
    await engine.do(act, stage=STAGE)
    return starts_at


async def test_a_witness_is_reminded_at_each_instant_once_though_an_activity_is_lost_after_its_work(
    told: Engine, temporal_env: WorkflowEnvironment
) -> None:
    async def lost(call: ExecuteActivityInput, go_on: GoOn) -> Any:
        done = await go_on()
        if activity.info().attempt == 1:
            raise OSError("lost on the way")
        return done

    async with told.working(FollowTemporal(told.pool), Around("attend", lost)):
        starts_at = await set_hearing(told, temporal_env)
        await skip_to(temporal_env, starts_at)
        found = await reminders(told)
    assert [(kind, who) for kind, who, _ in found] == [("hearing_reminder", "member/rose")] * 2
    for (_, _, at), before in zip(found, (7, 1), strict=True):
        assert starts_at - before * DAY <= at < starts_at - before * DAY + MINUTE


async def test_a_hearing_that_is_moved_is_reminded_of_at_its_new_hour_and_one_cancelled_of_nothing(
    told: Engine, temporal_env: WorkflowEnvironment
) -> None:
    async with told.working(FollowTemporal(told.pool)):
        starts_at = await set_hearing(told, temporal_env)
        await skip_to(temporal_env, starts_at - 3 * DAY)
        earlier = starts_at - DAY
        moved = acts.MoveHearing(
            hearing="h1", starts_at=earlier, ends_at=earlier + HOUR, seen_starts_at=starts_at, reason="train"
        )
        await told.do(moved, stage=STAGE)
        await skip_to(temporal_env, earlier - HOUR)
        last = (await reminders(told))[-1]
        assert earlier - DAY <= last[2] < earlier - DAY + MINUTE
        await told.do(acts.CancelHearing(hearing="h1", reason="grève"), stage=STAGE)
        await told.hearing("h1").result()
        before = await reminders(told)
        await skip_to(temporal_env, starts_at + 3 * DAY)
        assert await reminders(told) == before


async def test_a_hearing_s_workflow_ends_with_nothing_due_and_begins_again_with_the_record(
    told: Engine, temporal_env: WorkflowEnvironment
) -> None:
    async with told.working(FollowTemporal(told.pool)):
        starts_at = await set_hearing(told, temporal_env)
        await skip_to(temporal_env, starts_at + HOUR)
        await told.do(acts.HoldHearing(hearing="h1", heard=("rose",)), stage=STAGE)
        await told.do(acts.RecordHearing(hearing="h1", record=body("cr")), stage=STAGE)
        await skip_to(temporal_env, starts_at + 10 * DAY)
        kinds = [kind for kind, _, _ in await reminders(told)]
        assert kinds == ["hearing_reminder"] * 2 + ["record_reminder"] * 2
        await told.hearing("h1").result()
        assert (await told.process()).hearings["h1"].approval == "deemed_given"


async def test_a_workflow_that_was_lost_comes_back_with_that_of_its_concertation(
    told: Engine, temporal_env: WorkflowEnvironment
) -> None:
    async with told.working(FollowTemporal(told.pool)):
        starts_at = await set_hearing(told, temporal_env)
        await skip_to(temporal_env, starts_at - 8 * DAY)
        await told.hearing("h1").terminate()
        await told.handle().terminate()
        await told.do(acts.EnrolMember(member="p1"))  # a command heals
        await skip_to(temporal_env, starts_at - 6 * DAY)
        assert [kind for kind, _, _ in await reminders(told)] == ["hearing_reminder"]
        described = await told.hearing("h1").describe()
        assert described.status is WorkflowExecutionStatus.RUNNING
