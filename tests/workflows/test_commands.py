"""What becomes of a command: every one gets one reply, whatever else happens."""

import asyncio
from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus, WorkflowUpdateFailedError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import ExecuteActivityInput

from domain import acts
from domain.process import Phase
from domain.refusals import Code
from store.replies import Accepted, Refused
from tests.fixtures.skipping import FollowTemporal
from tests.workflows.engine import DAY, Engine
from tests.workflows.interception import Around, GoOn
from workflows.commanding import CommandBroken
from workflows.starting import workflow_id

pytestmark = [pytest.mark.postgres, pytest.mark.temporal]


async def _enrolled(engine: Engine) -> list[str]:
    return [event.fact.member for event in await engine.ledger() if event.fact.kind == "member_enrolled"]


async def test_the_first_command_starts_the_workflow_and_is_answered_with_its_events(engine: Engine) -> None:
    async with engine.working():
        reply = await engine.ask(engine.draft())
        assert isinstance(reply, Accepted)
        assert reply.events[0].fact.kind == "concertation_drafted"
        assert list(reply.events) == await engine.ledger()
        assert (await engine.process()).phase is Phase.DRAFT


async def test_commands_that_come_before_the_process_is_loaded_wait(engine: Engine) -> None:
    loading, load = asyncio.Event(), asyncio.Event()

    async def hold(call: ExecuteActivityInput, go_on: GoOn) -> Any:
        loading.set()
        await load.wait()
        return await go_on()

    async with engine.working(Around("load", hold)):
        draft = asyncio.create_task(engine.ask(engine.draft()))
        await loading.wait()
        enrol = asyncio.create_task(engine.do(acts.EnrolMember(member="p0", college="locales")))
        load.set()
        assert isinstance(await draft, Accepted)
        await enrol
    assert "p0" in (await engine.process()).members


async def test_a_command_repeated_with_its_key_gets_the_first_reply_and_happens_once(engine: Engine) -> None:
    async with engine.working():
        await engine.ask(engine.draft())
        enrol = engine.command(acts.EnrolMember(member="p0", college="locales"))
        first, again = await engine.ask(enrol), await engine.ask(enrol)
        assert first == again
        assert await _enrolled(engine) == ["coordinator", "p0"]


async def test_a_key_used_for_another_content_is_refused_within_one_run(engine: Engine) -> None:
    async with engine.working():
        await engine.ask(engine.draft())
        await engine.do(acts.EnrolMember(member="p0", college="locales"), id="key")
        other = acts.EnrolMember(member="p1", college="locales")
        assert await engine.refused(other, id="key") is Code.IDEMPOTENCY_KEY_REUSED


async def test_a_refused_command_may_succeed_later_with_the_same_key(engine: Engine) -> None:
    """So an update's id is not the command's key: within a run Temporal would repeat the refusal for ever."""
    async with engine.working():
        await engine.ask(engine.draft())
        appoint = engine.command(acts.AppointMember(office="rapporteur", member="writer"))
        refused = await engine.ask(appoint)
        assert isinstance(refused, Refused)
        assert refused.refusal.code is Code.UNKNOWN_MEMBER
        await engine.do(acts.EnrolMember(member="writer"))
        assert isinstance(await engine.ask(appoint), Accepted)


async def test_commands_at_the_same_moment_are_decided_one_after_the_other(engine: Engine) -> None:
    async with engine.working():
        await engine.ask(engine.draft())
        enrolments = [engine.do(acts.EnrolMember(member=f"p{n}", college="locales")) for n in range(8)]
        replies = await asyncio.gather(*enrolments)
        numbers = sorted(reply.first_seq for reply in replies)
        assert numbers == list(range(numbers[0], numbers[0] + 8))


async def test_of_two_who_ask_for_the_same_thing_one_is_told(engine: Engine) -> None:
    async with engine.working():
        await engine.ask(engine.draft())
        await engine.do(acts.EnrolMember(member="second"))
        await engine.do(acts.AppointMember(office="coordination", member="second"))
        commands = [engine.command(acts.EnrolMember(member="p0"), by) for by in ("coordinator", "second")]
        replies = await asyncio.gather(*map(engine.ask, commands))
        assert {reply.kind for reply in replies} == {"accepted", "refused"}


async def test_a_command_of_no_known_form_is_an_error_and_blocks_nothing(engine: Engine) -> None:
    async with engine.working():
        await engine.ask(engine.draft())
        for broken in ({"act": {"kind": "no such act"}}, "not even an object", None):
            with pytest.raises(WorkflowUpdateFailedError):
                await engine.handle().execute_update("execute", broken)
        with pytest.raises(WorkflowUpdateFailedError):
            await engine.handle().execute_update("no such update")
        await engine.do(acts.EnrolMember(member="p0", college="locales"))


async def test_a_command_to_another_concertation_is_turned_away_before_it_enters_history(
    engine: Engine,
) -> None:
    async with engine.working():
        await engine.ask(engine.draft())
        elsewhere = engine.command(acts.EnrolMember(member="p0"), concertation="elsewhere")
        before = (await engine.handle().describe()).history_length
        with pytest.raises(WorkflowUpdateFailedError):
            await engine.handle().execute_update("execute", elsewhere)
        history = await engine.handle().fetch_history()
        assert "elsewhere" not in history.to_json()
        assert len(history.events) >= before


async def test_a_workflow_whose_only_command_was_refused_ends(engine: Engine) -> None:
    async with engine.working():
        assert await engine.refused(acts.EnrolMember(member="p0")) is Code.UNKNOWN_CONCERTATION
        await engine.handle().result()
        assert (await engine.handle().describe()).status is WorkflowExecutionStatus.COMPLETED
        assert isinstance(await engine.ask(engine.draft()), Accepted)


async def test_a_workflow_ends_with_its_concertation_and_a_later_command_is_refused_by_another(
    engine: Engine, temporal_env: WorkflowEnvironment
) -> None:
    async with engine.working(FollowTemporal(engine.pool)):
        await engine.launch(await temporal_env.get_current_time() + 16 * DAY)
        await engine.do(acts.Abandon(reason="Le décret est retiré."))
        await engine.handle().result()
        assert await engine.refused(acts.Suspend(reason="Trop tard")) is Code.CONCERTATION_OVER
        await engine.handle().result()


async def test_a_command_that_the_program_fails_on_is_told_and_the_next_one_is_taken(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with engine.working():
        await engine.ask(engine.draft())
        with monkeypatch.context() as broken:
            broken.setattr("store.recording.read_process", lambda snapshot, *, full=False: 1 / 0)
            with pytest.raises(CommandBroken, match="ZeroDivisionError"):
                await engine.do(acts.EnrolMember(member="p0"))
        await engine.do(acts.EnrolMember(member="p0"))
    assert await _enrolled(engine) == ["coordinator", "p0"]


async def test_names_of_workflows_say_nothing_of_people(engine: Engine) -> None:
    assert workflow_id(engine.id) == f"concertation-{engine.id}"
