"""Validating answers: every problem at once, and the answers in their one form.

A questionnaire is compiled once to a `Validator`; validating ten answers then takes microseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from domain.free_text import is_storable
from domain.questionnaires.conditions import Holds
from domain.questionnaires.conditions import compiled as condition
from domain.questionnaires.kinds import FAULT, NOTHING, Check, check_of, criterion_check
from domain.questionnaires.problems import Problem, ProblemCode
from domain.questionnaires.shapes import MAX_QUESTIONS, Grid, Questionnaire
from domain.questionnaires.ticking import tickable

BLANK, UNREADABLE, TICKED = "blank", "unreadable", "ticked"
"""What a clerk records in place of an answer; two ticks, say, where one was asked for: `{"ticked": ["a", "b"]}`."""

_LONGEST_NAME = 63


@dataclass(frozen=True, slots=True)
class Validation:
    """What came of validating answers."""

    answers: dict[str, Any]
    """The valid ones by question id, in the order of the questionnaire, each in its one form; plain JSON.

    Texts in NFC without blanks around, whole numbers whole, choices in the order of the questionnaire; no `null`,
    no empty text or list: what is not answered is left out.
    """
    problems: tuple[Problem, ...]

    @property
    def is_accepted(self) -> bool:
        """Say whether nothing is wrong."""
        return not self.problems


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question, compiled."""

    id: str
    check: Check
    required: bool
    when: Holds | None
    needs: frozenset[str]
    ticks: tuple[frozenset[Any], int, bool] | None


class Validator:
    """A questionnaire, compiled: call it with answers. It is immutable, and may be kept and shared."""

    __slots__ = ("_asked", "_known")

    def __init__(self, questionnaire: Questionnaire) -> None:
        """Compile a questionnaire that is sound (`reading.check`)."""
        compiled = _compiled(questionnaire)
        self._asked = tuple((asked.id, asked.check, asked.required, asked.when, asked) for asked in compiled)
        self._known = frozenset(asked.id for asked in compiled)

    def __call__(self, answers: object, *, as_written: bool = False) -> Validation:
        """Validate answers: an object keyed by question id, as JSON gives it.

        `as_written` is for what a clerk enters for someone else: blank, unreadable and ticked more often than asked
        are recorded (`{"blank": true}`, `{"unreadable": true}`, `{"ticked": […]}`), and so is the answer to a question
        that was not to be answered.
        """
        if not isinstance(answers, dict):
            return Validation({}, (Problem("", ProblemCode.ANSWERS_NOT_AN_OBJECT),))
        if len(answers) > MAX_QUESTIONS:
            return Validation({}, (Problem("", ProblemCode.TOO_MANY_ANSWERS, {"maximum": MAX_QUESTIONS}),))
        tidy: dict[str, Any] = {}
        problems: list[Problem] = []
        faulty: set[str] = set()
        for name, check, required, when, asked in self._asked:
            given = answers.get(name)
            applies = when is None or when(tidy)
            if given is not None:
                marks = as_written and type(given) is dict and _is_mark(given)
                value = _marked(asked, given, problems) if marks else check(given, problems)
                if value is FAULT:
                    faulty.add(name)
                    continue
                if value is not NOTHING:
                    if applies or as_written or (faulty and not faulty.isdisjoint(asked.needs)):
                        tidy[name] = value
                    else:
                        problems.append(Problem(name, ProblemCode.NOT_ASKED))
                        faulty.add(name)
                    continue
            if required and applies and (not faulty or faulty.isdisjoint(asked.needs)):
                problems.append(Problem(name, ProblemCode.REQUIRED))
                faulty.add(name)
        if not self._known.issuperset(answers):
            problems += (
                Problem(_shown(name), ProblemCode.UNKNOWN_QUESTION)
                for name in answers
                if name not in self._known
            )
        return Validation(tidy, tuple(problems))


def validate(questionnaire: Questionnaire, answers: object, *, as_written: bool = False) -> Validation:
    """Validate answers once. Who validates many keeps a `Validator`."""
    return Validator(questionnaire)(answers, as_written=as_written)


def _compiled(questionnaire: Questionnaire) -> list[_Asked]:
    if isinstance(questionnaire, Grid):
        return [
            _Asked(
                criterion.id,
                criterion_check(criterion, questionnaire),
                criterion.required,
                None,
                frozenset(),
                tickable(criterion, questionnaire),
            )
            for criterion in questionnaire.criteria
        ]
    return [
        _Asked(
            question.id,
            check_of(question),
            question.required,
            condition(section.when, question.when),
            frozenset(
                test.question or ""
                for when in (section.when, question.when)
                if when is not None
                for _, test in when.tests()
            ),
            tickable(question),
        )
        for section, question in questionnaire.questions()
    ]


def _is_mark(given: dict[str, Any]) -> bool:
    return len(given) == 1 and not {BLANK, UNREADABLE, TICKED}.isdisjoint(given)


def _marked(asked: _Asked, given: dict[str, Any], problems: list[Problem]) -> Any:
    """Check what a clerk records in place of an answer."""
    if given.get(BLANK) is True or given.get(UNREADABLE) is True:
        return dict(given)
    ticked = given.get(TICKED)
    if not isinstance(ticked, list) or asked.ticks is None:
        problems.append(Problem(asked.id, ProblemCode.WRONG_TYPE))
        return FAULT
    values, least, again = asked.ticks
    known = len(ticked) <= 2 * len(values) and all(_is_one_of(tick, values) for tick in ticked)
    if not known or len(ticked) < least or (not again and len(set(ticked)) < len(ticked)):
        problems.append(Problem(asked.id, ProblemCode.TICKS_INVALID, {"minimum": least}, (TICKED,)))
        return FAULT
    return {TICKED: list(ticked)}


def _is_one_of(tick: Any, values: frozenset[Any]) -> bool:
    """Say whether a tick is a value, of the same type: 1 is not true."""
    return type(tick) in (str, int, bool) and any(
        tick == value and type(tick) is type(value) for value in values
    )


def _shown(name: object) -> str:
    """Give a name that is no question's in a form that can be said: short, and without what no text may have."""
    shown = name[:_LONGEST_NAME] if isinstance(name, str) else ""
    return shown if is_storable(shown) else "".join(part for part in shown if is_storable(part))
