"""Questions as a client needs them to build a form: one type for all kinds, its fields filled as the kind has them."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

import strawberry
from strawberry import Private, field
from strawberry.scalars import JSON

from api.context import Info
from api.nodes import Labelled
from api.scalars import Multilingual
from domain.questionnaires.counts import chosen, ranked
from domain.questionnaires.kinds import LONGEST_OTHER
from domain.questionnaires.shapes import (
    Choosing,
    Condition,
    Criterion,
    File,
    Grid,
    Levels,
    LongText,
    MultipleChoice,
    Quantity,
    Questionnaire,
    Ranking,
    Scale,
    ShortText,
    SingleChoice,
)
from domain.questionnaires.shapes import Date as Day
from domain.questionnaires.wording import Wording
from domain.texts import localised


class QuestionKind(StrEnum):
    """What answers a question."""

    SHORT_TEXT = "short_text"
    LONG_TEXT = "long_text"
    YES_NO = "yes_no"
    SINGLE_CHOICE = "single_choice"
    MULTIPLE_CHOICE = "multiple_choice"
    SCALE = "scale"
    NUMBER = "number"
    DATE = "date"
    RANKING = "ranking"
    FILE = "file"
    CRITERION = "criterion"


class Justification(StrEnum):
    """Whether the mark of a criterion is justified."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    NONE = "none"


_KINDS = {
    "SHORT_TEXT": "A line of text: a JSON string.",
    "LONG_TEXT": "Paragraphs: a JSON string.",
    "YES_NO": "Yes or no: `true` or `false`.",
    "SINGLE_CHOICE": 'One choice: its key, or `{"other": "…"}` where that is offered.',
    "MULTIPLE_CHOICE": 'Several choices: a list of keys, and `{"other": "…"}` once where that is offered.',
    "SCALE": "A whole number of a scale.",
    "NUMBER": "A number.",
    "DATE": "A day: `2027-03-01`.",
    "RANKING": "The keys of choices, the first one first.",
    "FILE": "A list of the ids of files sent beforehand.",
    "CRITERION": 'A criterion of an evaluation grid: `{"mark": 4, "justification": "…"}`.',
}
_JUSTIFICATIONS = {
    "REQUIRED": "Each mark is justified.",
    "OPTIONAL": "Marks may be justified.",
    "NONE": "Marks stand alone.",
}


def _publish(enum: type[StrEnum], description: str, values: dict[str, str]) -> None:
    strawberry.enum(enum, description=description)
    definition: Any = vars(enum)["__strawberry_definition__"]
    for value in definition.values:
        value.description = values[value.name]


_publish(QuestionKind, "What answers a question, and how the answer is written as JSON.", _KINDS)
_publish(Justification, "Whether the mark of a criterion is justified.", _JUSTIFICATIONS)


@strawberry.type(description="One of the answers that a question offers.")
class QuestionChoice(Labelled):
    key: str = field(description="What the answer says.")


@strawberry.type(description="A value of a scale that has a label.")
class ScaleLevel(Labelled):
    value: int = field(description="The value.")


