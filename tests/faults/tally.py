"""What came of a run, or of many: numbers that add up, and sentences about what did not hold."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What became of the operations of clients, as their own history and the database say."""

    #: Operations that clients asked for, each under a key of its own; a retry is the same operation.
    operations: int = 0
    #: Operations that were answered with what they brought about.
    acknowledged: int = 0
    #: Operations that were answered with a typed refusal.
    refused: int = 0
    #: Operations whose first answer said nothing of their outcome, so that they were asked again under their key.
    unknown: int = 0
    #: Operations that were acknowledged and are not there.
    lost: int = 0
    #: Operations that are there more than once, or that are there and were never acknowledged.
    doubled: int = 0
    #: Sentences about invariants that did not hold.
    broken: tuple[str, ...] = ()

    def __add__(self, other: Tally) -> Tally:
        """Give both together."""
        return Tally(
            operations=self.operations + other.operations,
            acknowledged=self.acknowledged + other.acknowledged,
            refused=self.refused + other.refused,
            unknown=self.unknown + other.unknown,
            lost=self.lost + other.lost,
            doubled=self.doubled + other.doubled,
            broken=self.broken + other.broken,
        )

    @property
    def holds(self) -> bool:
        """Whether nothing was lost or doubled, and every invariant held."""
        return not (self.lost or self.doubled or self.broken)
