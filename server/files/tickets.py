"""Tickets: addresses that let whoever has them send or fetch one file for a short time, signed by this server."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final, Literal

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from server.ticket_claims import claims_of

Purpose = Literal["send", "fetch"]

_ALGORITHM: Final = "HS256"


class Tickets:
    """Writes tickets and reads them. Whether one has expired is for the clock to say, which is not here."""

    def __init__(self, key: OctKey, public_url: str = "", former: Sequence[OctKey] = ()) -> None:
        """Sign with `key`, and read what `former` ones signed, too.

        Addresses begin with `public_url`; empty: they are relative to that of the API.
        """
        self._key = key
        self._accepted = (key, *former)
        self._before = public_url.rstrip("/")

    def send(self, file: str, until: datetime) -> str:
        """Give the address to send the content of a file to, good until an instant."""
        return self._address("send", file, until)

    def fetch(self, file: str, until: datetime) -> str:
        """Give the address to fetch a file from, good until an instant."""
        return self._address("fetch", file, until)

    def read(self, ticket: str, purpose: Purpose, file: str) -> datetime | None:
        """Say until when a ticket is good for this; nothing for what is no ticket of ours, or is for something else."""
        try:
            claims = claims_of(ticket, self._accepted)
            if (claims["use"], claims["sub"]) != (purpose, file):
                return None
            return datetime.fromtimestamp(int(claims["exp"]), UTC)
        except (JoseError, ValueError, TypeError, KeyError, AttributeError, OverflowError, OSError):
            return None

    def _address(self, purpose: Purpose, file: str, until: datetime) -> str:
        claims: dict[str, Any] = {"use": purpose, "sub": file, "exp": int(until.timestamp())}
        ticket = jwt.encode({"alg": _ALGORITHM}, claims, self._key, algorithms=[_ALGORITHM])
        return f"{self._before}/files/{file}?ticket={ticket}"
