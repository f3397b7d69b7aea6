"""What can go wrong with PostgreSQL itself. Expected refusals are not here: they are values.

StoreFault
├── StoreUnreachable     nobody answers, the connection was lost, the disk is full: ask again
│   └── StoreTooSlow     an answer, a lock or a connection of the pool did not come in time: ask again
└── SnapshotUnreadable   a snapshot or event that this version of the program cannot read
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg


class StoreFault(Exception):
    """The store could not do what it was asked."""

    def __init__(self, reason: str = "") -> None:
        """Begin with what the class says; `reason` is for the log, never for people."""
        super().__init__(f"{self.__doc__} ({reason})" if reason else self.__doc__)


class StoreUnreachable(StoreFault):
    """PostgreSQL does not answer. What was being written may be there or not: ask again with the same key."""


class StoreTooSlow(StoreUnreachable):
    """PostgreSQL did not answer in time. What was being written may be there or not: ask again with the same key."""


class SnapshotUnreadable(StoreFault):
    """A stored process or event does not have the shape that this version of the program knows."""


@contextmanager
def told_apart() -> Iterator[None]:
    """Turn the driver's many ways to say "gone", "full" or "late" into the two above; let all others through."""
    try:
        yield
    except (
        TimeoutError,
        asyncpg.QueryCanceledError,
        asyncpg.LockNotAvailableError,
        asyncpg.TooManyConnectionsError,
    ) as fault:
        raise StoreTooSlow(type(fault).__name__) from fault
    except (
        OSError,
        asyncpg.PostgresSystemError,
        asyncpg.PostgresConnectionError,
        asyncpg.OperatorInterventionError,
        asyncpg.InsufficientResourcesError,  # the disk is full, say: the statement is undone, and may be asked again
        asyncpg.InternalClientError,
    ) as fault:
        raise StoreUnreachable(type(fault).__name__) from fault
    except asyncpg.InterfaceError as fault:
        # Also what the driver raises for arguments that it cannot encode: those are values at fault, not the store.
        # A lost connection is "closed", or, when the pool noticed before the next question, "released".
        if isinstance(fault, ValueError) or not any(word in str(fault) for word in ("clos", "released")):
            raise
        raise StoreUnreachable(type(fault).__name__) from fault
