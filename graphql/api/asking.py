"""Questions to PostgreSQL, answered or given up within a bounded time, whatever becomes of the server."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from api.deadlines import left
from store.faults import StoreTooSlow
from store.pool import Connection, Pool, acquire

T = TypeVar("T")


async def ask(pool: Pool, within: float, question: Callable[[Connection], Awaitable[T]]) -> T:
    """Put a question on a connection of its own.

    Giving a connection back can itself wait for a server that says nothing any more. So nobody waits for that: a
    question that is late is left to end by itself. None outlives the operation that asks it.

    Raises:
        StoreFault: no answer `within` seconds, or PostgreSQL does not answer.
    """
    within = left(within)

    async def answer() -> T:
        async with acquire(pool, within) as connection:
            return await question(connection)

    asked = asyncio.ensure_future(answer())
    try:
        done, _ = await asyncio.wait({asked}, timeout=within)
    except asyncio.CancelledError:
        asked.cancel()
        raise
    if done:
        return asked.result()
    asked.cancel()
    asked.add_done_callback(lambda late: late.cancelled() or late.exception())
    raise StoreTooSlow("no answer")
