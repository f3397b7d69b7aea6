"""What the workflow of a concertation asks of the store: load it, record a command, seal a set."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.sealing import SealingFailed, seal_in_a_child
from domain.acts import Command, SealFigures
from domain.process import Process
from store.concertations import process
from store.faults import SnapshotUnreadable, StoreUnreachable
from store.pool import Pool, acquire
from store.recording import record
from store.replies import Recorded
from store.sealing import entitled

_PASSING = (
    StoreUnreachable,
    SnapshotUnreadable,
    asyncpg.PostgresError,
    OSError,
    SealingFailed,
    ApplicationError,
)
_FOR_GOOD = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError)


class Records:
    """The activities, with the worker's pool, and the address that a sealing child process connects to itself."""

    def __init__(self, pool: Pool, dsn: str) -> None:
        """Hold both."""
        self._pool = pool
        self._dsn = dsn

    @activity.defn
    async def load(self, concertation: str) -> Process | None:
        """Give the process as it is; `None` before its first event."""
        with _sorted_out():
            async with acquire(self._pool) as connection:
                return await process(connection, concertation, full=True)

    @activity.defn
    async def record(self, command: Command, seen: int) -> Recorded:
        """Decide a command and remember it; give the reply and every event after the number `seen`."""
        with _sorted_out():
            async with acquire(self._pool) as connection:
                return await record(connection, command, seen)

    @activity.defn
    async def seal(self, concertation: str, round: int, stage: str) -> SealFigures:
        """Seal the set of a stage in state `sealing`, whatever its size. Asked again, gives the same."""
        with _sorted_out():
            async with acquire(self._pool) as connection:
                found = await process(connection, concertation, full=True)
            if found is None:
                raise ApplicationError(
                    "There is no such concertation.", type="Misaddressed", non_retryable=True
                )
            return await seal_in_a_child(
                self._dsn, concertation, round, stage, entitled(found), activity.heartbeat
            )


@contextmanager
def _sorted_out() -> Iterator[None]:
    """Let what may be better later be tried again; of what cannot be, tell the workflow at once.

    What this version cannot read a newer one wrote, whose worker may take the next try.
    """
    try:
        yield
    except Exception as fault:
        if isinstance(fault, _PASSING) and not isinstance(fault, _FOR_GOOD):
            raise
        # No text of the fault: PostgreSQL's show rows, and Temporal keeps what it is told.
        raise ApplicationError(
            "The program fails on this, however often it is tried.",
            type=type(fault).__name__,
            non_retryable=True,
        ) from fault
