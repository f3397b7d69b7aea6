"""What may have been ticked on paper: more than was asked for, but nothing that is not on the form."""

from __future__ import annotations

from typing import Any

from domain.questionnaires.conditions import OTHER
from domain.questionnaires.shapes import (
    Criterion,
    Grid,
    Levels,
    MultipleChoice,
    Ranking,
    Scale,
    SingleChoice,
    YesNo,
)


def tickable(question: Any, grid: Grid | None = None) -> tuple[frozenset[Any], int, bool] | None:
    """Give what may be ticked on paper: the values, how many ticks at least, whether one may be ticked again.

    `None` for a question that has nothing to tick.
    """
    match question:
        case YesNo():
            return frozenset((True, False)), 2, False
        case SingleChoice() | MultipleChoice() | Ranking():
            values = {choice.id for choice in question.choices}
            if not isinstance(question, Ranking) and question.other:
                values.add(OTHER)
            return (
                frozenset(values),
                2 if isinstance(question, SingleChoice) else 1,
                isinstance(question, Ranking),
            )
        case Scale():
            return _levels(question), 2, False
        case Criterion() if grid is not None:
            return _levels(grid.scale), 2, False
    return None


def _levels(levels: Levels) -> frozenset[Any]:
    return frozenset(range(levels.minimum, levels.maximum + 1))
