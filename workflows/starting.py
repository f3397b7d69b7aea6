"""Starting the workflow of a concertation, by hand or with a command.

After a restoration the task queue has its mark, `queue@mark`, and so have the ids of workflows: those of before, which
may know events that the ledger has lost, are on a queue that nobody serves, under names that nobody asks for.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TypeAlias

from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy

from activities.hearings import mark_of
from workflows.concertation import ConcertationWorkflow
from workflows.delivery import DeliveryWorkflow

Beginning: TypeAlias = WithStartWorkflowOperation[ConcertationWorkflow, None]

#: How long a worker may think between two activities (some milliseconds). One killed then is missed after this time.
STEP = timedelta(seconds=5)


def marked(task_queue: str, mark: str) -> str:
    """Name the task queue since the restoration with this mark; empty: there was none."""
    return f"{task_queue}@{mark}" if mark else task_queue


def workflow_id(concertation: str, task_queue: str = "") -> str:
    """Name the workflow of a concertation, as it is called by those who serve this task queue."""
    return f"concertation-{concertation}{mark_of(task_queue)}"


async def start(client: Client, concertation: str, task_queue: str) -> None:
    """Start the workflow of a concertation, unless it runs.

    Raises:
        RPCError, RuntimeError: Temporal did not take it, or does not answer.
    """
    await client.start_workflow(
        ConcertationWorkflow.run,
        concertation,
        id=workflow_id(concertation, task_queue),
        task_queue=task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        task_timeout=STEP,
    )


def starting(concertation: str, task_queue: str) -> Beginning:
    """Give what goes with an update, once, so that it also starts the workflow unless it runs."""
    return WithStartWorkflowOperation(
        ConcertationWorkflow.run,
        concertation,
        id=workflow_id(concertation, task_queue),
        task_queue=task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        task_timeout=STEP,
    )


async def start_delivery(client: Client, task_queue: str) -> None:
    """Start the delivery of notices, unless it runs.

    Raises:
        RPCError, RuntimeError: Temporal did not take it, or does not answer.
    """
    await client.start_workflow(
        DeliveryWorkflow.run,
        id=f"delivery-{task_queue}",
        task_queue=task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        task_timeout=STEP,
    )
