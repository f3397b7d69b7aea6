"""Tokens of those who signed in by the code of an invitation: made in the place of the one before, and recognised."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.access_tokens import CHANCE, INVITED, digest_of, write
from domain.refusals import Refusal
from domain.rights import Bound, Reach
from store.access_tokens import Use
from store.invitations import Attempt, Invitation, asked, read_answer
from store.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A token, this once, and what it is good for."""

    token: str
    invitation: Invitation
    #: When the stage closes, as things stand: the token ends with it.
    closes_at: datetime | None


async def sign_in(connection: Connection, attempt: Attempt, member: str) -> SignedIn | Refusal:
    """Accept the invitation of a code for `member`, and make a token, which ends the one before."""
    token = write(secrets.token_bytes(CHANCE), INVITED)
    answer: dict[str, Any] = await connection.fetchval(
        "SELECT sign_in_with_code($1, $2, $3, $4, $5)", *asked(attempt), member, digest_of(token)
    )
    found = read_answer(answer)
    if isinstance(found, Refusal):
        return found
    closes_at = answer["closes_at"]
    return SignedIn(
        token=token,
        invitation=found,
        closes_at=datetime.fromisoformat(closes_at) if closes_at else None,
    )


async def use(connection: Connection, digest: bytes) -> Use | None:
    """Say what the token of this digest is good for; `None` where it was replaced, or its stage has closed."""
    row: Any = await connection.fetchrow("SELECT * FROM use_invited_token($1)", digest)
    if row is None:
        return None
    bound = Bound(row["member"], str(row["concertation"]), row["round"], row["stage"])
    return Use(
        member=bound.member,
        reaches=frozenset({Reach.READ, Reach.CONTRIBUTE}),
        seconds_left=row["seconds_left"],
        bound=bound,
    )
