"""Starting the workflow of a concertation, by hand or with a command."""

from __future__ import annotations

from datetime import timedelta
from typing import TypeAlias

from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy

from workflows.concertation import ConcertationWorkflow
from workflows.delivery import DeliveryWorkflow

Beginning: TypeAlias = WithStartWorkflowOperation[ConcertationWorkflow, None]

#: How long a worker may think between two activities (some milliseconds). One killed then is missed after this time.
STEP = timedelta(seconds=5)


def workflow_id(concertation: str) -> str:
    """Name the workflow of a concertation."""
    return f"concertation-{concertation}"


async def start(client: Client, concertation: str, task_queue: str) -> None:
    """Start the workflow of a concertation, unless it runs.

    Raises:
        RPCError, RuntimeError: Temporal did not take it, or does not answer.
    """
    await client.start_workflow(
        ConcertationWorkflow.run,
        concertation,
        id=workflow_id(concertation),
        task_queue=task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        task_timeout=STEP,
    )


def starting(concertation: str, task_queue: str) -> Beginning:
    """Give what goes with an update, once, so that it also starts the workflow unless it runs."""
    return WithStartWorkflowOperation(
        ConcertationWorkflow.run,
        concertation,
        id=workflow_id(concertation),
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
