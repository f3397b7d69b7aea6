"""Exports of contributions, some thousands of rows at a time, all of one instant, in constant memory.

The order is that of rounds, then stages by their keys, then reception: the same wherever the same rows are.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.interchange.columns import Form, Variant
from domain.interchange.writing import header, writer
from store.identifiers import parse
from store.pool import Connection

AT_ONCE = 4_000
"""Rows that are read and written together: some megabytes."""

_SOURCE = {Variant.PUBLIC: "contribution_export", Variant.COMPLETE: "contribution_export_complete"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which contributions an export has."""

    concertation: str
    variant: Variant
    form: Form
    #: Only these; unset: all.
    round: int | None = None
    stage: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A stage in a round, with the number of its rows."""

    round: int
    stage: str
    size: int


@dataclass(frozen=True, slots=True)
class Export:
    """An export on its way."""

    parts: Sequence[Part]
    pieces: AsyncIterator[tuple[bytes, int]]
    """Bytes with the number of rows that they are; the first have none."""

    @property
    def size(self) -> int:
        """How many rows it has."""
        return sum(part.size for part in self.parts)


@asynccontextmanager
async def export(connection: Connection, asked: Asked) -> AsyncIterator[Export]:
    """Begin an export, in one transaction that sees one instant; nothing is read further than it is asked for.

    Of what is not public, a public export has nothing.
    """
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        # Whoever reads slowly keeps the transaction idle meanwhile.
        await connection.execute("SET LOCAL idle_in_transaction_session_timeout = '5min'")
        parts = await _parts(connection, asked)
        async with aclosing(_pieces(connection, asked, parts)) as pieces:
            yield Export(parts, pieces)


async def _parts(connection: Connection, asked: Asked) -> list[Part]:
    rows = await connection.fetch(
        "SELECT round, stage, size FROM contribution_export_sizes($1, $2)",
        parse(asked.concertation),
        asked.variant is Variant.COMPLETE,
    )
    return [
        Part(row["round"], row["stage"], row["size"])
        for row in rows
        if asked.round in (None, row["round"]) and asked.stage in (None, row["stage"])
    ]


async def _pieces(
    connection: Connection, asked: Asked, parts: Sequence[Part]
) -> AsyncGenerator[tuple[bytes, int], None]:
    write = writer(asked.variant, asked.form)
    yield header(asked.variant, asked.form), 0
    for part in parts:
        async with aclosing(_rows(connection, asked, part)) as pages:
            async for rows in pages:
                yield write(rows), len(rows)


async def _rows(connection: Connection, asked: Asked, part: Part) -> AsyncGenerator[list[Any], None]:
    """Give the rows of a part; the next ones are read while those before are written."""
    reading = asyncio.ensure_future(_next(connection, asked, part, None))
    try:
        while True:
            rows = await reading
            if len(rows) == AT_ONCE:
                reading = asyncio.ensure_future(_next(connection, asked, part, UUID(rows[-1]["id"])))
                await asyncio.sleep(0)  # so that it is asked before those before are written
            if rows:
                yield rows
            if len(rows) < AT_ONCE:
                return
    finally:
        if not reading.done():
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)


async def _next(connection: Connection, asked: Asked, part: Part, after: UUID | None) -> list[Any]:
    return await connection.fetch(
        f"SELECT * FROM {_SOURCE[asked.variant]}($1, $2, $3, $4, $5)",
        parse(asked.concertation),
        part.round,
        part.stage,
        after,
        AT_ONCE,
    )
