"""The outline of a questionnaire under check: its parts with their paths, those that could not be read included."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from domain.loading import Path
from domain.questionnaires.shapes import Condition, Grid


@dataclass(frozen=True, slots=True)
class Placed:
    """A section, question or criterion, and where it stands."""

    path: Path
    id: str | None
    part: Any
    """The part as read; `None` where its form has a fault."""
    section: Placed | None
    """The section that a question belongs to."""

    def conditions(self) -> Iterator[tuple[Path, Condition]]:
        """Give what this part alone asks for, each condition about one question with its path."""
        condition = getattr(self.part, "when", None)
        if condition is not None:
            yield from condition.tests((*self.path, "when"))


@dataclass(slots=True)
class Outline:
    """The parts in their order."""

    sections: list[Placed] = field(default_factory=list)
    questions: list[Placed] = field(default_factory=list)
    """Questions, or the criteria of a grid."""
    is_grid: bool = False
    grid: Grid | None = None
    path: Path = ("sections",)
    """Of the list that holds the parts."""
