"""Tickets for agendas: signed addresses by which a calendar program fetches the hearings of one person."""

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
_USE: Final = "agenda"


@dataclass(frozen=True, slots=True)
class Ticket:
    """Whose agenda it opens, and until when."""

    member: str
    until: datetime


class AgendaTickets:
    """Writes tickets and reads them. Whether one has expired is for the clock to say, which is not here."""

    def __init__(self, key: OctKey, public_url: str = "", former: Sequence[OctKey] = ()) -> None:
        """Sign with `key`, and read what `former` ones signed, too.

        Addresses begin with `public_url`; empty: they are relative to that of the API.
        """
        self._key = key
        self._accepted = (key, *former)
        self._before = public_url.rstrip("/")

    def address(self, member: str, until: datetime) -> str:
        """Give the address of the agenda of a member, good until an instant."""
        claims: dict[str, Any] = {"use": _USE, "sub": member, "exp": int(until.timestamp())}
        ticket = jwt.encode({"alg": _ALGORITHM}, claims, self._key, algorithms=[_ALGORITHM])
        return f"{self._before}/agenda/{ticket}.ics"

    def read(self, ticket: str) -> Ticket | None:
        """Say whose agenda a ticket opens; nothing for what is no ticket of ours, or is for something else."""
        try:
            claims = claims_of(ticket, self._accepted)
            if claims["use"] != _USE:
                return None
            return Ticket(str(claims["sub"]), datetime.fromtimestamp(int(claims["exp"]), UTC))
        except (JoseError, ValueError, TypeError, KeyError, AttributeError, OverflowError, OSError):
            return None
