"""Tickets for exports: addresses that let whoever has them fetch one export for a short time, signed by this server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from domain.interchange.columns import Form, Variant
from server.ticket_claims import claims_of
from store.exporting import Asked

_ALGORITHM: Final = "HS256"
_USE: Final = "export"
_CLOSING: Final = "closing archive"


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a ticket is for, under which name, and until when it is good."""

    asked: Asked
    name: str
    until: datetime


@dataclass(frozen=True, slots=True)
class ClosingTicket:
    """Which closing archive a ticket is for, under which name, and until when it is good."""

    concertation: str
    sha256: str
    size: int
    name: str
    until: datetime


class ExportTickets:
    """Writes tickets and reads them. Whether one has expired is for the clock to say, which is not here."""

    def __init__(self, key: OctKey, public_url: str = "", former: Sequence[OctKey] = ()) -> None:
        """Sign with `key`, and read what `former` ones signed, too.

        Addresses begin with `public_url`; empty: they are relative to that of the API.
        """
        self._key = key
        self._accepted = (key, *former)
        self._before = public_url.rstrip("/")

    def address(self, asked: Asked, name: str, until: datetime) -> str:
        """Give the address to fetch an export from, good until an instant."""
        claims: dict[str, Any] = {
            "use": _USE,
            "sub": asked.concertation,
            "variant": asked.variant.value,
            "form": asked.form.value,
            "round": asked.round,
            "stage": asked.stage,
            "name": name,
            "exp": int(until.timestamp()),
        }
        ticket = jwt.encode({"alg": _ALGORITHM}, claims, self._key, algorithms=[_ALGORITHM])
        return f"{self._before}/exports/contributions?ticket={ticket}"

    def closing(self, concertation: str, sha256: str, size: int, name: str, until: datetime) -> str:
        """Give the address to fetch a closing archive from, good until an instant."""
        claims: dict[str, Any] = {
            "use": _CLOSING,
            "sub": concertation,
            "sha256": sha256,
            "size": size,
            "name": name,
            "exp": int(until.timestamp()),
        }
        ticket = jwt.encode({"alg": _ALGORITHM}, claims, self._key, algorithms=[_ALGORITHM])
        return f"{self._before}/exports/closing-archive?ticket={ticket}"

    def read_closing(self, ticket: str) -> ClosingTicket | None:
        """Say which closing archive a ticket is for; nothing for what is no such ticket of ours."""
        try:
            claims = claims_of(ticket, self._accepted)
            if claims["use"] != _CLOSING:
                return None
            return ClosingTicket(
                concertation=claims["sub"],
                sha256=claims["sha256"],
                size=int(claims["size"]),
                name=claims["name"],
                until=datetime.fromtimestamp(int(claims["exp"]), UTC),
            )
        except (JoseError, ValueError, TypeError, KeyError, AttributeError, OverflowError, OSError):
            return None

    def schema(self, variant: Variant) -> str:
        """Give the address of the Table Schema of a variant."""
        return f"{self._before}/exports/contributions-{variant}.schema.json"

    def read(self, ticket: str) -> Ticket | None:
        """Say what a ticket is for; nothing for what is no ticket of ours, or is for something else."""
        try:
            claims = claims_of(ticket, self._accepted)
            if claims["use"] != _USE:
                return None
            asked = Asked(
                concertation=claims["sub"],
                variant=Variant(claims["variant"]),
                form=Form(claims["form"]),
                round=claims["round"],
                stage=claims["stage"],
            )
            return Ticket(asked, claims["name"], datetime.fromtimestamp(int(claims["exp"]), UTC))
        except (JoseError, ValueError, TypeError, KeyError, AttributeError, OverflowError, OSError):
            return None
