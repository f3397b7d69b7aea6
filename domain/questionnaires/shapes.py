"""A questionnaire as data: sections of questions, or the criteria of an evaluation grid. Only shapes live here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from domain.free_text import LONGEST_CONTRIBUTION
from domain.notation import Identifier, Label
from domain.procedure import Part

MAX_QUESTIONS = 400
"""Questions of a questionnaire, criteria of a grid, answers of a contribution."""
MAX_CHOICES = 200
BIGGEST = 10**15
"""Numbers stay below it, either side of zero: every reader of JSON keeps them exactly."""

Whole = Annotated[int, Field(strict=True)]
Ids = Annotated[tuple[Identifier, ...], Field(max_length=50)]


def _number(value: object) -> object:
    """Keep whole numbers whole, and truth values out."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("number_invalid", "not a number")
    return value


Number = Annotated[int | float, BeforeValidator(_number), Field(ge=-BIGGEST, le=BIGGEST, allow_inf_nan=False)]


def _day(value: object) -> object:
    """Take a date, or a text that says one; never a number, which would be seconds since 1970."""
    if isinstance(value, date) or (isinstance(value, str) and len(value) == 10):
        return value
    raise PydanticCustomError("date_invalid", "a date is written 2027-03-01")


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]


# Conditions ---------------------------------------------------------------------------------------


Value = StrictBool | StrictInt | StrictFloat | Annotated[StrictStr, Field(max_length=100)]


class Condition(Part):
    """What must hold for a question to be asked: of one earlier question, or several conditions together.

    `is` and `any_of` compare with an answer (a choice by its id; of several choices, one is enough), `at_least` with
    a number, a mark on a scale, or how many choices were made. A question that has no answer fulfils nothing.
    """

    model_config = ConfigDict(validate_by_alias=True, validate_by_name=False, serialize_by_alias=True)

    question: Identifier | None = None
    is_: Annotated[Value | None, Field(alias="is")] = None
    any_of: Annotated[tuple[Value, ...], Field(min_length=1, max_length=MAX_CHOICES)] | None = None
    at_least: Number | None = None
    all_: Annotated[Conditions | None, Field(alias="all")] = None
    any_: Annotated[Conditions | None, Field(alias="any")] = None

    @model_validator(mode="after")
    def _of_one_form(self) -> Condition:
        tests = sum(test is not None for test in (self.is_, self.any_of, self.at_least))
        groups = sum(group is not None for group in (self.all_, self.any_))
        if (tests, groups) != ((1, 0) if self.question is not None else (0, 1)):
            raise PydanticCustomError(
                "condition_form", "a condition is a question with is, any_of or at_least; or all; or any"
            )
        return self

    def tests(self, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Condition]]:
        """Give the conditions about one question, each with its path."""
        if self.question is not None:
            yield path, self
        for name, group in (("all", self.all_), ("any", self.any_)):
            for index, part in enumerate(group or ()):
                yield from part.tests((*path, name, index))


Conditions = Annotated[tuple[Condition, ...], Field(min_length=1, max_length=20)]
Condition.model_rebuild()


# Questions ----------------------------------------------------------------------------------------


class Choice(Part):
    """One of the answers that a question offers."""

    id: Identifier
    label: Label


class Asked(Part):
    """What every question shares."""

    id: Identifier
    label: Label
    help: Label | None = None
    required: bool = False
    when: Condition | None = None
    """Asked only where the condition holds; unset: always."""
    themes: Ids = ()
    axes: Ids = ()


class ShortText(Asked):
    """A line of text. The bounds count characters."""

    kind: Literal["short_text"]
    minimum: Annotated[Whole, Field(ge=0, le=2000)] = 0
    maximum: Annotated[Whole, Field(ge=1, le=2000)] = 200


class LongText(Asked):
    """Paragraphs. The bounds count characters."""

    kind: Literal["long_text"]
    minimum: Annotated[Whole, Field(ge=0, le=LONGEST_CONTRIBUTION)] = 0
    maximum: Annotated[Whole, Field(ge=1, le=LONGEST_CONTRIBUTION)] = 5000


