"""How long one operation may take, all its statements together, and whatever it began."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar

_ends: ContextVar[float | None] = ContextVar("ends", default=None)
"""When the operation at hand ends, on the clock of the event loop. Tasks that it begins know it too."""


class OperationTooLong(Exception):
    """The operation took longer than one may. It was stopped, and its statements with it."""


@asynccontextmanager
async def deadline(seconds: float | None) -> AsyncIterator[None]:
    """Stop what is inside after so many seconds; unset: never.

    Raises:
        OperationTooLong: it was stopped.
    """
    ends = None if seconds is None else asyncio.get_running_loop().time() + seconds
    token = _ends.set(ends)
    scope = asyncio.timeout_at(ends)
    try:
        async with scope:
            yield
    except TimeoutError as fault:
        if scope.expired():
            raise OperationTooLong from fault
        raise
    finally:
        _ends.reset(token)


def left(seconds: float) -> float:
    """Give how many of these seconds the operation at hand leaves: loaders outlive whoever waits for them."""
    ends = _ends.get()
    return seconds if ends is None else min(seconds, max(0.0, ends - asyncio.get_running_loop().time()))
