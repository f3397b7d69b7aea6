"""Sending commands through Temporal, to the workflow of their concertation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from temporalio.client import Client

from domain.acts import Command
from store.replies import Accepted, Refused
from workflows import commanding


class TemporalSender:
    """Sends each command as an update, starting the workflow if it is not there."""

    def __init__(self, client: Client, task_queue: str | Callable[[], Awaitable[str]], within: float) -> None:
        """Wait for a reply at most `within` seconds."""
        self._dispatch = commanding.Dispatch(client, task_queue, within)

    async def send(self, command: Command) -> Accepted | Refused:
        """Bring a command to `record` and its reply back.

        Raises:
            Unavailable, OutcomeUnknown, CommandBroken: see workflows.commanding.
        """
        return await self._dispatch.send(command)
