"""Sign-ins on their way to a provider and back: kept when they begin, given once to the browser that began them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from store.pool import Connection

WITHIN = timedelta(minutes=10)
"""So long somebody may take at their provider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """A sign-in whose person came back."""

    #: SHA-256 of the nonce that the provider must repeat.
    nonce: bytes
    #: The verifier of the code (RFC 7636).
    verifier: str
    #: The path of this site to go on to.
    next: str


class Missed(StrEnum):
    """Why a return finds no sign-in."""

    UNKNOWN = "unknown"
    """There never was one with this state and provider, or it was taken."""
    FOREIGN = "foreign"
    """It began in another browser, where it still waits."""
    LATE = "late"


async def begin(
    connection: Connection,
    state: bytes,
    *,
    browser: bytes,
    provider: str,
    nonce: bytes,
    verifier: str,
    next: str,
) -> None:
    """Keep a sign-in by the digests of its state, its browser and its nonce."""
    await connection.execute(
        "SELECT begin_sign_in($1, $2, $3, $4, $5, $6, $7)",
        state, browser, provider, nonce, verifier, next, WITHIN,
    )  # fmt: skip


async def take(connection: Connection, state: bytes, browser: bytes, provider: str) -> SignIn | Missed:
    """Give the sign-in of a state to whoever comes back from its provider in its browser: once."""
    row: Any = await connection.fetchrow("SELECT * FROM take_sign_in($1, $2, $3)", state, browser, provider)
    if row is None:
        return Missed.UNKNOWN
    if row["said"] != "taken":
        return Missed(row["said"])
    return SignIn(nonce=row["nonce"], verifier=row["verifier"], next=row["next"])


async def use_link(connection: Connection, digest: bytes, until: datetime) -> bool:
    """Use a sign-in link of the development that is good until then; whether nobody did before."""
    fresh: bool = await connection.fetchval("SELECT use_sign_in_link($1, $2)", digest, until)
    return fresh
