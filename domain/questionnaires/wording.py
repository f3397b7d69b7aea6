"""What people read around the questions: their numbers, and conditions in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from domain.questionnaires.conditions import OTHER
from domain.questionnaires.shapes import Condition, Form, MultipleChoice, Questionnaire, SingleChoice, YesNo
from domain.texts import localised, text


def numbers_of(questionnaire: Questionnaire) -> dict[str, int]:
    """Give the number of each question, or criterion, by its id: from 1, through all sections."""
    if isinstance(questionnaire, Form):
        asked = [question.id for _, question in questionnaire.questions()]
    else:
        asked = [criterion.id for criterion in questionnaire.criteria]
    return {name: number for number, name in enumerate(asked, 1)}


class Wording:
    """Says the conditions of one questionnaire in words, in the first of some languages that there is."""

    def __init__(self, questionnaire: Questionnaire, languages: Sequence[str]) -> None:
        """Number the questions."""
        self._languages = languages
        self._numbers = numbers_of(questionnaire)
        self._questions: Mapping[str, Any] = {}
        if isinstance(questionnaire, Form):
            self._questions = {question.id: question for _, question in questionnaire.questions()}

    def only_if(self, condition: Condition | None) -> str | None:
        """Say when to answer, as a sentence; `None` for what everybody is asked."""
        if condition is None:
            return None
        return text("condition.only_if", self._languages, condition=self._said(condition))

    def _said(self, condition: Condition, *, inner: bool = False) -> str:
        for word, parts in (("and", condition.all_), ("or", condition.any_)):
            if parts is not None:
                said = [self._said(part, inner=len(parts) > 1) for part in parts]
                joined = text(f"condition.{word}", self._languages).join(said)
                return f"({joined})" if inner and len(parts) > 1 else joined
        name = condition.question or ""
        question, number = self._questions.get(name), self._numbers.get(name, 0)
        if condition.at_least is not None:
            key = "condition.choices" if isinstance(question, MultipleChoice) else "condition.at_least"
            return text(key, self._languages, number=number, least=str(condition.at_least))
        values = condition.any_of or (condition.is_,)
        answers = text("condition.either", self._languages).join(
            text("condition.quoted", self._languages, words=self._answer(question, value)) for value in values
        )
        return text("condition.answered", self._languages, number=number, answers=answers)

    def _answer(self, question: Any, value: object) -> str:
        """Show an answer as the form shows it."""
        if isinstance(question, YesNo):
            return text("answer.yes" if value else "answer.no", self._languages)
        if isinstance(question, SingleChoice | MultipleChoice):
            if value == OTHER:
                return text("answer.other", self._languages)
            for choice in question.choices:
                if choice.id == value:
                    return localised(choice.label, self._languages)
        return str(value)
