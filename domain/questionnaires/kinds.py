"""The kinds of questions: each compiled once to a function that checks one answer and brings it into its one form.

Nothing here knows of other questions, or of how an answer was written down. No pydantic: this is the hot path.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, Final

from domain.free_text import tidied
from domain.questionnaires.conditions import OTHER
from domain.questionnaires.counts import chosen, ranked
from domain.questionnaires.problems import Problem, ProblemCode
from domain.questionnaires.shapes import (
    Choosing,
    Criterion,
    Date,
    File,
    Grid,
    LongText,
    MultipleChoice,
    Quantity,
    Ranking,
    Scale,
    ShortText,
    SingleChoice,
    YesNo,
)

Check = Callable[[Any, list[Problem]], Any]
"""Gives an answer in its one form, `NOTHING` for an empty one, or `FAULT` after telling what is wrong with it."""


class Outcome:
    """What a check says instead of an answer."""


NOTHING: Final = Outcome()
FAULT: Final = Outcome()

LONGEST_OTHER = 500
"""Characters of one's own words beside the choices."""
FILE_ID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
"""The id of a file sent beforehand: a UUID in lower case."""

_FILE_ID = re.compile(FILE_ID[:-1] + r"\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def check_of(question: Any) -> Check:
    """Give the check of a question of a form."""
    match question:
        case ShortText() | LongText():
            return _text(question.id, question.minimum, question.maximum)
        case YesNo():
            return _yes_no(question.id)
        case SingleChoice():
            return _single(question)
        case MultipleChoice():
            return _multiple(question)
        case Scale():
            return _number(question.id, question.minimum, question.maximum, whole=True)
        case Quantity():
            return _number(question.id, question.minimum, question.maximum, whole=question.whole)
        case Date():
            return _date(question)
        case Ranking():
            return _ranking(question)
        case File():
            return _files(question)
    raise TypeError(f"no kind of question: {type(question).__name__}")


def criterion_check(criterion: Criterion, grid: Grid) -> Check:
    """Give the check of a mark with its justification."""
    name, wanted = criterion.id, grid.justification
    mark_of = _number(name, grid.scale.minimum, grid.scale.maximum, whole=True)
    words_of = _text(name, 0, grid.longest_justification)
    known = frozenset(("mark",) if wanted == "none" else ("mark", "justification"))

    def check(value: Any, problems: list[Problem]) -> Any:
        if not isinstance(value, dict) or not known.issuperset(value):
            problems.append(Problem(name, ProblemCode.WRONG_TYPE))
            return FAULT
        before = len(problems)
        mark = value.get("mark")
        if mark is None:
            problems.append(Problem(name, ProblemCode.MARK_MISSING, {}, ("mark",)))
        else:
            mark = mark_of(mark, problems)
        words = value.get("justification")
        words = NOTHING if words is None else words_of(words, problems)
        if words is NOTHING and wanted == "required":
            problems.append(Problem(name, ProblemCode.JUSTIFICATION_MISSING, {}, ("justification",)))
        if len(problems) > before:
            return FAULT
        return {"mark": mark} if words is NOTHING else {"mark": mark, "justification": words}

    return check


# Texts, numbers, dates ----------------------------------------------------------------------------


def _text(name: str, least: int, most: int) -> Check:
    def check(value: Any, problems: list[Problem]) -> Any:
        if not isinstance(value, str):
            problems.append(Problem(name, ProblemCode.WRONG_TYPE))
            return FAULT
        words = tidied(value)
        if words is None:
            problems.append(Problem(name, ProblemCode.TEXT_INVALID))
            return FAULT
        if not words:
            return NOTHING
        length = len(words)
        if length > most:
            problems.append(Problem(name, ProblemCode.TOO_LONG, {"length": length, "maximum": most}))
            return FAULT
        if length < least:
            problems.append(Problem(name, ProblemCode.TOO_SHORT, {"length": length, "minimum": least}))
            return FAULT
        return words

    return check


def _yes_no(name: str) -> Check:
    def check(value: Any, problems: list[Problem]) -> Any:
        if value is True or value is False:
            return value
        problems.append(Problem(name, ProblemCode.WRONG_TYPE))
        return FAULT

    return check


def _number(name: str, least: int | float, most: int | float, *, whole: bool) -> Check:
    def check(value: Any, problems: list[Problem]) -> Any:
        if type(value) is float:
            if value.is_integer():
                value = int(value)
            elif value != value:
                problems.append(Problem(name, ProblemCode.WRONG_TYPE))
                return FAULT
            elif whole:
                problems.append(Problem(name, ProblemCode.NOT_WHOLE))
                return FAULT
        elif type(value) is not int:
            problems.append(Problem(name, ProblemCode.WRONG_TYPE))
            return FAULT
        if value < least:
            problems.append(Problem(name, ProblemCode.BELOW_MINIMUM, {"minimum": least}))
            return FAULT
        if value > most:
            problems.append(Problem(name, ProblemCode.ABOVE_MAXIMUM, {"maximum": most}))
            return FAULT
        return value

    return check


def _date(question: Date) -> Check:
    name, first, last = question.id, question.minimum, question.maximum

    def check(value: Any, problems: list[Problem]) -> Any:
        if not isinstance(value, str):
            problems.append(Problem(name, ProblemCode.WRONG_TYPE))
            return FAULT
        try:
            day = date.fromisoformat(value) if _DATE.fullmatch(value) else None
        except ValueError:
            day = None
        if day is None:
            problems.append(Problem(name, ProblemCode.DATE_INVALID))
        elif first is not None and day < first:
            problems.append(Problem(name, ProblemCode.BELOW_MINIMUM, {"minimum": first.isoformat()}))
        elif last is not None and day > last:
            problems.append(Problem(name, ProblemCode.ABOVE_MAXIMUM, {"maximum": last.isoformat()}))
        else:
            return value
        return FAULT

    return check


# Choices ------------------------------------------------------------------------------------------


def _single(question: SingleChoice) -> Check:
    name = question.id
    offered = _offered(question)
    other = _other(name, offers=question.other)

    def check(value: Any, problems: list[Problem]) -> Any:
        if isinstance(value, str):
            if value in offered:
                return value
            problems.append(Problem(name, ProblemCode.NOT_A_CHOICE))
            return FAULT
        return other(value, (), problems)

    return check


def _multiple(question: MultipleChoice) -> Check:
    name = question.id
    offered = _offered(question)
    other = _other(name, offers=question.other)
    least, most = chosen(question)

    def check(value: Any, problems: list[Problem]) -> Any:
        if not isinstance(value, list):
            problems.append(Problem(name, ProblemCode.WRONG_TYPE))
            return FAULT
        if not value:
            return NOTHING
        if len(value) > most:
            problems.append(Problem(name, ProblemCode.TOO_MANY_CHOICES, {"maximum": most}))
            return FAULT
        before = len(problems)
        picked: set[str] = set()
        words: Any = None
        for index, part in enumerate(value):
            if not isinstance(part, str):
                if words is not None:
                    problems.append(Problem(name, ProblemCode.CHOICE_TWICE, {}, (index,)))
                words = other(part, (index,), problems)
            elif part not in offered:
                problems.append(Problem(name, ProblemCode.NOT_A_CHOICE, {}, (index,)))
            elif part in picked:
                problems.append(Problem(name, ProblemCode.CHOICE_TWICE, {}, (index,)))
            else:
                picked.add(part)
        if len(problems) == before and len(value) < least:
            problems.append(Problem(name, ProblemCode.TOO_FEW_CHOICES, {"minimum": least}))
        if len(problems) > before:
            return FAULT
        found: list[Any] = sorted(picked, key=offered.__getitem__)
        return found if words is None else [*found, words]

    return check


def _ranking(question: Ranking) -> Check:
    name = question.id
    offered = _offered(question)
    least, most = ranked(question)

    def check(value: Any, problems: list[Problem]) -> Any:
        if not isinstance(value, list):
            problems.append(Problem(name, ProblemCode.WRONG_TYPE))
            return FAULT
        if not value:
            return NOTHING
        before = len(problems)
        if len(value) > most:
            code = ProblemCode.RANKED_TWICE if _repeats(value, offered) else ProblemCode.TOO_MANY_CHOICES
            problems.append(Problem(name, code, {"maximum": most}))
            return FAULT
        seen: set[str] = set()
        for index, part in enumerate(value):
            if not isinstance(part, str) or part not in offered:
                problems.append(Problem(name, ProblemCode.NOT_A_CHOICE, {}, (index,)))
            elif part in seen:
                problems.append(Problem(name, ProblemCode.RANKED_TWICE, {}, (index,)))
            else:
                seen.add(part)
        if len(problems) == before and len(value) < least:
            problems.append(Problem(name, ProblemCode.RANKING_INCOMPLETE, {"minimum": least}))
        return list(value) if len(problems) == before else FAULT

    return check


def _offered(question: Choosing) -> dict[str, int]:
    return {choice.id: place for place, choice in enumerate(question.choices)}


def _repeats(value: Iterable[Any], offered: dict[str, int]) -> bool:
    known = [part for part in value if isinstance(part, str) and part in offered]
    return len(set(known)) < len(known)


def _other(name: str, *, offers: bool) -> Callable[[Any, tuple[int, ...], list[Problem]], Any]:
    def check(value: Any, path: tuple[int, ...], problems: list[Problem]) -> Any:
        if not isinstance(value, dict) or len(value) != 1 or OTHER not in value:
            problems.append(Problem(name, ProblemCode.WRONG_TYPE, {}, path))
            return FAULT
        words = value[OTHER]
        code = None
        if not offers:
            code = ProblemCode.OTHER_NOT_OFFERED
        elif words is not None and not isinstance(words, str):
            code = ProblemCode.WRONG_TYPE
        elif (tidy := tidied(words or "")) is None:
            code = ProblemCode.TEXT_INVALID
        elif not tidy:
            code = ProblemCode.OTHER_TEXT_MISSING
        elif len(tidy) <= LONGEST_OTHER:
            return {OTHER: tidy}
        else:
            length = {"length": len(tidy), "maximum": LONGEST_OTHER}
            problems.append(Problem(name, ProblemCode.TOO_LONG, {**length}, path))
            return FAULT
        problems.append(Problem(name, code, {}, path))
        return FAULT

    return check


# Files --------------------------------------------------------------------------------------------


def _files(question: File) -> Check:
    name, most = question.id, question.maximum

    def check(value: Any, problems: list[Problem]) -> Any:
        if not isinstance(value, list):
            problems.append(Problem(name, ProblemCode.WRONG_TYPE))
            return FAULT
        if not value:
            return NOTHING
        if len(value) > most:
            problems.append(Problem(name, ProblemCode.TOO_MANY_FILES, {"maximum": most}))
            return FAULT
        before = len(problems)
        seen: set[str] = set()
        for index, part in enumerate(value):
            if not isinstance(part, str) or not _FILE_ID.match(part):
                problems.append(Problem(name, ProblemCode.FILE_INVALID, {}, (index,)))
            elif part in seen:
                problems.append(Problem(name, ProblemCode.FILE_TWICE, {}, (index,)))
            else:
                seen.add(part)
        return list(value) if len(problems) == before else FAULT

    return check
