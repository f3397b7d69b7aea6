"""What Temporal keeps of faults: their kind and their places, and nothing of anybody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest
from pydantic import BaseModel
from temporalio.api.enums.v1 import TimeoutType
from temporalio.api.failure.v1 import Failure
from temporalio.converter import DefaultFailureConverter, FailureConverter
from temporalio.exceptions import ApplicationError, CancelledError

from activities.records import _sorted_out
from domain import acts
from store.pool import Connection
from tests.workflows.engine import Engine
from workflows.commanding import CommandBroken
from workflows.failures import ToldFailures
from workflows.payloads import ConcertationPayloads, data_converter

NAME = "Zénobie Quatrepoint"


class _Aged(BaseModel):
    age: int


def _violation() -> None:
    fault = asyncpg.UniqueViolationError(f"duplicate key ({NAME})")
    fault.detail = f"Key (name)=({NAME}) already exists."
    fault.constraint_name = "contact_pkey"
    with _sorted_out():
        raise fault


def _unread() -> None:
    with _sorted_out():
        _Aged.model_validate({"age": NAME})


def _chained() -> None:
    try:
        try:
            raise KeyError(NAME)
        except KeyError as fault:
            raise OSError(2, "no such file", NAME) from fault
    except OSError:
        raise RuntimeError(f"no page of {NAME}")  # noqa: B904 - its context is written, too


def _put_together() -> None:
    raise ApplicationError(f"This is {NAME}.", {"name": NAME}, type=f"Of {NAME}")


def _cancelled() -> None:
    raise CancelledError(f"by {NAME}", NAME)


def written(fault: BaseException, converter: FailureConverter) -> Failure:
    """Write a fault as Temporal is told it."""
    found = Failure()
    converter.to_failure(fault, ConcertationPayloads(), found)
    return found


@pytest.mark.parametrize("fail", [_violation, _unread, _chained, _put_together, _cancelled])
def test_no_text_of_a_fault_is_written(fail: Any) -> None:
    with pytest.raises(BaseException) as found:  # noqa: PT011 - faults of every kind
        fail()
    told = written(found.value, ToldFailures())
    usual = written(found.value, DefaultFailureConverter())
    assert NAME.encode() in usual.SerializeToString()  # so there was something to leave out
    assert NAME.encode() not in told.SerializeToString()
    assert told.message
    assert fail.__name__ in told.stack_trace


def test_kind_code_and_constraint_of_a_fault_are_told_and_what_the_program_wrote() -> None:
    with pytest.raises(ApplicationError) as found:
        _violation()
    told = written(found.value, ToldFailures())
    assert told.message == "The program fails on this, however often it is tried."
    assert told.application_failure_info.type == "UniqueViolationError"
    assert told.application_failure_info.non_retryable
    assert told.cause.message == "UniqueViolationError (sqlstate 23505, constraint_name contact_pkey)"
    assert told.cause.application_failure_info.type == "UniqueViolationError"


def test_what_comes_out_of_a_history_goes_back_as_it_is() -> None:
    there = Failure(message="activity StartToClose timeout")
    there.timeout_failure_info.timeout_type = TimeoutType.TIMEOUT_TYPE_START_TO_CLOSE
    fault = ToldFailures().from_failure(there, ConcertationPayloads())
    assert written(fault, ToldFailures()) == there


def test_every_client_and_worker_writes_them_so() -> None:
    assert data_converter().failure_converter_class is ToldFailures
    assert data_converter(full=True).failure_converter_class is ToldFailures


@pytest.fixture
def doubled(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Let recording fail on a row that has a name in it."""

    async def record(connection: Connection, *_: object) -> None:
        await connection.execute("CREATE TEMP TABLE person (name text PRIMARY KEY)")
        try:
            for _again in range(2):
                await connection.execute("INSERT INTO person VALUES ($1)", NAME)
        finally:
            await connection.execute("DROP TABLE person")

    with monkeypatch.context() as patch:
        patch.setattr("activities.records.record", record)
        yield patch


@pytest.mark.postgres
@pytest.mark.temporal
async def test_the_history_of_a_command_that_fails_on_a_row_has_nothing_of_the_row(
    engine: Engine, doubled: pytest.MonkeyPatch
) -> None:
    async with engine.working():
        with pytest.raises(CommandBroken, match="UniqueViolationError"):
            await engine.ask(engine.command(acts.EnrolMember(member="p0")))
        history = await engine.handle().fetch_history()
        kept = b"".join(event.SerializeToString() for event in history.events)
        assert b"person_pkey" in kept
        assert b"23505" in kept
        assert b"already exists" not in kept
        assert NAME.encode() not in kept
        doubled.undo()
        await engine.ask(engine.draft())
