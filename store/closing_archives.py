"""Closing archives that were asked for: which are wanted, and which one is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from store.identifiers import parse
from store.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptArchive:
    """A closing archive that is kept."""

    #: Of the whole file, in hexadecimal: what it is kept under.
    sha256: str
    #: Bytes.
    size: int
    made_at: datetime
    #: The number of its last event.
    seq: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """A concertation whose closing archive is wanted, as it was before it was made."""

    concertation: str
    seq: int
    #: The last act of moderation.
    moderated: int
    #: What the archive before is kept under, if there is one.
    before: str | None


async def ask(connection: Connection, concertation: str) -> KeptArchive | None:
    """Give the archive that is kept, if it says nothing that moderation has hidden since.

    Where it does not tell the latest event, or there is none, one is made.
    """
    row = await connection.fetchrow("SELECT * FROM ask_closing_archive($1)", parse(concertation))
    return KeptArchive(**dict(row)) if row is not None else None


async def wanted(connection: Connection) -> Wanted | None:
    """Give the concertation that has waited longest for its archive. As the worker."""
    row = await connection.fetchrow(
        """
        SELECT k.concertation, c.seq, last_moderation(c.id) AS moderated, k.sha256
        FROM closing_archive k JOIN concertation c ON c.id = k.concertation
        WHERE k.asked_at IS NOT NULL ORDER BY k.asked_at, k.concertation LIMIT 1
        """
    )
    return (
        Wanted(str(row["concertation"]), row["seq"], row["moderated"], row["sha256"])
        if row is not None
        else None
    )


async def kept(connection: Connection, made: Wanted, seq: int, sha256: str, size: int) -> None:
    """Keep that an archive was made, of events up to `seq`. As the worker."""
    await connection.execute(
        """
        UPDATE closing_archive
        SET asked_at = NULL, sha256 = $2, size = $3, made_at = instant(), seq = $4, moderated = $5
        WHERE concertation = $1
        """,
        parse(made.concertation),
        sha256,
        size,
        seq,
        made.moderated,
    )


async def given_up(connection: Connection, made: Wanted) -> None:
    """Keep that it could not be made: it has to be asked for again. As the worker."""
    await connection.execute(
        "UPDATE closing_archive SET asked_at = NULL WHERE concertation = $1", parse(made.concertation)
    )
