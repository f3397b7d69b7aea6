"""Deadlines: the workflow wakes when the database's clock says so, whatever moved in between."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from temporalio import activity
from temporalio.api.enums.v1 import EventType
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import ExecuteActivityInput

from domain import acts
from domain.process import State
from store.replies import Accepted, Recorded
from tests.fixtures.clock import REACH
from tests.fixtures.skipping import FollowTemporal
from tests.workflows.engine import DAY, MINUTE, Engine, skip_to
from tests.workflows.interception import Around, GoOn

pytestmark = [pytest.mark.postgres, pytest.mark.temporal]

HOUR = timedelta(hours=1)


async def test_a_stage_opens_and_closes_at_its_instants_without_anyone(
    engine: Engine, temporal_env: WorkflowEnvironment
) -> None:
    opens_at = await temporal_env.get_current_time() + 16 * DAY
    async with engine.working(FollowTemporal(engine.pool)):
        await engine.launch(opens_at)
        planned = (await engine.process()).runs["appel"].planned_closes_at
        await skip_to(temporal_env, planned + DAY)
        (opened,), (closed,) = await engine.moments("stage_opened"), await engine.moments("stage_closed")
        assert opens_at <= opened < opens_at + MINUTE
        assert planned <= closed < planned + MINUTE


async def test_one_deadline_costs_one_activity(engine: Engine, temporal_env: WorkflowEnvironment) -> None:
    opens_at = await temporal_env.get_current_time() + 16 * DAY
    async with engine.working(FollowTemporal(engine.pool)):
        await engine.launch(opens_at)
        before = (await engine.handle().describe()).history_length
        await skip_to(temporal_env, opens_at + DAY)
        kinds = [event.event_type for event in (await engine.handle().fetch_history()).events[before:]]
        assert kinds.count(EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED) == 1
        assert (await engine.process()).runs["appel"].state is State.OPEN


async def test_a_closing_moved_later_while_the_workflow_sleeps_is_kept(
    engine: Engine, temporal_env: WorkflowEnvironment
) -> None:
    opens_at = await temporal_env.get_current_time() + 16 * DAY
    async with engine.working(FollowTemporal(engine.pool)):
        await engine.launch(opens_at)
        await skip_to(temporal_env, opens_at + DAY)
        seen = (await engine.process()).runs["appel"].closes_at
        assert seen is not None
        extend = acts.ExtendStage(closes_at=seen + 10 * DAY, seen_closes_at=seen, reason="Crues")
        await engine.do(extend, stage="appel")
        await skip_to(temporal_env, seen + DAY)
        assert await engine.moments("stage_closed") == []
        await skip_to(temporal_env, seen + 11 * DAY)
        (closed,) = await engine.moments("stage_closed")
        assert seen + 10 * DAY <= closed < seen + 10 * DAY + MINUTE


async def test_a_closing_moved_earlier_while_the_workflow_sleeps_is_kept(
    engine: Engine, temporal_env: WorkflowEnvironment
) -> None:
    opens_at = await temporal_env.get_current_time() + 16 * DAY
    async with engine.working(FollowTemporal(engine.pool)):
        await engine.launch(opens_at)
        await skip_to(temporal_env, opens_at + DAY)
        seen = (await engine.process()).runs["appel"].closes_at
        assert seen is not None
        earlier = acts.CloseStageEarly(closes_at=seen - 5 * DAY, seen_closes_at=seen, reason="Accord")
        await engine.do(earlier, stage="appel")
        await skip_to(temporal_env, seen - 4 * DAY)
        (closed,) = await engine.moments("stage_closed")
        assert seen - 5 * DAY <= closed < seen - 5 * DAY + MINUTE


async def test_what_is_suspended_wakes_nobody_until_it_is_resumed(
    engine: Engine, temporal_env: WorkflowEnvironment
) -> None:
    opens_at = await temporal_env.get_current_time() + 16 * DAY
    async with engine.working(FollowTemporal(engine.pool)):
        await engine.launch(opens_at)
        await skip_to(temporal_env, opens_at + DAY)
        await engine.do(acts.Suspend(reason="Incident"), stage="appel")
        await skip_to(temporal_env, opens_at + 200 * DAY)
        assert await engine.moments("stage_closed") == []
        await engine.do(acts.Resume(reason="Réparé"), stage="appel")
        closes_at = (await engine.process()).runs["appel"].closes_at
        assert closes_at is not None
        await skip_to(temporal_env, closes_at + MINUTE)
        assert len(await engine.moments("stage_closed")) == 1


async def test_a_wake_up_that_is_early_by_the_clock_of_the_database_sleeps_the_rest(
    engine: Engine, temporal_env: WorkflowEnvironment
) -> None:
    opens_at = await temporal_env.get_current_time() + 16 * DAY
    wakes: list[datetime] = []

    async def an_hour_behind(call: ExecuteActivityInput, go_on: GoOn) -> Any:
        started = activity.info().started_time
        wakes.append(started)
        await engine.pool.execute(REACH, started - HOUR)
        return await go_on()

    async with engine.working(Around("record", an_hour_behind)):
        await engine.launch(opens_at)
        wakes.clear()
        await skip_to(temporal_env, opens_at + 2 * HOUR)
    (opened,) = await engine.moments("stage_opened")
    assert opens_at <= opened < opens_at + MINUTE
    early, on_time = wakes
    assert opens_at <= early < opens_at + MINUTE
    assert opens_at + HOUR <= on_time < opens_at + HOUR + MINUTE


async def test_a_deadline_for_which_nothing_is_done_is_not_tried_in_a_tight_circle(
    engine: Engine, temporal_env: WorkflowEnvironment
) -> None:
    """A program at fault must not burn a processor: at most one try a second."""
    opens_at = await temporal_env.get_current_time() + 16 * DAY
    wakes: list[datetime] = []

    async def nothing_to_do(call: ExecuteActivityInput, go_on: GoOn) -> Any:
        command, seen = call.args
        if not isinstance(command.act, acts.Tick):
            return await go_on()
        wakes.append(activity.info().started_time)
        reply = Accepted(first_seq=seen + 1, events=())
        return Recorded(reply=reply, events=(), seq=seen, at=wakes[-1])

    async with engine.working(FollowTemporal(engine.pool), Around("record", nothing_to_do)):
        await engine.launch(opens_at)
        await skip_to(temporal_env, opens_at + timedelta(seconds=5))
    assert 1 <= len(wakes) <= 6
