"""What an operation made is begun before it is cancelled, so that nothing is dropped that nobody awaited.

graphql-core makes a task of each field that has to be awaited. Where an operation is cancelled in the very turn of the
event loop in which they were made (a socket is closed, its time is over), they never begin, and what they hold, the
coroutines of the fields below them, is awaited by nobody: Python says so, once for each, on standard error.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable
from functools import partial
from typing import Any

from graphql.execution import executor

_THEIRS = "gather_with_cancel"
"""What the executor of graphql-core calls."""


class Beginning(asyncio.Task[Any]):
    """A task that takes its first step before it is cancelled."""

    def cancel(self, msg: Any = None) -> bool:
        """Cancel it; one that has not begun, in the turn in which it begins."""
        coroutine = self.get_coro()
        if inspect.iscoroutine(coroutine) and inspect.getcoroutinestate(coroutine) == inspect.CORO_CREATED:
            self.get_loop().call_soon(partial(super().cancel, msg))
            return True
        return super().cancel(msg)


async def gathered(*awaitables: Awaitable[Any]) -> list[Any]:
    """Await all of them side by side, and give what they gave; where one raises, the others are cancelled.

    Raises:
        Exception: the first that one of them raised.
    """
    loop = asyncio.get_running_loop()
    futures = [
        Beginning(awaitable, loop=loop)
        if inspect.iscoroutine(awaitable)
        else asyncio.ensure_future(awaitable)
        for awaitable in awaitables
    ]
    try:
        return await asyncio.gather(*futures)
    except Exception:
        for future in futures:
            future.cancel()
        await asyncio.gather(*futures, return_exceptions=True)
        raise


def begin_before_cancelling() -> None:
    """Let graphql-core gather fields like this. It has no setting for it."""
    assert hasattr(executor, _THEIRS), "graphql-core gathers fields in another way: look at ADR 0055"
    setattr(executor, _THEIRS, gathered)
