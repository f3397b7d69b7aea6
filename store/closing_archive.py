"""What PostgreSQL has for a closing archive: ledger, leaves, public contributions, all of one instant."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from domain.closing.figures import Leaf
from domain.interchange.columns import Form, Variant
from domain.process import Process
from store.clock import instant
from store.concertations import process
from store.exporting import Asked, export
from store.identifiers import parse
from store.pool import Connection

_AT_ONCE = 1_000


class KeptRow(NamedTuple):
    """A row of the ledger, its content to the letter, its hashes in hexadecimal."""

    seq: int
    previous: str
    hash: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """A concertation that is being archived for the public."""

    connection: Connection
    process: Process
    #: The instant at which all of it is read.
    now: datetime

    async def ledger(self) -> AsyncIterator[KeptRow]:
        """Give the rows of the ledger, in order."""
        rows = self.connection.cursor(
            """
            SELECT seq, encode(previous, 'hex'), encode(hash, 'hex'), content FROM ledger
            WHERE concertation = $1 ORDER BY seq
            """,
            parse(self.process.id),
            prefetch=_AT_ONCE,
        )
        async for row in rows:
            yield KeptRow(*row)

    async def leaves(
        self, round: int, stage: str, sealed: Sequence[datetime], most: int
    ) -> AsyncIterator[Leaf]:
        """Give the first `most` leaves of a set in their order; `sealed`: when its seals were made."""
        rows = self.connection.cursor(
            """
            SELECT digest, college, channel, least(superseded_at, withdrawn_at) AS until FROM contribution
            WHERE concertation = $1 AND round = $2 AND stage = $3 ORDER BY id LIMIT $4
            """,
            parse(self.process.id),
            round,
            stage,
            most,
            prefetch=_AT_ONCE,
        )
        async for digest, college, channel, until in rows:
            gone = None if until is None else sum(1 for at in sealed if at < until)
            yield Leaf(digest, college, channel, gone)

    async def contributions(self, form: Form) -> AsyncIterator[bytes]:
        """Give what is public of the contributions, written in this form."""
        asked = Asked(concertation=self.process.id, variant=Variant.PUBLIC, form=form)
        async with export(self.connection, asked) as exported:
            async for piece, _ in exported.pieces:
                yield piece


@asynccontextmanager
async def closing(connection: Connection, concertation: str) -> AsyncIterator[Closing]:
    """Begin the closing archive of a concertation that exists, as the worker."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        found = await process(connection, concertation)
        assert found is not None
        yield Closing(connection=connection, process=found, now=await instant(connection))
