"""What the workflow of a hearing asks of the world: to be begun, and its reminders written."""

from __future__ import annotations

from datetime import datetime

from temporalio import activity
from temporalio.client import Client

from store.hearing_reminders import attend
from store.pool import Pool, acquire

WORKFLOW = "HearingWorkflow"
CHANGED = "changed"


def mark_of(task_queue: str) -> str:
    """Give what ends the ids of workflows on this task queue: the mark of a restoration, or nothing."""
    _, at, mark = task_queue.partition("@")
    return at + mark


class Hearings:
    """The activities, with the worker's pool and its way to Temporal."""

    def __init__(self, pool: Pool, client: Client) -> None:
        """Hold both."""
        self._pool = pool
        self._client = client

    @activity.defn(name="begin_hearings")
    async def begin(self, concertation: str, hearings: list[str]) -> None:
        """Tell the workflow of each of these hearings that something happened to it; it is started unless it runs.

        Not as children of the concertation's: what a parent has in hand ends where it continues as new.
        """
        queue = activity.info().task_queue
        for hearing in hearings:
            await self._client.start_workflow(
                WORKFLOW,
                args=[concertation, hearing],
                id=f"hearing-{concertation}-{hearing}{mark_of(queue)}",
                task_queue=queue,
                start_signal=CHANGED,
            )

    @activity.defn(name="attend_hearing")
    async def attend(self, concertation: str, hearing: str) -> datetime | None:
        """Write the reminders that are due; say when the next one is, if there is one to come."""
        async with acquire(self._pool) as connection:
            return await attend(connection, concertation, hearing)
