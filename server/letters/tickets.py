"""Tickets for letters: addresses that let whoever has them fetch one batch for a short time, signed by this server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from server.ticket_claims import claims_of

_ALGORITHM: Final = "HS256"
_USE: Final = "letters"


@dataclass(frozen=True, slots=True)
class Ticket:
    """Which letters, and until when the ticket is good."""

    concertation: str
    batch: str
    until: datetime


class LetterTickets:
    """Writes tickets and reads them. Whether one has expired is for the clock to say, which is not here."""

    def __init__(self, key: OctKey, public_url: str = "", former: Sequence[OctKey] = ()) -> None:
        """Sign with `key`, and read what `former` ones signed, too.

        Addresses begin with `public_url`; empty: they are relative to that of the API.
        """
        self._key = key
        self._accepted = (key, *former)
        self._before = public_url.rstrip("/")

    def address(self, concertation: str, batch: str, until: datetime) -> str:
        """Give the address to fetch a batch from, good until an instant."""
        claims: dict[str, Any] = {
            "use": _USE,
            "sub": concertation,
            "batch": batch,
            "exp": int(until.timestamp()),
        }
        return f"{self._before}/letters.pdf?ticket={jwt.encode({'alg': _ALGORITHM}, claims, self._key)}"

    def read(self, ticket: str) -> Ticket | None:
        """Say what a ticket is for; nothing for what is no ticket of ours, or is for something else."""
        try:
            claims = claims_of(ticket, self._accepted)
            if claims["use"] != _USE:
                return None
            until = datetime.fromtimestamp(int(claims["exp"]), UTC)
            return Ticket(str(claims["sub"]), str(claims["batch"]), until)
        except (JoseError, ValueError, TypeError, KeyError, AttributeError, OverflowError, OSError):
            return None