@strawberry.type(description="A question, or a criterion of an evaluation grid.")
class Question(Labelled):
    part: Private[Any]
    whole: Private[Questionnaire]
    key: str = field(description="Its id: what answers name it by.")
    number: int = field(description="Its number, from 1, through all sections; printed forms have the same.")
    kind: QuestionKind = field(description="What answers it.")
    required: bool = field(description="Whether it must be answered, where it is asked.")
    themes: list[str] = field(description="The keys of the themes that it is about.")
    axes: list[str] = field(description="The keys of the axes that it belongs to; none: all.")

    @field(description="What helps to answer, in every language given.")
    def helps(self) -> Multilingual | None:
        return multilingual(self.part.help)

    @field(description="What helps to answer, in the language of the request.")
    def help(self, info: Info) -> str | None:
        return said(info, self.part.help)

    @field(
        description="When it is asked: `{question, is}`, `{question, any_of}`, `{question, at_least}`, `{all: […]}` or "
        "`{any: […]}`; nothing: always. The condition of its section holds besides."
    )
    def condition(self) -> JSON | None:
        return plain(getattr(self.part, "when", None))

    @field(description="When it is asked, in words of the language of the request.")
    def condition_text(self, info: Info) -> str | None:
        return Wording(self.whole, info.context.languages).only_if(getattr(self.part, "when", None))

    @field(description="Of texts and justifications: the fewest characters.")
    def minimum_length(self) -> int | None:
        return self.part.minimum if isinstance(self.part, ShortText | LongText) else None

    @field(description="Of texts and justifications: the most characters.")
    def maximum_length(self) -> int | None:
        if isinstance(self.part, Criterion) and isinstance(self.whole, Grid):
            return self.whole.longest_justification if self.whole.justification != "none" else None
        return self.part.maximum if isinstance(self.part, ShortText | LongText) else None

    @field(description="Of numbers, scales and criteria: the least value.")
    def minimum(self) -> float | None:
        return self._bounds.minimum if self._bounds else None

    @field(description="Of numbers, scales and criteria: the greatest value.")
    def maximum(self) -> float | None:
        return self._bounds.maximum if self._bounds else None

    @field(description="Of numbers: whether only whole ones will do.")
    def whole_numbers(self) -> bool | None:
        return self.part.whole if isinstance(self.part, Quantity) else None

    @field(description="Of numbers: what is counted, in every language given.")
    def units(self) -> Multilingual | None:
        return multilingual(self.part.unit) if isinstance(self.part, Quantity) else None

    @field(description="Of numbers: what is counted, in the language of the request.")
    def unit(self, info: Info) -> str | None:
        return said(info, self.part.unit) if isinstance(self.part, Quantity) else None

    @field(description="Of scales and criteria: the values that have a label, in their order.")
    def levels(self) -> list[ScaleLevel]:
        labels = self._bounds.labels if isinstance(self._bounds, Levels) else {}
        return [ScaleLevel(value=value, labels=Multilingual(labels[value])) for value in sorted(labels)]

    @field(description="Of choices and rankings: what is offered, in its order.")
    def choices(self) -> list[QuestionChoice]:
        if not isinstance(self.part, Choosing):
            return []
        return [QuestionChoice(key=c.id, labels=Multilingual(c.label)) for c in self.part.choices]

    @field(description="Of choices: whether one may answer in one's own words.")
    def other(self) -> bool:
        return isinstance(self.part, SingleChoice | MultipleChoice) and self.part.other

    @field(description="Of choices with own words: the most characters of these.")
    def longest_other(self, info: Info) -> int | None:
        return (
            LONGEST_OTHER
            if isinstance(self.part, SingleChoice | MultipleChoice) and self.part.other
            else None
        )

    @field(description="Of multiple choices and rankings: how many at least, if any.")
    def minimum_choices(self) -> int | None:
        counts = self._counts
        return counts[0] if counts else None

    @field(description="Of multiple choices and rankings: how many at most.")
    def maximum_choices(self) -> int | None:
        counts = self._counts
        return counts[1] if counts else None

    @field(description="Of dates: the first day that will do.")
    def earliest(self) -> date | None:
        return self.part.minimum if isinstance(self.part, Day) else None

    @field(description="Of dates: the last day that will do.")
    def latest(self) -> date | None:
        return self.part.maximum if isinstance(self.part, Day) else None

    @field(description="Of files: how many at most.")
    def maximum_files(self) -> int | None:
        return self.part.maximum if isinstance(self.part, File) else None

    @field(description="Of criteria: whether the mark is justified.")
    def justification(self) -> Justification | None:
        return Justification(self.whole.justification) if isinstance(self.whole, Grid) else None

    @property
    def _bounds(self) -> Any:
        if isinstance(self.whole, Grid):
            return self.whole.scale
        return self.part if isinstance(self.part, Scale | Quantity) else None

    @property
    def _counts(self) -> tuple[int, int] | None:
        if isinstance(self.part, MultipleChoice):
            return chosen(self.part)
        return ranked(self.part) if isinstance(self.part, Ranking) else None


def question_of(part: Any, whole: Questionnaire, number: int) -> Question:
    """Make a question, or a criterion."""
    return Question(
        part=part,
        whole=whole,
        labels=Multilingual(part.label),
        key=part.id,
        number=number,
        kind=QuestionKind.CRITERION if isinstance(part, Criterion) else QuestionKind(part.kind),
        required=part.required,
        themes=list(part.themes),
        axes=list(part.axes),
    )


def plain(condition: Condition | None) -> JSON | None:
    """Give a condition as a questionnaire file writes it."""
    return None if condition is None else JSON(condition.model_dump(mode="json", exclude_none=True))


def multilingual(labels: dict[str, str] | None) -> Multilingual | None:
    """Give a text in every language, where there is one."""
    return Multilingual(labels) if labels else None


def said(info: Info, labels: dict[str, str] | None) -> str | None:
    """Give a text in the language of the request, where there is one."""
    return localised(labels, info.context.languages) if labels else None
