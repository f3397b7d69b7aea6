"""Answers as they stand in the cells of a table, typed or scanned elsewhere: read by the kind of their question.

What cannot be read stays as it is: the validator says what is wrong with it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from domain.questionnaires.answering import BLANK, TICKED, UNREADABLE
from domain.questionnaires.conditions import OTHER
from domain.questionnaires.shapes import (
    Choosing,
    Criterion,
    Date,
    File,
    Grid,
    LongText,
    MultipleChoice,
    Quantity,
    Questionnaire,
    Ranking,
    Scale,
    ShortText,
    YesNo,
)

Read = Callable[[str], Any]

SEPARATOR = "|"
"""Between several choices, or several ticks where one was asked for."""
_MARKS = {
    "[blanc]": {BLANK: True}, "[blank]": {BLANK: True},
    "[illisible]": {UNREADABLE: True}, "[unreadable]": {UNREADABLE: True},
}  # fmt: skip
_YES = frozenset(("oui", "yes", "true", "vrai", "x", "1"))
_NO = frozenset(("non", "no", "false", "faux", "0"))
_OTHER = re.compile(r"(?:autre|other)\s*:\s*(.+)", re.IGNORECASE | re.DOTALL)
_DAY = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")
_WHOLE = re.compile(r"[+-]?[0-9]{1,16}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,16}[.,][0-9]{1,16}")


def readers(questionnaire: Questionnaire) -> dict[str, Read]:
    """Give, for each question or criterion, what reads its cell. A cell may always hold JSON, or a clerk's mark."""
    if isinstance(questionnaire, Grid):
        return {criterion.id: _reader(criterion) for criterion in questionnaire.criteria}
    return {question.id: _reader(question) for _, question in questionnaire.questions()}


def day(cell: str) -> str:
    """Give a date written in the French way in the way of ISO 8601; anything else as it is."""
    found = _DAY.fullmatch(cell)
    return f"{found[3]}-{found[2]}-{found[1]}" if found else cell


def _reader(question: Any) -> Read:
    plain = _plain(question)
    is_text = isinstance(question, ShortText | LongText)

    def read(cell: str) -> Any:
        if cell[0] not in "{[":
            return plain(cell)
        mark = _MARKS.get(cell.casefold())
        if mark is not None:
            return dict(mark)
        if is_text:
            return cell
        try:
            return json.loads(cell)
        except (ValueError, RecursionError):
            return cell

    return read


def _plain(question: Any) -> Read:
    match question:
        case YesNo():
            return _one(_yes_no)
        case MultipleChoice():
            return _several(_choice(question))
        case Ranking() | File():
            return _several(_choice(question) if isinstance(question, Ranking) else str)
        case Choosing():
            return _one(_choice(question))
        case Scale() | Quantity():
            return _one(_number) if isinstance(question, Scale) else _number
        case Date():
            return day
        case Criterion():
            return _marked
    return str


def _one(read: Read) -> Read:
    """Read one value; several ticks where there are several."""

    def one(cell: str) -> Any:
        if SEPARATOR not in cell:
            return read(cell)
        return {TICKED: [read(part.strip()) for part in cell.split(SEPARATOR)]}

    return one


def _several(read: Read) -> Read:
    return lambda cell: [read(part.strip()) for part in cell.split(SEPARATOR) if part.strip()]


def _choice(question: Choosing) -> Read:
    """Give the id of a choice that is named by its id, or by its words in any language."""
    known: dict[str, str] = {}
    for choice in question.choices:
        labels: Mapping[str, str] = choice.label
        known |= {words.casefold(): choice.id for words in labels.values()}
    known |= {choice.id: choice.id for choice in question.choices}

    def read(cell: str) -> Any:
        found = known.get(cell) or known.get(cell.casefold())
        if found is not None:
            return found
        other = _OTHER.fullmatch(cell)
        return {OTHER: other[1]} if other else cell

    return read


def _yes_no(cell: str) -> Any:
    said = cell.casefold()
    return True if said in _YES else False if said in _NO else cell


def _number(cell: str) -> Any:
    if _WHOLE.fullmatch(cell):
        return int(cell)
    return float(cell.replace(",", ".")) if _NUMBER.fullmatch(cell) else cell


def _marked(cell: str) -> Any:
    """Read a mark of a grid with its justification: `4: because`."""
    mark, _, words = cell.partition(":")
    said: dict[str, Any] = {"mark": _number(mark.strip())}
    return {**said, "justification": words.strip()} if words.strip() else said
