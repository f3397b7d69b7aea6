"""The feed: wakes the sockets that wait for the ledger of a concertation to grow.

`record` says NOTIFY in its transaction, and one connection of this process listens for all sockets. A notification is
only a hint: whoever is woken reads the ledger after the last number that they sent, so nothing is lost between two.
What a hint misses (a connection that was down), a look at all followed concertations finds: one statement every
`every` seconds, whatever the number of sockets. An idle socket costs nothing; what all may read is read once for all.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from api.asking import ask
from api.news import NewsDesk
from store import concertations, figures
from store.clock import instant
from store.contributions import Figures
from store.faults import StoreFault
from store.known_processes import KnownProcesses
from store.ledger import CHANNEL
from store.pool import Connection, Pool, acquire

log = logging.getLogger(__name__)

THROTTLE = 1.0
"""Seconds between two counts of the contributions of one concertation."""


class Count(NamedTuple):
    """The figures of stages, in the order in which they were asked for, and when they were counted."""

    figures: list[Figures]
    at: datetime


@dataclass(eq=False)
class Watch:
    """What one socket waits on, and the number of the last event that it has."""

    seq: int
    event: asyncio.Event = field(default_factory=asyncio.Event)

    async def next(self, within: float | None = None) -> None:
        """Wait for a hint, at most `within` seconds."""
        try:
            async with asyncio.timeout(within):
                await self.event.wait()
        except TimeoutError:
            pass
        self.event.clear()


class Feed:
    """Fans hints out to the sockets of this process."""

    def __init__(
        self, pool: Pool, every: float = 1.0, known: KnownProcesses | None = None, within: float = 1.5
    ) -> None:
        """Listen and look through `pool`. `every`: seconds between two looks; `within`: for one answer.

        `known` are processes that requests have read, which spare reading them for the sockets.
        """
        self._pool = pool
        self._every = every
        self.news = NewsDesk(pool, known or KnownProcesses(), within)
        self._watches: dict[str, set[Watch]] = {}
        self._figures: dict[str, tuple[float, Count]] = {}
        self._counting: dict[str, asyncio.Lock] = {}

    async def run(self) -> None:
        """Listen and look until cancelled; after a fault, again."""
        await asyncio.gather(self._for_ever(self._listen), self._for_ever(self._look))

    @property
    def watched(self) -> int:
        """How many subscriptions follow a concertation."""
        return sum(map(len, list(self._watches.values())))

    @asynccontextmanager
    async def watch(self, concertation: str, seq: int) -> AsyncIterator[Watch]:
        """Give hints for one concertation, for the length of the block, to who has its events up to `seq`."""
        watch = Watch(seq)
        self._watches.setdefault(concertation, set()).add(watch)
        try:
            yield watch
        finally:
            self._watches[concertation].discard(watch)
            if not self._watches[concertation]:
                for kept in (self._watches, self._figures, self._counting):
                    kept.pop(concertation, None)
                self.news.outdated(concertation)

    async def figures(self, concertation: str, stages: Sequence[tuple[int, str]]) -> Count:
        """Count the contributions of stages (round, key), at most every second for all sockets together."""
        clock = asyncio.get_running_loop().time
        async with self._counting.setdefault(concertation, asyncio.Lock()):
            known = self._figures.get(concertation)
            if known is not None and clock() - known[0] < THROTTLE and len(known[1].figures) == len(stages):
                return known[1]

            async def question(connection: Connection) -> Count:
                each = [await figures.figures(connection, concertation, round, key) for round, key in stages]
                return Count(each, await instant(connection))

            counted = await ask(self._pool, THROTTLE, question)
            self._figures[concertation] = (clock(), counted)
            return counted

    async def _for_ever(self, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except StoreFault as fault:
                log.info("the feed tries again in %g s: %s", self._every, fault)
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
        self.news.outdated(str(concertation))
        for watch in self._watches.get(str(concertation), ()):
            watch.event.set()

    async def _look(self) -> None:
        followed = list(self._watches)
        if not followed:
            return
        rows = await ask(self._pool, self._every, lambda c: concertations.get_many(c, followed))
        for key, row in rows.items():
            late = [watch for watch in self._watches.get(key, ()) if watch.seq < row.seq]
            if late:
                self.news.outdated(key)
            for watch in late:
                watch.event.set()
