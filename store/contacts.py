"""How people want to be told: their addresses, language, and how often of each theme. Each reads their own.

A new mail address waits to be confirmed: a question goes there, and the one before stays in use until it is answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import uuid4

from domain.noticing.wording import of_question
from store.identifiers import parse
from store.pool import Connection

AT_ONCE = 100
"""Questions about addresses in one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """What somebody said of themself."""

    member: str
    email: str | None
    language: str
    #: By theme: `at_once`, `daily`, `weekly` or `none`. Those not named: `at_once`.
    wants: Mapping[str, str]
    #: Lines, without the name.
    postal_address: str | None
    #: An address that is not confirmed yet.
    wanted_email: str | None
    set_at: datetime
    #: When a mail server refused the address for good.
    bounced_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A notice as its recipient reads it."""

    id: str
    concertation: str
    kind: str
    theme: str
    subject: Mapping[str, str]
    body: Mapping[str, str]
    #: `waiting`, `bundled`, `sending`, `sent`, `printed`, `failed`, `skipped`.
    state: str
    at: datetime
    sent_at: datetime | None


async def set_contact(
    connection: Connection,
    member: str,
    *,
    email: str | None = None,
    language: str | None = None,
    wants: Mapping[str, str] | None = None,
    postal_address: str | None = None,
) -> datetime | None:
    """Keep what is given; the rest stays as it is. A new mail address is used from its confirmation on.

    Gives the instant from which more addresses may be given, where there were too many within a day; nothing was kept.
    The empty `postal_address` forgets the one there was.
    """
    later: datetime | None = await connection.fetchval(
        "SELECT set_contact($1, $2, $3, $4, $5)", member, email, language, dict(wants or {}), postal_address
    )
    return later


async def confirm(connection: Connection, member: str, digest: str) -> bool:
    """Use the address with this digest from now on; whether it is the one in use."""
    confirmed: bool = await connection.fetchval("SELECT confirm_address($1, $2)", member, digest)
    return confirmed


async def leave_bulletins(connection: Connection, member: str) -> None:
    """Switch off each theme that somebody gets in a bulletin."""
    await connection.execute("SELECT leave_bulletins($1)", member)


async def contact(connection: Connection, member: str) -> Contact | None:
    """Give what somebody said of themself; nothing where they said nothing."""
    row = await connection.fetchrow("SELECT * FROM contact_of($1)", member)
    return None if row is None else Contact(**row)


def digest_of(email: str) -> str:
    """Name an address in a link, where it cannot be read."""
    return sha256(email.encode()).hexdigest()


async def ask(connection: Connection) -> int:
    """Write the questions to addresses that were given since; say how many. For the worker."""
    async with connection.transaction():
        rows: list[Any] = await connection.fetch(
            """
            UPDATE contact c SET asked_at = instant() FROM (
                SELECT member FROM contact WHERE wanted_email IS NOT NULL AND asked_at IS NULL
                ORDER BY wanted_at LIMIT $1 FOR UPDATE SKIP LOCKED
            ) AS due WHERE c.member = due.member
            RETURNING c.member, c.wanted_email, c.wanted_at
            """,
            AT_ONCE,
        )
        words = of_question()
        for row in rows:
            await connection.execute(
                """
                WITH said AS (
                    INSERT INTO notice_text (key, kind, about, theme, fixed, subject, body, path, at)
                    VALUES ($1, 'address_confirmation', $3, 'contact', true, $4, $5, '', $6) RETURNING key
                )
                INSERT INTO notice (id, key, recipient, channel, state, at, next_at)
                SELECT $7, s.key, $2, 'mail', 'waiting', $6, instant() FROM said s
                """,
                f"contact/{row['member']}/{row['wanted_at'].isoformat()}",
                f"member/{row['member']}",
                {"confirms": row["wanted_email"]},
                words.subject,
                words.body,
                row["wanted_at"],
                uuid4(),
            )
        return len(rows)


async def told(
    connection: Connection, member: str, concertation: str | None = None, most: int = 50
) -> list[Told]:
    """Give what somebody was told, the latest first."""
    rows: list[Any] = await connection.fetch(
        """
        SELECT id, concertation, kind, theme, subject, body, state, at, sent_at FROM notices_of($1, $2, $3)
        """,
        member,
        parse(concertation) if concertation else None,
        most,
    )
    return [Told(**{**row, "id": str(row["id"]), "concertation": str(row["concertation"])}) for row in rows]
