"""Pages by keyset: one begins after a row that the client saw, so that rows arriving meanwhile repeat or hide none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Row]):
    """Rows in order, whether more follow, and how many there are in all."""

    rows: tuple[Row, ...]
    more: bool
    total: int


def cut(rows: list[Row], first: int, total: int) -> Page[Row]:
    """Make a page of at most `first` rows out of what a query for `first + 1` gave."""
    return Page(rows=tuple(rows[:first]), more=len(rows) > first, total=total)
