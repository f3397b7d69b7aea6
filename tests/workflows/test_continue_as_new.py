"""Continue-as-new, when the server suggests it: a real server, told to suggest it after some forty events."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from domain import acts
from domain.evolve import fold
from domain.process import Process
from server.embedded.programs import program
from server.free_port import free_port
from store.pool import Pool
from store.replies import Accepted
from tests.fixtures.clock import TestClock
from tests.fixtures.postgres import Database
from tests.workflows.engine import DAY, Engine
from workflows.commanding import OutcomeUnknown
from workflows.connecting import connect

pytestmark = [pytest.mark.postgres, pytest.mark.temporal]


@pytest_asyncio.fixture
async def suggesting(tmp_path: Path) -> AsyncIterator[Client]:
    """A client of a server that suggests to continue as new after forty events."""
    environment = await WorkflowEnvironment.start_local(
        port=free_port("127.0.0.1"),
        dev_server_existing_path=program("temporal"),
        dev_server_database_filename=str(tmp_path / "temporal.db"),
        dev_server_log_level="error",
        dev_server_extra_args=["--dynamic-config-value", "limit.historyCount.suggestContinueAsNew=40"],
    )
    async with environment:
        yield await connect(environment.client.service_client.config.target_host, "default")


async def test_no_command_is_lost_or_doubled_while_runs_follow_one_another(
    suggesting: Client, pool: Pool, database: Database, test_clock: TestClock
) -> None:
    engine = Engine(suggesting, pool, database.worker, "queue")
    async with engine.working():
        assert isinstance(await engine.ask(engine.draft()), Accepted)
        first = (await engine.handle().describe()).run_id

        async def enrol(lane: int) -> None:
            for number in range(16):
                command = engine.command(acts.EnrolMember(member=f"p{lane}-{number}"))
                while not isinstance(await _once_more(engine, command), Accepted):
                    pass

        await asyncio.gather(*map(enrol, range(4)))
        described = await engine.handle().describe()
        assert described.run_id != first
        assert described.history_length < 100
        process = await engine.process()
        assert len(process.members) == 65
        ledger = await engine.ledger()
        assert len([event for event in ledger if event.fact.kind == "member_enrolled"]) == 65
        assert fold(Process(id=engine.id), ledger) == process


async def _once_more(engine: Engine, command: acts.Command) -> object:
    try:
        return await engine.ask(command)
    except OutcomeUnknown as unknown:
        return unknown


async def test_the_next_run_keeps_the_deadline(
    suggesting: Client, pool: Pool, database: Database, test_clock: TestClock
) -> None:
    engine = Engine(suggesting, pool, database.worker, "queue")
    async with engine.working():
        opens_at = await test_clock.now() + 16 * DAY
        await engine.launch(opens_at)
        first = (await engine.handle().fetch_history()).run_id
        while (await engine.handle().describe()).run_id == first:
            await engine.refused(acts.Resume(reason="Rien n'est suspendu"))
        await engine.refused(acts.Resume(reason="Rien n'est suspendu"))
        history = await engine.handle().fetch_history()
        sleeps = [
            event.timer_started_event_attributes.start_to_fire_timeout.ToTimedelta()
            for event in history.events
            if event.event_type == EventType.EVENT_TYPE_TIMER_STARTED
        ]
        left = opens_at - await test_clock.now()
        assert any(abs(left - sleep) < timedelta(minutes=1) for sleep in sleeps)
