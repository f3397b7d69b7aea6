"""The least that Temporal costs here: bare workflows with empty activities, on the same server, in their own worker.

Run as `python -m benchmarks.bare ADDRESS NAMESPACE`, it is that worker: it prints `ready`, then `done SECONDS` for each
second empty activity, so late after its deadline, one a line, until its standard input is closed. (Other
lines are those of the SDK's log.)
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from temporalio import activity, workflow
from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.worker import Worker

TASK_QUEUE = "bare"
_SOON = timedelta(seconds=10)


@activity.defn
async def nothing() -> None:
    """Do nothing."""


@activity.defn
async def nothing_more(deadline: str) -> None:
    """Do nothing, and tell how long after the deadline."""
    print("done", time.time() - datetime.fromisoformat(deadline).timestamp(), flush=True)


@workflow.defn
class BareDeadline:
    """Waits for an instant, then runs two empty activities."""

    @workflow.run
    async def run(self, deadline: str) -> None:
        """Wait and run."""
        left = datetime.fromisoformat(deadline) - workflow.now()
        await workflow.sleep(max(left, timedelta(0)))
        await workflow.execute_activity(nothing, start_to_close_timeout=_SOON)
        await workflow.execute_activity(nothing_more, deadline, start_to_close_timeout=_SOON)


@workflow.defn
class BareCommand:
    """Takes updates, each of which runs one empty activity."""

    @workflow.run
    async def run(self) -> None:
        """Never end."""
        await workflow.wait_condition(lambda: False)

    @workflow.update
    async def execute(self, text: str) -> str:
        """Run an empty activity."""
        await workflow.execute_activity(nothing, start_to_close_timeout=_SOON)
        return text


class TooNear(Exception):
    """The deadline came before everything was there to meet it: once more, with more time."""


class Bare:
    """The bare worker, seen from the one who measures."""

    def __init__(self, client: Client, process: asyncio.subprocess.Process) -> None:
        self._client = client
        self._process = process
        self._name = f"bare-{process.pid}"
        self._rounds = 0

    async def transition(self, number: int, ahead: timedelta, spread: timedelta = timedelta(0)) -> float:
        """Bring so many workflows through one instant, `ahead` of now, or as many evenly spread over so long after it.

        Gives the lateness of the latest, in seconds.

        Raises:
            TooNear: they were not started a second before.
        """
        self._rounds += 1
        deadline = datetime.now(UTC) + ahead
        at_once = asyncio.Semaphore(50)

        async def start(index: int) -> None:
            async with at_once:
                await self._client.start_workflow(
                    BareDeadline.run,
                    (deadline + spread * index / number).isoformat(),
                    id=f"{self._name}-{self._rounds}-{index}",
                    task_queue=TASK_QUEUE,
                )

        await asyncio.gather(*(start(index) for index in range(number)))
        spare = (deadline - datetime.now(UTC)).total_seconds()
        late = [await self._next_done() for _ in range(number)]
        if spare < 1:
            raise TooNear(f"starting {number} bare workflows took {ahead.total_seconds() - spare:.1f} s")
        return max(late)

    async def _next_done(self) -> float:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            word, _, late = line.decode().partition(" ")
            if word == "done":
                return float(late)
        raise RuntimeError("the bare worker ended")

    async def command(self) -> None:
        """Send one update to the one workflow of its kind, started if need be."""
        operation = WithStartWorkflowOperation(
            BareCommand.run,
            id=self._name,
            task_queue=TASK_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )
        await self._client.execute_update_with_start_workflow(
            BareCommand.execute, "text", start_workflow_operation=operation
        )

    async def end(self) -> None:
        """End the workflow that takes updates, so that the server forgets it."""
        await self._client.get_workflow_handle(self._name).terminate()


@asynccontextmanager
async def bare(client: Client, address: str) -> AsyncIterator[Bare]:
    """Run the bare worker for the length of the block."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.bare", address, client.namespace),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        if await process.stdout.readline() != b"ready\n":
            raise RuntimeError("the bare worker did not start")
        yield Bare(client, process)
    finally:
        process.stdin.close()
        await process.wait()


async def _work(address: str, namespace: str) -> None:
    client = await Client.connect(address, namespace=namespace)
    async with Worker(
        client,
        task_queue=TASK_QUEUE,
        workflows=[BareDeadline, BareCommand],
        activities=[nothing, nothing_more],
    ):
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    from server.leaving import leave

    asyncio.run(_work(*sys.argv[1:]))
    leave(0)
