"""Browser sessions: begun at sign-in, opened by a secret that is kept as its digest, renewed, listed, ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from store.identifiers import parse
from store.pool import Connection

GRACE = timedelta(seconds=30)
"""So long after its successor was seen, a secret still opens its session: for requests on their way."""
MOST = 50
"""So many sessions of one member work at the same time; a further one ends the oldest."""

SWEPT_AT_ONCE = 10_000
"""Rows of each kind that one statement removes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How long sessions live, and how often their secret is replaced."""

    #: Ends a session that nobody uses.
    idle: timedelta
    #: Ends any.
    life: timedelta
    renew: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Whose session a secret opens."""

    id: str
    member: str
    #: The id of the provider in the settings, or what stands for one.
    provider: str
    #: The organisation that the provider named; never a right.
    siret: str | None
    #: In alphabetical order.
    platform_roles: tuple[str, ...]
    begun_at: datetime
    #: Until it ends unless it is used, by the only clock.
    seconds_left: float
    #: Whether it is time for another secret.
    due: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """That a session lives on."""

    seconds_left: float
    platform_roles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session as its owner sees it."""

    id: str
    provider: str
    begun_at: datetime
    #: To the minute.
    last_used_at: datetime
    #: When it ends unless it is used before.
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What is left of a session that was signed out of."""

    member: str
    provider: str
    #: What the provider wants to see at sign-out.
    id_token: str | None


async def begin(
    connection: Connection,
    digest: bytes,
    terms: Terms,
    *,
    member: str,
    provider: str,
    siret: str | None = None,
    id_token: str | None = None,
    platform_roles: tuple[str, ...] = (),
    instead_of: bytes | None = None,
) -> str:
    """Begin a session, in place of the one that the browser had, and give its id."""
    id = await connection.fetchval(
        "SELECT begin_session($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        digest, member, provider, siret, id_token, list(platform_roles), terms.idle, terms.life, instead_of, MOST,
    )  # fmt: skip
    return str(id)


async def use(connection: Connection, digest: bytes, terms: Terms) -> Use | None:
    """Say whose session the secret of this digest opens; `None` where it opens none, or not any more.

    A secret that was replaced, and comes again after `GRACE`, ends its session: two have it.
    """
    row: Any = await connection.fetchrow(
        "SELECT * FROM use_session($1, $2, $3, $4)", digest, terms.idle, terms.renew, GRACE
    )
    if row is None:
        return None
    return Use(**{**row, "id": str(row["id"]), "platform_roles": _roles(row)})


async def renew(connection: Connection, digest: bytes, new: bytes, terms: Terms) -> bool:
    """Give a session another secret; whether it was time, and nobody else just did."""
    done: bool = await connection.fetchval(
        "SELECT renew_session($1, $2, $3, $4)", digest, new, terms.renew, GRACE
    )
    return done


async def life(connection: Connection, id: str) -> Life | None:
    """Say how long a session lives on; `None` where it ended."""
    row: Any = await connection.fetchrow("SELECT * FROM session_lives($1)", parse(id))
    return row and Life(seconds_left=row["seconds_left"], platform_roles=_roles(row))


async def of_member(connection: Connection, member: str) -> list[Session]:
    """Give those that work, in the order of beginning."""
    rows: list[Any] = await connection.fetch("SELECT * FROM sessions_of($1)", member)
    return [Session(**{**row, "id": str(row["id"])}) for row in rows]


async def end(connection: Connection, member: str, id: str) -> bool:
    """End a session of a member; whether there was one."""
    found: bool = await connection.fetchval("SELECT end_session($1, $2)", member, parse(id))
    return found


async def end_others(connection: Connection, member: str, kept: str | None) -> int:
    """End all sessions of a member but one, or all; how many."""
    ended: int = await connection.fetchval(
        "SELECT end_other_sessions($1, $2)", member, parse(kept) if kept else None
    )
    return ended


async def sign_out(connection: Connection, digest: bytes) -> Ended | None:
    """End the session that a secret opens; `None` where it opens none."""
    row: Any = await connection.fetchrow("SELECT * FROM sign_out($1)", digest)
    return row and Ended(**row)


async def sweep(connection: Connection) -> int:
    """Remove, as the worker, what is over: sessions, sign-ins on their way, links. Some at a time; how many."""
    swept: int = await connection.fetchval("SELECT sweep_sign_ins($1)", SWEPT_AT_ONCE)
    return swept


def _roles(row: Any) -> tuple[str, ...]:
    return tuple(sorted(set(row["platform_roles"])))
