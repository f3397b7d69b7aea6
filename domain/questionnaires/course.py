"""Checks of the conditions: whether what they refer to exists, comes earlier, and can be what they ask for."""

from __future__ import annotations

from collections.abc import Iterator

from domain.loading import Path
from domain.questionnaires.conditions import OTHER
from domain.questionnaires.counts import chosen
from domain.questionnaires.outline import Outline, Placed
from domain.questionnaires.shapes import Condition, MultipleChoice, Quantity, Scale, SingleChoice, YesNo
from domain.refusals import Finding

MAX_TESTS = 50
"""Comparisons in the condition of a question or section: each is made for every set of answers."""


def check_course(outline: Outline) -> Iterator[Finding]:
    """Find conditions on questions that are unknown, later, in a circle, or can never answer what is asked for."""
    places: dict[str, int] = {}
    for place, placed in enumerate(outline.questions):
        if placed.id is not None:
            places.setdefault(placed.id, place)
    reached = _reached(outline, places)
    held: dict[int, int] = {}
    for placed in (*outline.sections, *outline.questions):
        if sum(1 for _ in placed.conditions()) > MAX_TESTS:
            yield Finding("condition_too_long", (*placed.path, "when"), {"maximum": MAX_TESTS})
    for place, placed in enumerate(outline.questions):
        if placed.section is not None:
            held[id(placed.section)] = held.get(id(placed.section), 0) | 1 << place
        for path, test in placed.conditions():
            yield from _check_reference(test, path, places, reached, 1 << place)
            yield from _check_test(test, path, outline, places)
    for section in outline.sections:
        for path, test in section.conditions():
            yield from _check_reference(test, path, places, reached, held.get(id(section), 0))
            yield from _check_test(test, path, outline, places)


def _reached(outline: Outline, places: dict[str, int]) -> list[int]:
    """Give for each question the set, as bits, of those that it depends on, directly or through others (Warshall)."""
    above = {id(section): _bits(section, places) for section in outline.sections}
    reached = [_bits(placed, places) | above.get(id(placed.section), 0) for placed in outline.questions]
    for middle in range(len(reached)):
        for place, bits in enumerate(reached):
            if bits >> middle & 1:
                reached[place] = bits | reached[middle]
    return reached


def _bits(placed: Placed, places: dict[str, int]) -> int:
    bits = 0
    for _, test in placed.conditions():
        if test.question in places:
            bits |= 1 << places[test.question]
    return bits


def _check_reference(
    test: Condition, path: Path, places: dict[str, int], reached: list[int], held: int
) -> Iterator[Finding]:
    """`held` is the set, as bits, of the questions that the condition holds back."""
    name = test.question or ""
    at = (*path, "question")
    place = places.get(name)
    if place is None:
        yield Finding("condition_unknown_question", at, {"question": name})
    elif held and 1 << place >= held & -held:
        circular = held & (reached[place] | 1 << place)
        yield Finding(
            "condition_cycle" if circular else "condition_on_later_question", at, {"question": name}
        )


def _check_test(test: Condition, path: Path, outline: Outline, places: dict[str, int]) -> Iterator[Finding]:
    place = places.get(test.question or "")
    question = None if place is None else outline.questions[place].part
    if question is None:
        return
    args: dict[str, str | int] = {"question": test.question or ""}
    if not isinstance(question, YesNo | SingleChoice | MultipleChoice | Scale | Quantity):
        yield Finding("condition_not_testable", (*path, "question"), args)
    elif test.at_least is not None:
        if isinstance(question, YesNo | SingleChoice):
            yield Finding("condition_not_testable", (*path, "at_least"), args)
        elif test.at_least > (
            chosen(question)[1] if isinstance(question, MultipleChoice) else question.maximum
        ):
            yield Finding("condition_never_holds", (*path, "at_least"), args)
    else:
        for index, value in enumerate(test.any_of or (test.is_,)):
            if not _possible(question, value):
                at: Path = (*path, "is") if test.any_of is None else (*path, "any_of", index)
                yield Finding("condition_never_holds", at, args)


def _possible(question: YesNo | SingleChoice | MultipleChoice | Scale | Quantity, value: object) -> bool:
    if isinstance(question, YesNo):
        return isinstance(value, bool)
    if isinstance(question, Scale | Quantity):
        return (
            isinstance(value, int | float)
            and not isinstance(value, bool)
            and question.minimum <= value <= question.maximum
        )
    return any(value == choice.id for choice in question.choices) or (question.other and value == OTHER)
