"""Conditions, order and texts of whatever is answered: an oracle that reads the definition says what must come out."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.free_text import tidied
from domain.questionnaires.answering import Validator, validate
from domain.questionnaires.checking import check
from domain.questionnaires.problems import Problem, ProblemCode
from domain.questionnaires.shapes import MAX_QUESTIONS, Form

VALUES: dict[str, list[Any]] = {
    "yes_no": [True, False],
    "single_choice": ["a", "b", {"other": "Le marché"}],
    "multiple_choice": [["a"], ["a", "b"], ["b", {"other": "Le marché"}]],
    "scale": [1, 2, 3, 4, 5],
}
"""Sound answers by kind, each already in its one form."""
TESTS: dict[str, list[dict[str, Any]]] = {
    "yes_no": [{"is": True}, {"is": False}],
    "single_choice": [{"is": "a"}, {"any_of": ["b", "other"]}, {"is": "other"}],
    "multiple_choice": [{"is": "a"}, {"any_of": ["b", "other"]}, {"at_least": 2}],
    "scale": [{"is": 3}, {"any_of": [1, 5]}, {"at_least": 4}],
}
CHOICES = [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]


@st.composite
def conditions(draw: st.DrawFn, earlier: list[tuple[str, str]], depth: int = 2) -> dict[str, Any]:
    """Draw a condition on questions asked before."""
    if depth and draw(st.integers(0, 3)) == 0:
        parts = draw(st.lists(conditions(earlier, depth - 1), min_size=1, max_size=3))
        return {draw(st.sampled_from(["all", "any"])): parts}
    name, kind = draw(st.sampled_from(earlier))
    return {"question": name, **draw(st.sampled_from(TESTS[kind]))}


@st.composite
def forms(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw sections of questions with conditions, as a file would write them."""
    earlier: list[tuple[str, str]] = []
    sections: list[dict[str, Any]] = []
    for place in range(draw(st.integers(1, 3))):
        section: dict[str, Any] = {"id": f"s{place}", "label": "S", "questions": []}
        if draw(st.booleans()) and earlier:
            section["when"] = draw(conditions(earlier))
        for _ in range(draw(st.integers(1, 3))):
            kind = draw(st.sampled_from(sorted(VALUES)))
            question: dict[str, Any] = {
                "id": f"q{len(earlier)}",
                "kind": kind,
                "label": "?",
                "required": draw(st.booleans()),
            }
            if kind in ("single_choice", "multiple_choice"):
                question |= {"choices": CHOICES, "other": True}
            if draw(st.booleans()) and earlier:
                question["when"] = draw(conditions(earlier))
            section["questions"].append(question)
            earlier.append((question["id"], kind))
        sections.append(section)
    return sections


def made(sections: list[dict[str, Any]]) -> Form:
    checked = check({"id": "f", "label": "F", "sections": sections})
    assert checked.is_sound, checked.findings
    assert isinstance(checked.questionnaire, Form)
    return checked.questionnaire


def holds(condition: dict[str, Any] | None, answers: dict[str, Any]) -> bool:
    """The oracle: what a condition says, read from its own words."""
    if condition is None:
        return True
    if "all" in condition:
        return all(holds(part, answers) for part in condition["all"])
    if "any" in condition:
        return any(holds(part, answers) for part in condition["any"])
    given = answers.get(condition["question"])
    if given is None:
        return False
    said = [
        "other" if isinstance(one, dict) else one for one in (given if isinstance(given, list) else [given])
    ]
    if "at_least" in condition:
        return bool((len(said) if isinstance(given, list) else given) >= condition["at_least"])
    wanted = condition.get("any_of", [condition.get("is")])
    return any(one == value and type(one) is type(value) for one in said for value in wanted)


