"""Cursors of contributions that are found: a place in the order of reception, or how far a ranking was read."""

from __future__ import annotations

from datetime import UTC, datetime

from api.connections import cursor, position
from api.faults import BadInput, InputFault
from store.finding import Place
from store.identifiers import parse
from store.ranking import Mark, Rank

_LARGEST = 2**31 - 1


def place_cursor(place: Place) -> str:
    """Write a place in the order of reception."""
    return cursor(_written(place))


def read_place(after: str | None) -> Place | None:
    """Read a place in the order of reception.

    Raises:
        BadInput: it is no cursor of this connection.
    """
    found = position(after, str, str)
    return None if found is None else _place(*found)


def mark_cursor(mark: Mark) -> str:
    """Write how far a ranking was read."""
    seen, lower = mark.seen, _written(mark.lower)
    return cursor(
        [
            seen.relevance if seen else -1,
            *_written((seen.submitted_at, seen.id) if seen else None),
            *_written(mark.upper),
            *lower,
        ]
    )


def read_mark(after: str | None) -> Mark | None:
    """Read how far a ranking was read.

    Raises:
        BadInput: it is no cursor of this connection in this order.
    """
    found = position(after, int, str, str, str, str, str, str)
    if found is None:
        return None
    relevance, seen_at, seen, upper_at, upper, lower_at, lower = found
    if not -1 <= relevance <= _LARGEST or (relevance == -1) != (seen_at + seen == ""):
        raise _no_cursor()
    return Mark(
        seen=None if relevance == -1 else Rank(relevance, *_place(seen_at, seen)),
        upper=_place(upper_at, upper),
        lower=_place(lower_at, lower) if lower_at + lower else None,
    )


def _written(place: Place | None) -> list[str]:
    return [place[0].isoformat(), place[1]] if place else ["", ""]


def _place(at: str, key: str) -> Place:
    try:
        instant = datetime.fromisoformat(at)
        if instant.tzinfo is not None and parse(key) is not None:
            return instant.astimezone(UTC), key
    except (ValueError, OverflowError):
        pass
    raise _no_cursor()


def _no_cursor() -> BadInput:
    return BadInput(InputFault.CURSOR, path=("after",))
