"""After a restoration, what Temporal remembers of before is served by nobody and asked by nobody."""

from __future__ import annotations

from temporalio.client import WorkflowExecutionStatus

from domain import acts
from tests.workflows.engine import Engine
from workflows.starting import marked, workflow_id


def test_a_queue_without_a_mark_names_workflows_as_ever() -> None:
    assert marked("concertation", "") == "concertation"
    assert workflow_id("1", "concertation") == workflow_id("1") == "concertation-1"
    assert workflow_id("1", marked("concertation", "0a1b2c3d")) == "concertation-1@0a1b2c3d"


async def test_a_command_after_a_restoration_goes_to_a_workflow_of_its_own_and_the_one_before_stays_untouched(
    engine: Engine,
) -> None:
    async with engine.working():
        await engine.ask(engine.draft())
    before = await engine.handle().describe()
    queue = marked(engine.queue, "0a1b2c3d")
    restored = Engine(engine.client, engine.pool, engine.dsn, queue, id=engine.id)
    restored._commands = engine._commands
    async with restored.working():
        await restored.do(acts.EnrolMember(member="p0"))
    handle = engine.client.get_workflow_handle(workflow_id(engine.id, queue))
    assert (await handle.describe()).status is WorkflowExecutionStatus.RUNNING
    assert (await engine.handle().describe()).history_length == before.history_length
    await handle.terminate()
    assert "p0" in (await engine.process()).members
