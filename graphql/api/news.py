"""News: what a ledger says after a number and the concertation as it then stands, read once for all who follow it.

What is shared is what anybody may read, asked as nobody in particular, so that PostgreSQL decides: of a draft there are
no shared news, and each of its readers reads for themself. What a viewer is shown of it is decided for each, as ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from api.asking import ask
from api.snapshot import Snapshot
from store import concertations, ledger
from store.concertations import Eyes
from store.known_processes import KnownProcesses
from store.pool import Connection, Pool

BATCH = 100
"""Rows of a ledger read at a time."""
FRESH = 1.0
"""Seconds for which what was read is given to others, unless something happens before."""


class News(NamedTuple):
    """Rows of a ledger in order, and the concertation as it stood just after they were read."""

    entries: Sequence[ledger.Entry]
    at: Snapshot


class _Read(NamedTuple):
    at: float
    answer: asyncio.Task[News | None]


class NewsDesk:
    """Reads for all sockets of this process that have the same events and ask at about the same time."""

    def __init__(self, pool: Pool, known: KnownProcesses, within: float) -> None:
        """Read through `pool`, in at most `within` seconds; `known` are processes that need no reading."""
        self._pool = pool
        self._known = known
        self._within = within
        self._reads: dict[str, dict[int, _Read]] = {}

    def outdated(self, concertation: str) -> None:
        """Give what was read until now to nobody any more: something happened."""
        self._reads.pop(concertation, None)

    async def after(self, concertation: str, seq: int) -> News | None:
        """Give the rows after the number `seq`, at most 100, as anybody may read them.

        `None` of a concertation that not everybody may read: a draft.

        Raises:
            StoreFault: PostgreSQL does not answer, or not in time. Who asks later asks it again.
        """
        now = asyncio.get_running_loop().time()
        reads = self._reads.setdefault(concertation, {})
        read = reads.get(seq)
        if read is None or now - read.at > FRESH or _failed(read.answer):
            for old in [key for key, one in reads.items() if now - one.at > FRESH]:
                del reads[old]
            read = reads[seq] = _Read(now, asyncio.create_task(self._read(concertation, seq)))
        return await asyncio.shield(read.answer)  # for whoever goes away, others wait

    async def _read(self, concertation: str, seq: int) -> News | None:
        async def question(connection: Connection) -> News | None:
            entries = await ledger.after(connection, concertation, seq, reader=None, most=BATCH)
            found = await concertations.processes(connection, [concertation], self._known, eyes=Eyes(None))
            return News(entries, Snapshot(*found[concertation])) if concertation in found else None

        return await ask(self._pool, self._within, question)


def _failed(answer: asyncio.Task[News | None]) -> bool:
    return answer.done() and (answer.cancelled() or answer.exception() is not None)
