"""Where resolvers note what was done and refused at the doors. Who writes it down is server/auditing.py."""

from __future__ import annotations

from typing import Protocol

from domain.auditing import What


class Noting(Protocol):
    """Takes notes at no cost."""

    def note(
        self,
        what: What,
        *,
        member: str | None = None,
        address: str | None = None,
        about: str | None = None,
        reference: str | None = None,
    ) -> None:
        """Note that something happened now. Takes no time and raises nothing."""


class NotNoted:
    """Forgets what it is told."""

    def note(
        self,
        what: What,
        *,
        member: str | None = None,
        address: str | None = None,
        about: str | None = None,
        reference: str | None = None,
    ) -> None:
        """Do nothing."""
