"""Letters: the queue of those who have no mail address that works, printed in batches that can be printed again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from domain.noticing import letters
from domain.organisations import codes
from store.identifiers import parse
from store.pool import Connection

AT_ONCE = 500
"""Letters of one batch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Letters that were printed together."""

    id: str
    letters: int
    made_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A notice in a letter."""

    at: datetime
    body: Mapping[str, str]
    path: str
    invitation: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What goes into one envelope."""

    recipient: str
    #: Name and address, as they were when the batch was made.
    sent_to: str
    items: tuple[Item, ...]


async def print_batch(connection: Connection, *, id: str, concertation: str, by: str) -> bool | None:
    """Put the letters that wait into a batch. `None`: none waits. `False`: another concertation has this id.

    Asked again with the same id, it is the same batch.
    """
    said = await connection.fetchval(
        "SELECT print_letters($1, $2, $3, $4)", parse(concertation), parse(id), by, AT_ONCE
    )
    return None if said == "none" else said != "other"


async def batches(connection: Connection, concertation: str) -> list[Batch]:
    """Give the batches, the latest first."""
    rows: list[Any] = await connection.fetch("SELECT * FROM letter_batches($1)", parse(concertation))
    return [Batch(**{**row, "id": str(row["id"])}) for row in rows]


async def letters_in(connection: Connection, concertation: str, batch: str) -> list[Letter]:
    """Give the letters of a batch, always in the same order."""
    rows: list[Any] = await connection.fetch(
        "SELECT * FROM letters_in($1, $2)", parse(concertation), parse(batch)
    )
    return [
        Letter(recipient=recipient, sent_to=sent_to, items=tuple(_item(row) for row in of_one))
        for (sent_to, recipient), of_one in groupby(rows, lambda row: (row["sent_to"], row["recipient"]))
    ]


async def keep_codes(
    connection: Connection, key: bytes, concertation: str, batch: str, printed: Sequence[Letter]
) -> dict[str, str]:
    """Give the code of each invitation in a batch; it opens the invitation from now on."""
    wanted = sorted({item.invitation for letter in printed for item in letter.items if item.invitation})
    made = {invitation: letters.code(key, batch, invitation) for invitation in wanted}
    await connection.executemany(
        "SELECT keep_letter_code($1, $2, $3)",
        [
            (parse(concertation), parse(invitation), codes.hashed(concertation, code))
            for invitation, code in made.items()
        ],
    )
    return made


async def keep_addresses(connection: Connection, concertation: str, lines: Mapping[str, str]) -> None:
    """Keep postal addresses of a list, by recipient: for the worker."""
    await connection.execute(
        """
        INSERT INTO postal_address (concertation, recipient, lines)
        SELECT $1, g.recipient, g.lines FROM unnest($2::text[], $3::text[]) AS g (recipient, lines)
        ON CONFLICT (concertation, recipient) DO UPDATE SET lines = excluded.lines
        """,
        parse(concertation),
        list(lines),
        list(lines.values()),
    )


def _item(row: Any) -> Item:
    invitation: UUID | None = row["invitation"]
    return Item(
        at=row["at"],
        body=row["body"],
        path=row["path"],
        invitation=str(invitation) if invitation else None,
    )