def expected(sections: list[dict[str, Any]], answers: dict[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """The oracle: what is kept, and the problems, of answers each of which is sound by itself."""
    kept: dict[str, Any] = {}
    problems: list[Problem] = []
    doubtful: set[str] = set()
    for section in sections:
        for question in section["questions"]:
            name = question["id"]
            whens = [section.get("when"), question.get("when")]
            unsure = any(not doubtful.isdisjoint(named(when)) for when in whens)
            asked = all(holds(when, kept) for when in whens)
            if name in answers and (asked or unsure):
                kept[name] = answers[name]
            elif name in answers:
                problems.append(Problem(name, ProblemCode.NOT_ASKED))
                doubtful.add(name)
            elif question["required"] and asked and not unsure:
                problems.append(Problem(name, ProblemCode.REQUIRED))
                doubtful.add(name)
    return kept, problems


def named(condition: dict[str, Any] | None) -> set[str]:
    """The questions that a condition is about."""
    if condition is None:
        return set()
    parts = condition.get("all", condition.get("any", ()))
    return set().union({condition["question"]} if "question" in condition else set(), *map(named, parts))


@st.composite
def answered(draw: st.DrawFn) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Draw a form, and sound answers to some of its questions, in any order."""
    sections = draw(forms())
    kinds = {question["id"]: question["kind"] for section in sections for question in section["questions"]}
    names = draw(st.lists(st.sampled_from(sorted(kinds)), unique=True))
    return sections, {name: draw(st.sampled_from(VALUES[kinds[name]])) for name in names}


@settings(max_examples=200, deadline=None)
@given(answered())
def test_what_is_asked_is_required_and_what_is_not_asked_is_refused(
    drawn: tuple[list[dict[str, Any]], dict[str, Any]],
) -> None:
    sections, answers = drawn
    validation = validate(made(sections), answers)
    kept, problems = expected(sections, answers)
    assert validation.answers == kept
    assert [*validation.problems] == problems


@settings(max_examples=200, deadline=None)
@given(answered(), st.randoms(use_true_random=False))
def test_the_order_in_which_answers_arrive_changes_nothing_and_they_are_kept_in_that_of_the_questions(
    drawn: tuple[list[dict[str, Any]], dict[str, Any]], random: Any
) -> None:
    sections, answers = drawn
    shuffled = [*answers.items()]
    random.shuffle(shuffled)
    validator = Validator(made(sections))
    first, second = validator(answers), validator(dict(shuffled))
    assert first == second
    order = [question["id"] for section in sections for question in section["questions"]]
    assert [*first.answers] == [name for name in order if name in first.answers] == [*second.answers]
    assert [p.question_id for p in first.problems] == sorted(
        (p.question_id for p in first.problems), key=order.index
    )


@settings(max_examples=200, deadline=None)
@given(answered())
def test_on_paper_nothing_that_was_answered_is_lost(
    drawn: tuple[list[dict[str, Any]], dict[str, Any]],
) -> None:
    sections, answers = drawn
    validation = validate(made(sections), answers, as_written=True)
    assert validation.answers == answers
    assert {p.code for p in validation.problems} <= {ProblemCode.REQUIRED}


WRITTEN = st.text(
    st.sampled_from("aé<>&\"'/\\{}$` \n\t\x00\x1b\x7f\x9b\r\u2028\ud800\u202f") | st.characters(), max_size=30
) | st.sampled_from(["<script>alert(1)</script>", "<b>gras</b>", "{{7*7}}", "'; DROP TABLE contribution; --"])
TEXTS = made(
    [
        {
            "id": "s",
            "label": "S",
            "questions": [
                {"id": "short", "kind": "short_text", "label": "?"},
                {"id": "long", "kind": "long_text", "label": "?"},
                {"id": "own", "kind": "single_choice", "label": "?", "choices": CHOICES, "other": True},
            ],
        }
    ]
)


@settings(max_examples=200, deadline=None)
@given(WRITTEN)
def test_a_text_is_kept_as_the_text_that_it_is_or_refused_as_none(words: str) -> None:
    validation = validate(TEXTS, {"short": words, "long": words, "own": {"other": words}})
    tidy = tidied(words)
    if tidy is None:
        assert [p.code for p in validation.problems] == [ProblemCode.TEXT_INVALID] * 3
        assert validation.answers == {}
    elif tidy:
        assert validation.answers == {"short": tidy, "long": tidy, "own": {"other": tidy}}
        if "<" in words:
            assert "<" in str(validation.answers["long"])
    else:
        assert [p.code for p in validation.problems] == [ProblemCode.OTHER_TEXT_MISSING]


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 2 * MAX_QUESTIONS), st.sampled_from([None, 1, "x", [], {}]))
def test_every_stray_answer_is_named_up_to_the_number_that_a_questionnaire_can_ask(
    count: int, value: Any
) -> None:
    validation = validate(TEXTS, {f"stray{n}": value for n in range(count)})
    codes = [p.code for p in validation.problems]
    if count > MAX_QUESTIONS:
        assert codes == [ProblemCode.TOO_MANY_ANSWERS]
    else:
        assert codes == [ProblemCode.UNKNOWN_QUESTION] * count
