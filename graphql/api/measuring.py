"""Where resolvers say what is to be counted. Who counts is server/telemetry."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Measuring(Protocol):
    """Counts at no cost."""

    def refused(self, code: str) -> None:
        """Count a refusal."""

    def faulted(self, code: str) -> None:
        """Count a fault that goes to `errors`."""

    def delivered(self, at: datetime | None) -> None:
        """Count an event that a subscriber is given; `at`: when it happened, if they waited for it."""


class NotMeasured:
    """Counts nothing."""

    def refused(self, code: str) -> None:
        """Do nothing."""

    def faulted(self, code: str) -> None:
        """Do nothing."""

    def delivered(self, at: datetime | None) -> None:
        """Do nothing."""
