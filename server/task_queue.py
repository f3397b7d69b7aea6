"""The task queue that this installation works on: the one of the settings, marked since the database was restored.

The database says so, and nobody has to remember it: what Temporal knew before a restoration is served by no worker and
reached by no command (docs/adr/0048).
"""

from __future__ import annotations

import asyncio

from api.asking import ask
from store.pool import Pool, acquire
from store.restorations import mark
from workflows.starting import marked

#: How long the API goes by what it was told last, in seconds. Commands that are sent to the queue of before are not
#: carried out by anybody: they are sent again with their key.
LOOK_EVERY = 5.0


class Restored(RuntimeError):
    """The database was restored from a backup while this process ran: it begins anew."""


async def marked_queue(pool: Pool, name: str) -> str:
    """Give the task queue as the database has it now; `StoreUnreachable`."""
    async with acquire(pool) as connection:
        return marked(name, await mark(connection))


class MarkedQueue:
    """The task queue, asked for again every few seconds."""

    def __init__(self, pool: Pool, name: str, within: float) -> None:
        """Ask through `pool`, waiting at most `within` seconds."""
        self._pool = pool
        self._name = name
        self._within = within
        self._known = name
        self._until = 0.0

    async def __call__(self) -> str:
        """Give it.

        Raises:
            StoreFault: PostgreSQL does not answer.
        """
        now = asyncio.get_running_loop().time()
        if now >= self._until:
            self._known = marked(self._name, await ask(self._pool, self._within, mark))
            self._until = now + LOOK_EVERY
        return self._known
