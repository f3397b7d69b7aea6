"""How people want to be told: their address, language and the themes that they switched off. Each reads their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from store.identifiers import parse
from store.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """What somebody said of themself."""

    member: str
    email: str | None
    language: str
    #: By theme: `at_once` or `none`. Those not named: `at_once`.
    wants: Mapping[str, str]
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
    #: `waiting`, `sending`, `sent`, `failed`, `skipped`.
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
) -> None:
    """Keep what is given; the rest stays as it is. A new address forgets that the old one bounced."""
    await connection.execute("SELECT set_contact($1, $2, $3, $4)", member, email, language, dict(wants or {}))


async def contact(connection: Connection, member: str) -> Contact | None:
    """Give what somebody said of themself; nothing where they said nothing."""
    row = await connection.fetchrow("SELECT * FROM contact_of($1)", member)
    return None if row is None else Contact(**row)


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
