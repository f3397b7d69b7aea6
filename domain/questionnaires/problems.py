"""What may be wrong with answers: a code per problem, its text in the catalogues under `problem.<CODE>`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from domain.texts import text


class ProblemCode(StrEnum):
    """The published list of the codes of problems. A code never changes its meaning."""

    ANSWERS_NOT_AN_OBJECT = "ANSWERS_NOT_AN_OBJECT"
    TOO_MANY_ANSWERS = "TOO_MANY_ANSWERS"
    UNKNOWN_QUESTION = "UNKNOWN_QUESTION"
    REQUIRED = "REQUIRED"
    NOT_ASKED = "NOT_ASKED"
    WRONG_TYPE = "WRONG_TYPE"
    TEXT_INVALID = "TEXT_INVALID"
    TOO_SHORT = "TOO_SHORT"
    TOO_LONG = "TOO_LONG"
    NOT_WHOLE = "NOT_WHOLE"
    BELOW_MINIMUM = "BELOW_MINIMUM"
    ABOVE_MAXIMUM = "ABOVE_MAXIMUM"
    NOT_A_CHOICE = "NOT_A_CHOICE"
    CHOICE_TWICE = "CHOICE_TWICE"
    TOO_FEW_CHOICES = "TOO_FEW_CHOICES"
    TOO_MANY_CHOICES = "TOO_MANY_CHOICES"
    OTHER_NOT_OFFERED = "OTHER_NOT_OFFERED"
    OTHER_TEXT_MISSING = "OTHER_TEXT_MISSING"
    RANKING_INCOMPLETE = "RANKING_INCOMPLETE"
    RANKED_TWICE = "RANKED_TWICE"
    DATE_INVALID = "DATE_INVALID"
    FILE_INVALID = "FILE_INVALID"
    FILE_TWICE = "FILE_TWICE"
    TOO_MANY_FILES = "TOO_MANY_FILES"
    MARK_MISSING = "MARK_MISSING"
    JUSTIFICATION_MISSING = "JUSTIFICATION_MISSING"
    TICKS_INVALID = "TICKS_INVALID"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with answers."""

    question_id: str
    """The question, or criterion; empty where the answers as a whole are at fault."""
    code: ProblemCode
    args: dict[str, str | int | float] = field(default_factory=dict)
    """Bounds and lengths; never what was answered."""
    path: tuple[str | int, ...] = ()
    """Where in the answer to the question; empty for the whole of it."""


def problem_text(problem: Problem, languages: Sequence[str]) -> str:
    """Say what is wrong and what to do, in the first of `languages` that there is."""
    return text(f"problem.{problem.code}", languages, question=problem.question_id, **problem.args)
