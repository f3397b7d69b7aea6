"""What the API has to know of letters to give tickets for them. The letters themselves never pass through GraphQL."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class LetterTickets(Protocol):
    """Writes addresses of batches of letters."""

    def address(self, concertation: str, batch: str, until: datetime) -> str:
        """Give the address to fetch a batch from, good until an instant."""
        ...
