"""Figures of an archive: how many live contributions by college and channel, from the leaves of the seals; by
département and day, from what is public of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

COLUMNS = ("round", "stage", "of", "value", "count")
_OF_LEAVES = ("college", "channel")
_OF_CONTRIBUTIONS = {"departement": "departement", "day": "submitted_on"}


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf of a sealed set, in its place."""

    digest: bytes
    college: str | None
    channel: str
    #: From which seal on it is not counted any more, from 0 (the number of seals: since the last one); unset: live.
    gone: int | None = None

    def counts_in(self, seal: int) -> bool:
        """Say whether a seal counts it as live."""
        return self.gone is None or seal < self.gone


@dataclass(slots=True)
class Figures:
    """Counting, while leaves and contributions pass by."""

    _counts: Counter[tuple[int, str, str, str]] = field(default_factory=Counter)

    def add_leaf(self, round: int, stage: str, leaf: Leaf) -> None:
        """Count a leaf, if it is live."""
        if leaf.gone is None:
            for of in _OF_LEAVES:
                self._counts[round, stage, of, getattr(leaf, of) or ""] += 1

    def add_contribution(self, row: Mapping[str, Any]) -> None:
        """Count a row of the public export."""
        for of, column in _OF_CONTRIBUTIONS.items():
            self._counts[row["round"], row["stage"], of, row[column] or ""] += 1

    def rows(self) -> list[dict[str, Any]]:
        """Give the figures in their order: rounds, stages, what is counted, values."""
        return [dict(zip(COLUMNS, (*key, count), strict=True)) for key, count in sorted(self._counts.items())]
