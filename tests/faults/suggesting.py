"""A Temporal that suggests to continue as new all the time, and the sender of an API that uses it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from domain.acts import Command
from server.embedded.programs import program
from server.free_port import free_port
from server.settings import Settings
from store.pool import Pool
from store.replies import Accepted, Refused
from tests.api.house import DirectSender
from tests.fixtures.replicas import working
from workflows.commanding import Dispatch
from workflows.connecting import connect
from workflows.starting import workflow_id

SUGGESTED = 40
"""Events of a history after which the server suggests to continue as new."""


@asynccontextmanager
async def suggesting(folder: Path) -> AsyncIterator[Client]:
    """Give a client of a Temporal that suggests to continue as new all the time."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = await WorkflowEnvironment.start_local(
        port=free_port("127.0.0.1"),
        dev_server_existing_path=program("temporal"),
        dev_server_database_filename=str(folder / "temporal.db"),
        dev_server_log_level="never",
        dev_server_extra_args=[
            *("--dynamic-config-value", f"limit.historyCount.suggestContinueAsNew={SUGGESTED}"),
            *("--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=NORMAL"),
        ],
    )
    async with environment:
        yield await connect(environment.client.service_client.config.target_host, "default")


class _Dispatched(DirectSender):
    """Brings commands to `record` as an API does: as updates of workflows, which a worker carries out."""

    def __init__(self, worker: Pool, dispatch: Dispatch) -> None:
        super().__init__(worker)
        self._dispatch = dispatch

    async def send(self, command: Command) -> Accepted | Refused:
        self.sent.append(command)
        return await self._dispatch.send(command)


@asynccontextmanager
async def dispatching(client: Client, pool: Pool, settings: Settings) -> AsyncIterator[DirectSender]:
    """Let a worker work, and give what sends to it; the workflows end with it."""
    sender = _Dispatched(pool, Dispatch(client, settings.task_queue, settings.command_timeout))
    async with working(client, pool, settings):
        yield sender
    for concertation in {command.concertation for command in sender.sent}:
        with suppress(RPCError):
            await client.get_workflow_handle(workflow_id(concertation)).terminate()
