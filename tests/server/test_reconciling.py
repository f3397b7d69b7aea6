"""Reconciling: what is running in the ledger runs in Temporal."""

import asyncio
import os
from collections.abc import AsyncIterator
from typing import cast
from uuid import uuid4

import pytest
import pytest_asyncio
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment

from domain import acts
from server import cli, reconciling
from server.reconciling import reconcile, wake_overdue
from store.pool import Pool, open_pool
from tests.fixtures.postgres import Database
from tests.workflows.engine import Engine
from workflows.running import listed

pytestmark = [pytest.mark.postgres, pytest.mark.temporal]


@pytest_asyncio.fixture
async def pool(database: Database) -> AsyncIterator[Pool]:
    """The worker's pool."""
    pool = await open_pool(database.worker, application="tests: worker")
    yield pool
    await pool.close()


@pytest_asyncio.fixture
async def engines(
    temporal_env: WorkflowEnvironment, pool: Pool, database: Database
) -> AsyncIterator[list[Engine]]:
    """Three concertations in draft and one abandoned; their workflows are gone from Temporal."""
    queue = f"queue-{uuid4()}"
    engines = [Engine(temporal_env.client, pool, database.worker, queue) for _ in range(4)]
    async with engines[0].working():
        for engine in engines:
            await engine.ask(engine.draft())
        await engines[3].do(acts.Abandon(reason="Le décret est retiré."))
    for engine in engines[:3]:
        await engine.handle().terminate()
    yield engines
    for engine in engines:
        await engine.forget()


async def _status(engine: Engine) -> WorkflowExecutionStatus | None:
    try:
        return (await engine.handle().describe()).status
    except RPCError as fault:
        if fault.status is not RPCStatusCode.NOT_FOUND:
            raise
        return None


async def test_every_concertation_that_is_not_over_gets_its_workflow_back(
    engines: list[Engine], pool: Pool, temporal_env: WorkflowEnvironment
) -> None:
    assert await reconcile(pool, temporal_env.client, engines[0].queue) == 3
    running = WorkflowExecutionStatus.RUNNING
    assert [await _status(engine) for engine in engines[:3]] == [running] * 3
    assert await _status(engines[3]) is not running
    async with engines[0].working():
        await engines[0].do(acts.EnrolMember(member="p0"))


async def test_reconciling_again_changes_nothing(
    engines: list[Engine], pool: Pool, temporal_env: WorkflowEnvironment
) -> None:
    await reconcile(pool, temporal_env.client, engines[0].queue)
    before = [(await engine.handle().describe()).run_id for engine in engines[:3]]
    assert await reconcile(pool, temporal_env.client, engines[0].queue) == 3
    assert [(await engine.handle().describe()).run_id for engine in engines[:3]] == before


async def test_what_is_said_to_run_already_is_not_asked_for(
    engines: list[Engine], pool: Pool, temporal_env: WorkflowEnvironment
) -> None:
    known = {engines[0].handle().id}
    assert await reconcile(pool, temporal_env.client, engines[0].queue, known) == 3
    running = WorkflowExecutionStatus.RUNNING
    assert [await _status(engine) is running for engine in engines[:3]] == [False, True, True]


async def test_where_temporal_keeps_no_list_each_is_asked_for(
    engines: list[Engine], temporal_env: WorkflowEnvironment
) -> None:
    assert await listed(temporal_env.client, engines[0].queue) == frozenset()


async def test_each_is_asked_for_at_first_and_with_other_data_and_the_list_in_between(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    namespaces = iter(["first", "first", "first", "other", "other"])
    asked: list[object] = []

    async def namespace(client: object) -> str:
        found = next(namespaces, None)
        if found is None:
            raise asyncio.CancelledError
        return found

    async def noted(pool: object, client: object, queue: str, known: object = "each") -> int:
        asked.append(known)
        return 0

    async def answered(*_: object) -> frozenset[str]:
        return frozenset({"a"})

    for name, replacement in (
        ("_namespace", namespace),
        ("reconcile", noted),
        ("listed", answered),
        ("start_delivery", answered),
        ("LOOK_EVERY", 0.0),
    ):
        monkeypatch.setattr(reconciling, name, replacement)
    with pytest.raises(asyncio.CancelledError):
        await reconciling.keep_reconciled(pool, cast("Client", None), "queue", 0.0)
    assert asked == ["each", {"a"}, {"a"}, "each", {"a"}]


def test_the_command_says_that_a_server_does_not_answer_and_what_was_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], database: Database
) -> None:
    monkeypatch.setenv("WORKER_DATABASE_URL", database.worker)
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    assert cli.call(["reconcile"]) == 1
    said = capsys.readouterr().err
    assert "concertation: " in said
    assert "stay started" in said
    assert os.environ["TEMPORAL_ADDRESS"] == "127.0.0.1:1"


async def test_one_whose_deadline_passed_a_while_ago_gets_its_workflow_back_before_the_others(
    engines: list[Engine], pool: Pool, temporal_env: WorkflowEnvironment
) -> None:
    for engine, since in ((engines[0], "20 seconds"), (engines[1], "2 seconds"), (engines[3], "1 hour")):
        await pool.execute(
            "UPDATE concertation SET next_deadline = instant() - $1::text::interval WHERE id = $2",
            since,
            engine.id,
        )
    assert await wake_overdue(pool, temporal_env.client, engines[0].queue) == 1
    assert await _status(engines[0]) is WorkflowExecutionStatus.RUNNING
    assert [await _status(engine) for engine in engines[1:3]] == [WorkflowExecutionStatus.TERMINATED] * 2
