"""What the API has to know of exports to give tickets for them. The bytes themselves never pass through GraphQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from domain.interchange.columns import Variant
from store.exporting import Asked


class ExportTickets(Protocol):
    """Writes addresses of exports."""

    def address(self, asked: Asked, name: str, until: datetime) -> str:
        """Give the address to fetch an export from, good until an instant."""
        ...

    def closing(self, concertation: str, sha256: str, size: int, name: str, until: datetime) -> str:
        """Give the address to fetch a closing archive from, good until an instant."""
        ...

    def schema(self, variant: Variant) -> str:
        """Give the address of the Table Schema of a variant."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Exporting:
    """How exports are fetched here."""

    tickets: ExportTickets
    #: How long an address is good to begin with.
    within: timedelta
