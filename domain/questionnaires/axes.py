"""What one axis asks of a questionnaire that several share: its own questions, and those of no axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from domain.questionnaires.shapes import Asked, Criterion, Form, Questionnaire

P = TypeVar("P", bound=Asked | Criterion)


def of_axis(questionnaire: Questionnaire, axis: str | None) -> Questionnaire | None:
    """Give the questionnaire as a stage of this axis asks it; the same where nothing is left out, `None` if all is.

    A stage of no axis asks everything. A condition on a question of another axis never holds there, for that one has no
    answer. Ids stay, and so do the numbers that people read, which are those of the whole.
    """
    if axis is None:
        return questionnaire
    if not isinstance(questionnaire, Form):
        criteria = _of(questionnaire.criteria, axis)
        if len(criteria) == len(questionnaire.criteria):
            return questionnaire
        return questionnaire.model_copy(update={"criteria": criteria}) if criteria else None
    sections = tuple(
        section.model_copy(update={"questions": asked})
        for section in questionnaire.sections
        if (asked := _of(section.questions, axis))
    )
    if sum(len(section.questions) for section in sections) == sum(1 for _ in questionnaire.questions()):
        return questionnaire
    return questionnaire.model_copy(update={"sections": sections}) if sections else None


def _of(parts: Sequence[P], axis: str) -> tuple[P, ...]:
    return tuple(part for part in parts if not part.axes or axis in part.axes)
