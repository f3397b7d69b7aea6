"""Whose office somebody used who did something by delegation: what every place that shows an act says with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from domain.events import Event
from domain.process import Delegation, Process


def delegations_of(process: Process, event: Event) -> tuple[Delegation, ...]:
    """Give the delegations by which an event can have been brought about: none where nobody acted for another.

    An event says for whom it was, not by which seat; that of a vote does. Somebody to whom one person delegated several
    offices at once acted by one of them. A mandate in a ballot is no delegation, and runs through none.
    """
    fact: Any = event.fact
    if event.on_behalf_of is None or getattr(fact, "by_proxy", False):
        return ()
    office = str(getattr(fact, "seat", None) or "").partition("/")[0] or None
    return tuple(between(process, event.on_behalf_of, event.actor, event.at, office))


def between(
    process: Process, giver: str, to: str, at: datetime, office: str | None = None
) -> Iterator[Delegation]:
    """Give the delegations from one to another that ran at an instant, those of one office where it is named."""
    for delegation in process.delegations.values():
        if (
            (delegation.giver, delegation.to) == (giver, to)
            and (office is None or delegation.office == office)
            and delegation.since <= at < delegation.until
            and (delegation.revoked_at is None or at <= delegation.revoked_at)
        ):
            yield delegation
