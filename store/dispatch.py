"""How the notices of a concertation fared, for those who conduct it: without an address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.refusals import Code
from store.identifiers import parse
from store.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatched:
    """A notice on its way, or at its end."""

    id: str
    kind: str
    theme: str
    subject: Mapping[str, str]
    #: `member/<id>`, `organisation/<uuid>` or `webhook/<uuid>`.
    recipient: str
    #: `mail`, `letter` or `webhook`.
    channel: str
    #: `waiting`, `bundled`, `sending`, `sent`, `printed`, `failed`, `skipped`.
    state: str
    attempts: int
    at: datetime
    #: When it goes, for the first time or again, where that is set.
    next_at: datetime | None
    sent_at: datetime | None
    #: What the other side said the last time, without addresses.
    fault: str | None


async def dispatched(
    connection: Connection, concertation: str, state: str | None, most: int
) -> list[Dispatched]:
    """Give notices, the latest first; of one state, or of all."""
    rows: list[Any] = await connection.fetch(
        "SELECT * FROM dispatched_notices($1, $2, $3)", parse(concertation), state, most
    )
    return [Dispatched(**{**row, "id": str(row["id"])}) for row in rows]


async def counts(connection: Connection, concertation: str) -> dict[tuple[str, str], int]:
    """Count notices by way and state."""
    rows: list[Any] = await connection.fetch("SELECT * FROM notice_counts($1)", parse(concertation))
    return {(row["channel"], row["state"]): row["number"] for row in rows}


async def retry(connection: Connection, concertation: str, id: str) -> Code | None:
    """Send a notice that has failed again, and try its address again; or tell why not."""
    refused: str | None = await connection.fetchval(
        "SELECT retry_notice($1, $2)", parse(concertation), parse(id)
    )
    return Code(refused) if refused else None


async def retry_all(connection: Connection, concertation: str, most: int) -> int:
    """Send the latest notices that have failed again; say how many."""
    failed = await dispatched(connection, concertation, "failed", most)
    for notice in failed:
        await retry(connection, concertation, notice.id)
    return len(failed)
