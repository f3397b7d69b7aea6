"""One concertation as it was read: what every object of it is resolved from, by one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.process import Process


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The fold of a ledger, and the instant at which it was read."""

    process: Process
    now: datetime

    @property
    def id(self) -> str:
        """The UUID of the concertation."""
        return self.process.id
