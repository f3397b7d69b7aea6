"""Sending commands to concertations, and starting their workflows: the client's side.

    CommandFault
    ├── Unavailable       nothing was sent, so nothing was changed
    ├── OutcomeUnknown    no answer: it may still be applied; the same command again gives the answer
    └── CommandBroken     the program failed on this command: a bug, or a command of no known form

A refusal is none of them: it is a reply.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from domain.acts import Command
from store.replies import Reply
from workflows.concertation import ConcertationWorkflow


class CommandFault(Exception):
    """A command got no reply."""

    def __init__(self, reason: object = "") -> None:
        """Begin with what the class says; `reason` is for the log, never for people."""
        super().__init__(f"{self.__doc__} ({reason})" if reason else self.__doc__)


class Unavailable(CommandFault):
    """Temporal does not answer. Nothing was sent, so nothing was changed."""


class OutcomeUnknown(CommandFault):
    """No answer came in time. The command may still be applied; the same command again gives the answer."""


class CommandBroken(CommandFault):
    """The program failed on this command."""


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
    )


async def execute(client: Client, command: Command, *, task_queue: str, within: float) -> Reply:
    """Have a command carried out, starting the workflow of its concertation if need be, and give the reply.

    Waits `within` seconds. The update has an id of its own each time, for Temporal answers a repeated one with the
    first result, whatever that was: a refusal would stand for the rest of the run, though the same command may succeed
    later. What keeps a command from being applied twice is `command_log`.

    Raises:
        Unavailable, OutcomeUnknown, CommandBroken: see above.
    """
    beginning = WithStartWorkflowOperation(
        ConcertationWorkflow.run,
        command.concertation,
        id=workflow_id(command.concertation),
        task_queue=task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )
    try:
        async with asyncio.timeout(within):
            return await client.execute_update_with_start_workflow(
                ConcertationWorkflow.execute, command, start_workflow_operation=beginning
            )
    except TimeoutError as fault:
        raise OutcomeUnknown from fault
    except WorkflowUpdateRPCTimeoutOrCancelledError as fault:
        await _hear(beginning)
        # What the SDK makes of every cancellation: ours when the time is up, and that of whoever waits for us.
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise asyncio.CancelledError from fault
        raise OutcomeUnknown from fault
    except WorkflowUpdateFailedError as fault:
        raise (OutcomeUnknown if _run_ended(fault) else CommandBroken)(_root(fault)) from fault
    except RPCError as fault:
        await _hear(beginning)
        raise (Unavailable if _never_sent(fault) else OutcomeUnknown)(fault) from fault
    except RuntimeError as fault:
        # A lazy client that could not connect says so in this way alone.
        raise Unavailable(fault) from fault


async def _hear(beginning: WithStartWorkflowOperation[ConcertationWorkflow, None]) -> None:
    """Take the fault that the operation keeps as well: unheard, it would complain in the log."""
    with suppress(Exception, asyncio.CancelledError):
        await beginning.workflow_handle()


def _never_sent(fault: RPCError) -> bool:
    return fault.status is RPCStatusCode.UNAVAILABLE and "connect error" in fault.message


def _run_ended(fault: WorkflowUpdateFailedError) -> bool:
    """Whether the run failed, or was ended by an operator, while it had the command in hand."""
    cause = fault.cause
    return isinstance(cause, ApplicationError) and cause.type == "AcceptedUpdateCompletedWorkflow"


def _root(fault: BaseException) -> BaseException:
    """The first failure of a chain: the workflow's says that an activity failed, the activity's says why."""
    cause = getattr(fault, "cause", None)
    return fault if cause is None else _root(cause)
