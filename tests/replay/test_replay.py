"""The histories that were committed are replayed by the workflow as it is: see regenerate.py for how they were made."""

import re
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from tests.replay.regenerate import HISTORIES, IDENTITY
from tests.replay.scenarios import SCENARIOS
from tests.upgrades.releases import release_of
from workflows.concertation import ConcertationWorkflow
from workflows.hearing import HearingWorkflow
from workflows.payloads import data_converter

FILES = sorted(HISTORIES.glob("*.json"))


def _history(file: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(file.stem, file.read_text())


def _replayer(runner: WorkflowRunner | None = None) -> Replayer:
    return Replayer(
        workflows=[ConcertationWorkflow, HearingWorkflow],
        data_converter=data_converter(full=True),
        workflow_runner=runner or SandboxedWorkflowRunner(),
    )


def test_every_scenario_has_its_history() -> None:
    assert {file.stem for file in FILES} == {*SCENARIOS, "continued"}


@pytest.mark.parametrize(
    "runner", [SandboxedWorkflowRunner, UnsandboxedWorkflowRunner], ids=["watched", "as run"]
)
@pytest.mark.parametrize("file", FILES, ids=lambda file: f"of {release_of(file.stem)}: {file.stem}")
async def test_a_history_replays(file: Path, runner: type[WorkflowRunner]) -> None:
    await _replayer(runner()).replay_workflow(_history(file))


async def test_a_workflow_that_does_something_else_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("domain.decide.next_deadline", lambda process: None)
    results = await _replayer().replay_workflows(_all(), raise_on_replay_failure=False)
    assert set(results.replay_failures) != set()


async def _all() -> AsyncIterator[WorkflowHistory]:
    for file in FILES:
        yield _history(file)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_history_names_no_machine_and_no_folder(file: Path) -> None:
    text = file.read_text()
    assert socket.gethostname() not in text
    assert "stackTrace" not in text
    assert set(re.findall(r'"identity":"([^"]*)"', text)) == {IDENTITY}
