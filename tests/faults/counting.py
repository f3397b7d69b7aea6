"""What a run counts while it goes on; a `Tally` at its end."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.faults.tally import Tally


@dataclass(kw_only=True)
class Counting:
    """Adds up what was asked for and what became of it."""

    operations: int = 0
    acknowledged: int = 0
    refused: int = 0
    unknown: int = 0
    lost: int = 0
    doubled: int = 0
    #: Sentences about what did not hold.
    broken: list[str] = field(default_factory=list)

    def hold(self, condition: object, sentence: str) -> None:
        """Note a sentence about what does not hold."""
        if not condition:
            self.broken.append(sentence)

    def tally(self) -> Tally:
        """Give what was counted."""
        return Tally(
            operations=self.operations,
            acknowledged=self.acknowledged,
            refused=self.refused,
            unknown=self.unknown,
            lost=self.lost,
            doubled=self.doubled,
            broken=tuple(self.broken),
        )
