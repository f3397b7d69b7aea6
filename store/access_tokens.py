"""Personal access tokens: made, listed, revoked, recognised when a program comes with one."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.access_tokens import CHANCE, MOST_LIVE, digest_of, write
from domain.refusals import Code, Refusal
from domain.rights import Bound, Reach
from store.identifiers import parse
from store.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """A token that works, as its owner sees it: everything but the token."""

    id: str
    #: What its owner calls it.
    name: str
    reaches: frozenset[Reach]
    made_at: datetime
    expires_at: datetime
    #: To the minute; unset: never.
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """On whose behalf a token speaks."""

    member: str
    reaches: frozenset[Reach]
    #: Until it expires, by the only clock.
    seconds_left: float
    #: What it is good for, and nothing else; unset: for all that it reaches.
    bound: Bound | None = None


async def create(
    connection: Connection,
    *,
    id: str,
    member: str,
    name: str,
    reaches: Collection[Reach],
    expires_at: datetime,
) -> str | Refusal | None:
    """Make a token and give it, this once; `None` where it was made before. What it reads is always in its reach."""
    token = write(secrets.token_bytes(CHANCE))
    said = await connection.fetchval(
        "SELECT create_access_token($1, $2, $3, $4, $5, $6, $7)",
        parse(id),
        member,
        name,
        sorted({Reach.READ.value, *(reach.value for reach in reaches)}),
        digest_of(token),
        expires_at,
        MOST_LIVE,
    )
    match said:
        case "fresh":
            return token
        case "life":
            return Refusal(Code.TOKEN_LIFE_REFUSED, {}, ("expires_at",))
        case "many":
            return Refusal(Code.TOO_MANY_TOKENS, {"most": MOST_LIVE})
        case "other":
            return Refusal(Code.IDEMPOTENCY_KEY_REUSED, {}, ("idempotency_key",))
        case _:
            return None


async def revoke(connection: Connection, member: str, id: str) -> bool:
    """End a token of a member for ever; whether there is one, ended before perhaps."""
    found: bool = await connection.fetchval("SELECT revoke_access_token($1, $2)", member, parse(id))
    return found


async def of_member(connection: Connection, member: str) -> list[AccessToken]:
    """Give those that work, in the order of making."""
    rows: list[Any] = await connection.fetch("SELECT * FROM access_tokens_of($1)", member)
    return [AccessToken(**{**row, "id": str(row["id"]), "reaches": _reaches(row)}) for row in rows]


async def use(connection: Connection, digest: bytes) -> Use | None:
    """Say on whose behalf the token of this digest speaks; `None` where it expired, was revoked, never was."""
    row = await connection.fetchrow("SELECT * FROM use_access_token($1)", digest)
    if row is None:
        return None
    return Use(member=row["member"], reaches=_reaches(row), seconds_left=row["seconds_left"])


def _reaches(row: Any) -> frozenset[Reach]:
    return frozenset(map(Reach, row["reaches"]))
