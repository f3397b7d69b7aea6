"""The feed: wakes those who wait for the ledger of a concertation to grow.

`record` says NOTIFY in its transaction. One connection of the process listens, for all sockets; a notification is
only a hint, and whoever waits reads the ledger after the last number that they saw. What a hint misses, a look every
`every` seconds finds: nothing is ever lost between two events.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from store.faults import StoreFault
from store.ledger import CHANNEL
from store.pool import Pool, acquire

log = logging.getLogger(__name__)


class Feed:
    """Fans hints out to the sockets of this process."""

    def __init__(self, pool: Pool, every: float = 1.0) -> None:
        """Listen through `pool`. `every`: seconds after which one looks without a hint."""
        self._pool = pool
        self._every = every
        self._waiting: dict[str, set[asyncio.Event]] = {}

    async def listen(self) -> None:
        """Listen until cancelled; after a fault, again."""
        while True:
            try:
                await self._listen()
            except (StoreFault, OSError) as fault:
                log.info("not listening, next try in %g s: %s", self._every, fault)
            await asyncio.sleep(self._every)

    async def _listen(self) -> None:
        async with acquire(self._pool) as connection:
            gone = asyncio.Event()
            connection.add_termination_listener(lambda _: gone.set())
            await connection.add_listener(CHANNEL, self._hint)
            try:
                await gone.wait()
            finally:
                if not connection.is_closed():
                    await connection.remove_listener(CHANNEL, self._hint)

    def _hint(self, connection: object, pid: int, channel: str, concertation: object) -> None:
        for event in self._waiting.get(str(concertation), ()):
            event.set()

    @asynccontextmanager
    async def hints(self, concertation: str) -> AsyncIterator[Hints]:
        """Give the hints for one concertation, for the length of the block."""
        event = asyncio.Event()
        self._waiting.setdefault(concertation, set()).add(event)
        try:
            yield Hints(event, self._every)
        finally:
            waiting = self._waiting[concertation]
            waiting.discard(event)
            if not waiting:
                del self._waiting[concertation]


class Hints:
    """What one socket waits on."""

    def __init__(self, event: asyncio.Event, every: float) -> None:
        self._event = event
        self._every = every

    async def next(self) -> None:
        """Wait for a hint, or until it is time to look anyway."""
        try:
            async with asyncio.timeout(self._every):
                await self._event.wait()
        except TimeoutError:
            pass
        self._event.clear()