class YesNo(Asked):
    """Yes or no."""

    kind: Literal["yes_no"]


class Choosing(Asked):
    """What questions with choices share."""

    choices: Annotated[tuple[Choice, ...], Field(max_length=MAX_CHOICES)]


class SingleChoice(Choosing):
    """One of the choices, or, with `other`, one's own words."""

    kind: Literal["single_choice"]
    other: bool = False


class MultipleChoice(Choosing):
    """Some of the choices, and, with `other`, one's own words. The bounds count what is chosen."""

    kind: Literal["multiple_choice"]
    other: bool = False
    minimum: Annotated[Whole, Field(ge=0, le=MAX_CHOICES + 1)] = 0
    maximum: Annotated[Whole, Field(ge=1, le=MAX_CHOICES + 1)] | None = None


class Ranking(Choosing):
    """The choices in order, the best first. The bounds count what is ranked; unset: all."""

    kind: Literal["ranking"]
    minimum: Annotated[Whole, Field(ge=1, le=MAX_CHOICES)] | None = None
    maximum: Annotated[Whole, Field(ge=1, le=MAX_CHOICES)] | None = None


class Levels(Part):
    """The whole numbers of a scale, some of them with a label."""

    minimum: Annotated[Whole, Field(ge=-100, le=100)] = 1
    maximum: Annotated[Whole, Field(ge=-100, le=100)] = 5
    labels: Annotated[dict[int, Label], Field(max_length=201)] = Field(default_factory=dict)


class Scale(Asked, Levels):
    """A whole number of a scale."""

    kind: Literal["scale"]


class Quantity(Asked):
    """A number, whole unless `whole` is false."""

    kind: Literal["number"]
    minimum: Number = -BIGGEST
    maximum: Number = BIGGEST
    whole: bool = True
    unit: Label | None = None


class Date(Asked):
    """A day, written 2027-03-01."""

    kind: Literal["date"]
    minimum: Day | None = None
    maximum: Day | None = None


class File(Asked):
    """Files sent beforehand, named by their ids."""

    kind: Literal["file"]
    maximum: Annotated[Whole, Field(ge=1, le=20)] = 1


Question = Annotated[
    ShortText | LongText | YesNo | SingleChoice | MultipleChoice | Scale | Quantity | Date | Ranking | File,
    Field(discriminator="kind"),
]
KINDS = (
    "short_text", "long_text", "yes_no", "single_choice", "multiple_choice", "scale", "number", "date", "ranking",
    "file",
)  # fmt: skip


class Criterion(Part):
    """A criterion of a grid: it is given a mark, and a justification."""

    id: Identifier
    label: Label
    help: Label | None = None
    required: bool = True
    themes: Ids = ()
    axes: Ids = ()


# Questionnaires -----------------------------------------------------------------------------------


class Section(Part):
    """Questions that belong together; with a condition, none is asked unless it holds."""

    id: Identifier
    label: Label
    help: Label | None = None
    when: Condition | None = None
    questions: Annotated[tuple[Question, ...], Field(max_length=MAX_QUESTIONS)]


class Titled(Part):
    """What every questionnaire shares."""

    id: Identifier
    version: Annotated[Whole, Field(ge=1)] = 1
    label: Label
    introduction: Label | None = None


class Form(Titled):
    """Sections of questions."""

    kind: Literal["form"] = "form"
    sections: Annotated[tuple[Section, ...], Field(min_length=1, max_length=100)]

    def questions(self) -> Iterator[tuple[Section, Any]]:
        """Give the questions in their order, each with its section."""
        for section in self.sections:
            for question in section.questions:
                yield section, question


class Grid(Titled):
    """An evaluation grid: criteria × scale × justification (D3)."""

    kind: Literal["grid"]
    scale: Levels = Levels()
    justification: Literal["required", "optional", "none"] = "required"
    longest_justification: Annotated[Whole, Field(ge=1, le=LONGEST_CONTRIBUTION)] = 5000
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1, max_length=MAX_QUESTIONS)]


Questionnaire = Form | Grid
