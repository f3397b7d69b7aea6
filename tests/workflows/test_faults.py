"""Killed, late, repeated, broken: what is in the ledger stays right, and the workflow goes on."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from temporalio import activity
from temporalio.client import WorkflowExecutionStatus
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import ExecuteActivityInput

from domain import acts
from domain.evolve import fold
from domain.process import Process, State
from store.faults import StoreUnreachable
from store.pool import acquire
from store.recording import record
from store.replies import Accepted
from tests.fixtures.skipping import FollowTemporal
from tests.workflows.engine import DAY, MINUTE, Engine, skip_to
from tests.workflows.interception import Around, GoOn, sealing_aside

pytestmark = [pytest.mark.postgres, pytest.mark.temporal]


async def lost_after_commit(call: ExecuteActivityInput, go_on: GoOn) -> Any:
    """Do everything, then lose the answer, the first time."""
    done = await go_on()
    if activity.info().attempt == 1:
        raise StoreUnreachable("the connection was lost after the commit")
    return done


async def test_what_was_committed_before_its_answer_was_lost_is_applied_once(
    engine: Engine, temporal_env: WorkflowEnvironment
) -> None:
    opens_at = await temporal_env.get_current_time() + 16 * DAY
    async with engine.working(FollowTemporal(engine.pool), Around("record", lost_after_commit)):
        await engine.launch(opens_at)
        await skip_to(temporal_env, opens_at + DAY)
        ledger = await engine.ledger()
        kinds = [event.fact.kind for event in ledger]
        assert kinds.count("concertation_drafted") == kinds.count("concertation_launched") == 1
        assert kinds.count("stage_opened") == 1
        assert fold(Process(id=engine.id), ledger) == await engine.process()


async def test_what_a_second_writer_recorded_is_learnt_with_the_next_command(
    engine: Engine, temporal_env: WorkflowEnvironment
) -> None:
    """Another worker, or another Temporal that was rebuilt beside this one: no conflict to handle."""
    opens_at = await temporal_env.get_current_time() + 16 * DAY
    async with engine.working(FollowTemporal(engine.pool)):
        await engine.launch(opens_at)
        await skip_to(temporal_env, opens_at + DAY)
        seen = (await engine.process()).runs["appel"].closes_at
        assert seen is not None
        extend = acts.ExtendStage(closes_at=seen + 10 * DAY, seen_closes_at=seen, reason="Crues")
        async with acquire(engine.pool) as connection:
            recorded = await record(connection, engine.command(extend, stage="appel"), 0)
        assert isinstance(recorded.reply, Accepted)
        await engine.do(acts.EnrolMember(member="p0"))
        await skip_to(temporal_env, seen + 11 * DAY)
        (closed,) = await engine.moments("stage_closed")
        assert seen + 10 * DAY <= closed < seen + 10 * DAY + MINUTE


async def test_a_deadline_is_met_though_the_database_is_away_at_first(
    engine: Engine, temporal_env: WorkflowEnvironment
) -> None:
    opens_at = await temporal_env.get_current_time() + 16 * DAY

    async def away(call: ExecuteActivityInput, go_on: GoOn) -> Any:
        if isinstance(call.args[0].act, acts.Tick) and activity.info().attempt < 6:
            raise StoreUnreachable("nobody answers")
        return await go_on()

    async with engine.working(FollowTemporal(engine.pool), Around("record", away)):
        await engine.launch(opens_at)
        await skip_to(temporal_env, opens_at + DAY)
        (opened,) = await engine.moments("stage_opened")
        assert opens_at <= opened < opens_at + MINUTE


async def test_a_large_set_is_sealed_beside_the_commands_that_go_on(
    engine: Engine, temporal_env: WorkflowEnvironment
) -> None:
    """`record` leaves sets of more than a few to the activity `seal`, which takes its time and may fail."""
    sealing, seal = asyncio.Event(), asyncio.Event()

    async def slow(call: ExecuteActivityInput, go_on: GoOn) -> Any:
        sealing.set()
        await seal.wait()
        if activity.info().attempt == 1:
            raise StoreUnreachable("lost on the way")
        return await go_on()

    aside = Around("record", sealing_aside(engine.pool))
    opens_at = await temporal_env.get_current_time() + 16 * DAY
    async with engine.working(FollowTemporal(engine.pool), aside, Around("seal", slow)):
        await engine.launch(opens_at)
        closes_at = (await engine.process()).runs["appel"].planned_closes_at
        passing = asyncio.create_task(skip_to(temporal_env, closes_at + DAY))
        await sealing.wait()
        assert (await engine.process()).runs["appel"].state is State.SEALING
        await engine.do(acts.EnrolMember(member="late"))
        seal.set()
        await passing
        process = await engine.until(lambda process: process.runs["appel"].state is State.CONCLUDED)
        assert [held.figures.count for held in process.runs["appel"].seals] == [0]


async def test_a_run_that_knows_other_events_than_the_ledger_gives_way_to_one_that_loads_them(
    engine: Engine, temporal_env: WorkflowEnvironment
) -> None:
    """As after an older backup was restored."""

    async def behind(call: ExecuteActivityInput, go_on: GoOn) -> Any:
        recorded = await go_on()
        return replace(recorded, seq=recorded.seq - 1) if call.args[0].id == "odd" else recorded

    async with engine.working(Around("record", behind)):
        await engine.ask(engine.draft())
        first = (await engine.handle().describe()).run_id
        await engine.do(acts.EnrolMember(member="p0"), id="odd")
        await engine.do(acts.EnrolMember(member="p1"))
        assert (await engine.handle().describe()).run_id != first
        assert {"p0", "p1"} <= (await engine.process()).members.keys()


async def test_a_run_that_corrected_rules_no_longer_replay_fails_and_the_next_command_heals_it(
    engine: Engine, temporal_env: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    uncached: dict[str, Any] = {"max_cached_workflows": 0}
    opens_at = await temporal_env.get_current_time() + 16 * DAY
    async with engine.working(FollowTemporal(engine.pool), **uncached):
        await engine.launch(opens_at)
    with monkeypatch.context() as corrected:
        corrected.setattr("domain.decide.next_deadline", lambda process: None)
        async with engine.working(FollowTemporal(engine.pool), **uncached):
            await skip_to(temporal_env, opens_at + MINUTE)
            status = (await engine.handle().describe()).status
    assert status is WorkflowExecutionStatus.FAILED
    assert await engine.moments("stage_opened") == []
    async with engine.working(FollowTemporal(engine.pool), **uncached):
        await engine.do(acts.EnrolMember(member="p0"))
        process = await engine.until(lambda process: process.runs["appel"].state is State.OPEN)
        assert fold(Process(id=engine.id), await engine.ledger()) == process
