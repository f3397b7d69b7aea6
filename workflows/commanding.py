"""Sending commands to concertations: the client's side.

    CommandFault
    ├── Unavailable       nothing was sent, so nothing was changed
    ├── OutcomeUnknown    no answer: it may still be applied; the same command again gives the answer
    └── CommandBroken     the program failed on this command: a bug, or a command of no known form

A refusal is none of them: it is a reply.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from weakref import WeakValueDictionary

from temporalio.client import (
    Client,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from domain.acts import Command
from store.replies import Reply
from workflows.concertation import HANDING_OVER, ConcertationWorkflow
from workflows.starting import Beginning, starting

#: Temporal takes 10 updates of one workflow at once. One more does not only fail: it throws out the others.
AT_ONCE = 4
_FIRST_PAUSE = 0.02
_LONGEST_PAUSE = 0.5


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


class Dispatch:
    """Sends commands and brings back their replies: a few at a time to each concertation, each within a time.

    Every update has an id of its own, for Temporal answers a repeated one with the first result, whatever that was: a
    refusal would stand for the rest of the run, though the same command may succeed later. What keeps a command from
    being applied twice is `command_log`.
    """

    def __init__(self, client: Client, task_queue: str | Callable[[], Awaitable[str]], within: float) -> None:
        """Send to the workers of `task_queue`, and wait `within` seconds for each reply, the queue included.

        A function is asked before each command; what it raises is raised.
        """
        self._client = client
        self._task_queue = task_queue
        self._within = within
        self._turns: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def send(self, command: Command) -> Reply:
        """Have a command carried out, starting the workflow of its concertation if need be, and give the reply.

        Raises:
            Unavailable, OutcomeUnknown, CommandBroken: see above.
        """
        attempts, pause = 0, _FIRST_PAUSE
        try:
            async with asyncio.timeout(self._within), self._turn(command.concertation):
                queue = self._task_queue if isinstance(self._task_queue, str) else await self._task_queue()
                while True:
                    attempts += 1
                    try:
                        return await self._attempt(command, queue)
                    except _ThrownOut:
                        await asyncio.sleep(pause)
                        pause = min(_LONGEST_PAUSE, 2 * pause)
        except TimeoutError as fault:
            raise (OutcomeUnknown if attempts else Unavailable) from fault
        except Unavailable as fault:
            if attempts > 1:
                raise OutcomeUnknown from fault
            raise

    def _turn(self, concertation: str) -> asyncio.Semaphore:
        turn = self._turns.get(concertation)
        if turn is None:
            turn = self._turns[concertation] = asyncio.Semaphore(AT_ONCE)
        return turn

    async def _attempt(self, command: Command, queue: str) -> Reply:
        beginning = starting(command.concertation, queue)
        try:
            return await self._client.execute_update_with_start_workflow(
                ConcertationWorkflow.execute, command, start_workflow_operation=beginning
            )
        except WorkflowUpdateFailedError as fault:
            raise (_ThrownOut if _not_taken(fault) else CommandBroken)(_root(fault)) from fault
        except WorkflowUpdateRPCTimeoutOrCancelledError as fault:
            await _hear(beginning)
            # What the SDK makes of every cancellation: when our time is up, and when nobody waits for us any more.
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise asyncio.CancelledError from fault
            raise OutcomeUnknown(fault) from fault
        except RPCError as fault:
            await _hear(beginning)
            raise _meaning(fault)(fault) from fault
        except RuntimeError as fault:
            # A lazy client that could not connect says so in this way alone.
            raise Unavailable(fault) from fault


class _ThrownOut(CommandFault):
    """Temporal or the run did not keep the command, or the run ended with it in hand: send it again."""


def _meaning(fault: RPCError) -> type[CommandFault]:
    if fault.status is RPCStatusCode.UNAVAILABLE:
        return Unavailable if "connect error" in fault.message else _ThrownOut
    passing = (RPCStatusCode.ABORTED, RPCStatusCode.RESOURCE_EXHAUSTED)
    return _ThrownOut if fault.status in passing else OutcomeUnknown


def _not_taken(fault: WorkflowUpdateFailedError) -> bool:
    """Whether the run gave way to the next, or failed, before it had an answer."""
    cause = fault.cause
    passing = (HANDING_OVER, "AcceptedUpdateCompletedWorkflow")
    return isinstance(cause, ApplicationError) and cause.type in passing


async def _hear(beginning: Beginning) -> None:
    """Take the fault that the operation keeps as well: unheard, it would complain in the log."""
    with suppress(Exception, asyncio.CancelledError):
        await beginning.workflow_handle()


def _root(fault: BaseException) -> BaseException:
    """The first failure of a chain: the workflow's says that an activity failed, the activity's says why."""
    cause = getattr(fault, "cause", None)
    return fault if cause is None else _root(cause)
