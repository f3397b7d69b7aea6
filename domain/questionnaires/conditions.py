"""Conditions: whether a question is asked, from the answers given before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from domain.questionnaires.shapes import Condition

OTHER = "other"
"""What conditions call one's own words, in place of the id of a choice."""

Holds = Callable[[Mapping[str, Any]], bool]
"""Says from the valid answers so far whether a condition holds."""


def compiled(*conditions: Condition | None) -> Holds | None:
    """Give a function that says whether all of the conditions hold; `None` where there is none to ask."""
    tests = [_holds(condition) for condition in conditions if condition is not None]
    if not tests:
        return None
    return tests[0] if len(tests) == 1 else _every(tests)


def _holds(condition: Condition) -> Holds:
    if condition.all_ is not None:
        return _every([_holds(part) for part in condition.all_])
    if condition.any_ is not None:
        return _some([_holds(part) for part in condition.any_])
    assert condition.question is not None
    if condition.at_least is not None:
        return _at_least(condition.question, condition.at_least)
    return _among(condition.question, condition.any_of or (condition.is_,))


def _every(tests: list[Holds]) -> Holds:
    def holds(answers: Mapping[str, Any]) -> bool:
        for test in tests:  # a loop: `all` of a generator takes three times as long  # noqa: SIM110
            if not test(answers):
                return False
        return True

    return holds


def _some(tests: list[Holds]) -> Holds:
    return lambda answers: any(test(answers) for test in tests)


def _among(question: str, wanted: tuple[object, ...]) -> Holds:
    values = frozenset(wanted)
    words = OTHER in values

    def holds(answers: Mapping[str, Any]) -> bool:
        given = answers.get(question)
        if isinstance(given, list):
            return any(
                (words and OTHER in part) if isinstance(part, dict) else part in values for part in given
            )
        return (words and OTHER in given) if isinstance(given, dict) else given in values

    return holds


def _at_least(question: str, least: int | float) -> Holds:
    def holds(answers: Mapping[str, Any]) -> bool:
        given = answers.get(question)
        if given is None or isinstance(given, dict):
            return False
        return bool((len(given) if isinstance(given, list) else given) >= least)

    return holds
