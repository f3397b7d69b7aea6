"""Validating answers: every problem at once with question and code, valid answers in their one form."""

from __future__ import annotations

import json
from typing import Any

import pytest

from domain.digests import canonical
from domain.questionnaires.answering import Validator, validate
from domain.questionnaires.builtin import builtin
from domain.questionnaires.checking import check
from domain.questionnaires.problems import Problem, ProblemCode, problem_text
from domain.questionnaires.shapes import MAX_QUESTIONS, Grid, Questionnaire
from domain.texts import LANGUAGES, catalogue, has_text

CHOICES = [{"id": name, "label": name.upper()} for name in ("a", "b", "c")]
FILE = "018f4a5e-1c2d-7abc-8def-0123456789ab"
QUESTIONS: list[dict[str, Any]] = [
    {"id": "line", "kind": "short_text", "minimum": 3, "maximum": 10},
    {"id": "text", "kind": "long_text"},
    {"id": "yes", "kind": "yes_no"},
    {"id": "one", "kind": "single_choice", "choices": CHOICES},
    {"id": "one-or-other", "kind": "single_choice", "choices": CHOICES, "other": True},
    {"id": "some", "kind": "multiple_choice", "choices": CHOICES, "minimum": 2, "maximum": 3, "other": True},
    {"id": "mark", "kind": "scale"},
    {"id": "count", "kind": "number", "minimum": 0, "maximum": 100},
    {"id": "share", "kind": "number", "minimum": -1.5, "maximum": 1.5, "whole": False},
    {"id": "day", "kind": "date", "minimum": "2027-01-01", "maximum": "2027-12-31"},
    {"id": "order", "kind": "ranking", "choices": CHOICES},
    {"id": "top", "kind": "ranking", "choices": CHOICES, "minimum": 1, "maximum": 2},
    {"id": "papers", "kind": "file", "maximum": 2},
]


def questionnaire(*questions: dict[str, Any]) -> Questionnaire:
    asked = [{"label": "?", **question} for question in questions]
    checked = check({"id": "q", "label": "Q", "sections": [{"id": "s", "label": "S", "questions": asked}]})
    assert checked.is_sound, checked.findings
    assert checked.questionnaire is not None
    return checked.questionnaire


EVERYTHING = Validator(questionnaire(*QUESTIONS))
GRID = Validator(builtin("evaluation"))


def codes(validator: Validator, answers: object, **how: bool) -> list[tuple[str, str]]:
    return [(problem.question_id, problem.code.value) for problem in validator(answers, **how).problems]


@pytest.mark.parametrize(
    ("name", "given", "kept"),
    [
        ("line", "  e\u0301te\u0301\r\n", "été"),
        ("text", "a\r\nb\x0bc", "a\nb\nc"),
        ("text", "<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("yes", False, False),
        ("one", "b", "b"),
        ("one-or-other", {"other": " Mon avis "}, {"other": "Mon avis"}),
        ("some", ["c", {"other": "d"}, "a"], ["a", "c", {"other": "d"}]),
        ("mark", 5.0, 5),
        ("count", 0, 0),
        ("count", -0.0, 0),
        ("share", 0.25, 0.25),
        ("share", 1.0, 1),
        ("day", "2027-02-28", "2027-02-28"),
        ("order", ["c", "a", "b"], ["c", "a", "b"]),
        ("top", ["c"], ["c"]),
        ("papers", [FILE], [FILE]),
    ],
)
def test_a_valid_answer_is_kept_in_its_one_form(name: str, given: object, kept: object) -> None:
    validation = EVERYTHING({name: given})
    assert validation.is_accepted
    assert json.dumps(validation.answers) == json.dumps({name: kept})
    assert EVERYTHING(validation.answers) == validation


@pytest.mark.parametrize("name", [question["id"] for question in QUESTIONS])
@pytest.mark.parametrize("empty", [None, "", " \n", []])
def test_what_is_not_answered_is_left_out(name: str, empty: object) -> None:
    validation = EVERYTHING({name: empty})
    assert validation.answers == {}
    assert {problem.code for problem in validation.problems} <= {
        ProblemCode.WRONG_TYPE, ProblemCode.NOT_A_CHOICE, ProblemCode.DATE_INVALID,
    }  # fmt: skip
    assert EVERYTHING({name: None}).is_accepted


@pytest.mark.parametrize(
    ("name", "given", "code", "path"),
    [
        ("line", 3, "WRONG_TYPE", ()),
        ("line", "ab", "TOO_SHORT", ()),
        ("line", "x" * 11, "TOO_LONG", ()),
        ("line", "abc\x00", "TEXT_INVALID", ()),
        ("line", "abc\ud83d", "TEXT_INVALID", ()),
        ("text", "x" * 5001, "TOO_LONG", ()),
        ("yes", 1, "WRONG_TYPE", ()),
        ("yes", "oui", "WRONG_TYPE", ()),
        ("one", "z", "NOT_A_CHOICE", ()),
        ("one", ["a"], "WRONG_TYPE", ()),
        ("one", {"other": "d"}, "OTHER_NOT_OFFERED", ()),
        ("one-or-other", {"other": " "}, "OTHER_TEXT_MISSING", ()),
        ("one-or-other", {"other": None}, "OTHER_TEXT_MISSING", ()),
        ("one-or-other", {"other": 3}, "WRONG_TYPE", ()),
        ("one-or-other", {"other": "\x00"}, "TEXT_INVALID", ()),
        ("one-or-other", {"other": "x" * 501}, "TOO_LONG", ()),
        ("one-or-other", {"other": "d", "more": 1}, "WRONG_TYPE", ()),
        ("some", "a", "WRONG_TYPE", ()),
        ("some", ["a"], "TOO_FEW_CHOICES", ()),
        ("some", ["a", "b", "c", {"other": "d"}], "TOO_MANY_CHOICES", ()),
        ("some", ["a", "a"], "CHOICE_TWICE", (1,)),
        ("some", [{"other": "d"}, {"other": "e"}], "CHOICE_TWICE", (1,)),
        ("some", ["a", "z"], "NOT_A_CHOICE", (1,)),
        ("some", ["a", 3], "WRONG_TYPE", (1,)),
        ("mark", 0, "BELOW_MINIMUM", ()),
        ("mark", 6, "ABOVE_MAXIMUM", ()),
        ("mark", 2.5, "NOT_WHOLE", ()),
        ("mark", True, "WRONG_TYPE", ()),
        ("count", "12", "WRONG_TYPE", ()),
        ("count", 10**4000, "ABOVE_MAXIMUM", ()),
        ("count", float("nan"), "WRONG_TYPE", ()),
        ("count", float("inf"), "NOT_WHOLE", ()),
        ("share", float("inf"), "ABOVE_MAXIMUM", ()),
        ("share", -1.6, "BELOW_MINIMUM", ()),
        ("day", "2027-02-29", "DATE_INVALID", ()),
        ("day", "20270228", "DATE_INVALID", ()),
        ("day", "٢٠٢٧-01-01", "DATE_INVALID", ()),
        ("day", 20270228, "WRONG_TYPE", ()),
        ("day", "2026-12-31", "BELOW_MINIMUM", ()),
        ("day", "2028-01-01", "ABOVE_MAXIMUM", ()),
        ("order", ["a", "b"], "RANKING_INCOMPLETE", ()),
        ("order", ["a", "b", "a"], "RANKED_TWICE", (2,)),
        ("order", ["a", "b", "c", "a"], "RANKED_TWICE", ()),
        ("order", ["a", "b", "z"], "NOT_A_CHOICE", (2,)),
        ("order", "abc", "WRONG_TYPE", ()),
        ("top", ["a", "b", "c"], "TOO_MANY_CHOICES", ()),
        ("papers", FILE, "WRONG_TYPE", ()),
        ("papers", ["../etc/passwd"], "FILE_INVALID", (0,)),
        ("papers", [FILE + "\n"], "FILE_INVALID", (0,)),
        ("papers", [FILE, FILE], "FILE_TWICE", (1,)),
        ("papers", [FILE] * 3, "TOO_MANY_FILES", ()),
        ("nowhere", "x", "UNKNOWN_QUESTION", ()),
    ],
)
def test_what_is_wrong_has_a_code_and_a_place(
    name: str, given: object, code: str, path: tuple[int, ...]
) -> None:
    validation = EVERYTHING({name: given})
    assert [(p.question_id, p.code.value, p.path) for p in validation.problems] == [(name, code, path)]
    assert validation.answers == {}


def test_every_problem_is_told_at_once_and_valid_answers_are_kept() -> None:
    validation = EVERYTHING({"mark": 9, "line": "abc", "yes": "?", "zz": 1, "order": ["a"]})
    assert [(p.question_id, p.code.value) for p in validation.problems] == [
        ("yes", "WRONG_TYPE"), ("mark", "ABOVE_MAXIMUM"), ("order", "RANKING_INCOMPLETE"), ("zz", "UNKNOWN_QUESTION"),
    ]  # fmt: skip
    assert validation.answers == {"line": "abc"}


@pytest.mark.parametrize("answers", [None, [], "{}", 3])
def test_answers_are_an_object(answers: object) -> None:
    assert codes(EVERYTHING, answers) == [("", "ANSWERS_NOT_AN_OBJECT")]


def test_more_than_four_hundred_answers_are_one_problem() -> None:
    assert codes(EVERYTHING, {f"x{n}": 1 for n in range(MAX_QUESTIONS + 1)}) == [("", "TOO_MANY_ANSWERS")]
    assert len(codes(EVERYTHING, {f"x{n}": 1 for n in range(MAX_QUESTIONS)})) == MAX_QUESTIONS


def test_a_name_that_is_no_question_is_shown_short_and_as_text() -> None:
    assert codes(EVERYTHING, {"\ud83d\x00" + "x" * 90: 1}) == [("x" * 61, "UNKNOWN_QUESTION")]
    assert codes(EVERYTHING, {3: 1}) == [("", "UNKNOWN_QUESTION")]


def test_the_order_of_the_answers_changes_nothing() -> None:
    answers = {"yes": True, "line": "abc", "mark": 3}
    turned = dict(reversed(answers.items()))
    assert canonical(EVERYTHING(answers).answers) == canonical(EVERYTHING(turned).answers)
    assert list(EVERYTHING(turned).answers) == ["line", "yes", "mark"]


def test_answers_sent_are_left_as_they_are() -> None:
    sent = {"some": ["c", "a"], "one-or-other": {"other": " d "}}
    kept = json.dumps(sent)
    EVERYTHING(sent)
    assert json.dumps(sent) == kept


def test_required_questions_are_asked_for() -> None:
    required = questionnaire(*({**question, "required": True} for question in QUESTIONS))
    assert codes(Validator(required), {"text": " ", "order": []}) == [
        (question["id"], "REQUIRED") for question in QUESTIONS
    ]


# Conditions ---------------------------------------------------------------------------------------


CHAIN = questionnaire(
    {"id": "yes", "kind": "yes_no", "required": True},
    {"id": "why", "kind": "short_text", "required": True, "when": {"question": "yes", "is": True}},
    {"id": "one", "kind": "single_choice", "choices": CHOICES, "other": True},
    {"id": "other", "kind": "yes_no", "when": {"question": "one", "is": "other"}},
    {"id": "some", "kind": "multiple_choice", "choices": CHOICES},
    {"id": "several", "kind": "yes_no", "when": {"question": "some", "at_least": 2}},
    {"id": "both", "kind": "yes_no", "when": {
        "all": [{"question": "yes", "is": True}, {"question": "some", "any_of": ["a", "b"]}]}},
    {"id": "either", "kind": "yes_no", "when": {
        "any": [{"question": "both", "is": False}, {"question": "several", "is": False}]}},
)  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"yes": True, "why": "x"}, []),
        ({"yes": True}, [("why", "REQUIRED")]),
        ({"yes": False}, []),
        ({"yes": False, "why": "x"}, [("why", "NOT_ASKED")]),
        ({"yes": False, "why": " "}, []),
        ({"yes": False, "why": 3}, [("why", "WRONG_TYPE")]),
        ({"yes": False, "one": {"other": "x"}, "other": True}, []),
        ({"yes": False, "one": "a", "other": True}, [("other", "NOT_ASKED")]),
        ({"yes": False, "some": ["a", "c"], "several": False, "either": True}, []),
        ({"yes": False, "some": ["a"], "several": True}, [("several", "NOT_ASKED")]),
        ({"yes": True, "why": "x", "some": ["b"], "both": False, "either": False}, []),
        ({"yes": True, "why": "x", "some": ["c"], "both": True}, [("both", "NOT_ASKED")]),
        ({"yes": False, "either": True}, [("either", "NOT_ASKED")]),
        # what depends on a faulty answer cannot be judged
        ({"yes": "?", "why": "x"}, [("yes", "WRONG_TYPE")]),
        ({"yes": "?"}, [("yes", "WRONG_TYPE")]),
        ({}, [("yes", "REQUIRED")]),
    ],
)
def test_a_question_is_asked_where_its_condition_holds(answers: dict[str, Any], expected: list[Any]) -> None:
    assert codes(Validator(CHAIN), answers) == expected


def test_a_section_that_is_not_asked_asks_none_of_its_questions() -> None:
    section = {"id": "t", "label": "T", "when": {"question": "yes", "is": True}, "questions": [
        {"id": "in", "kind": "yes_no", "label": "?", "required": True}]}  # fmt: skip
    first = {"id": "s", "label": "S", "questions": [{"id": "yes", "kind": "yes_no", "label": "?"}]}
    checked = check({"id": "q", "label": "Q", "sections": [first, section]})
    assert checked.questionnaire is not None
    validator = Validator(checked.questionnaire)
    assert codes(validator, {"yes": True}) == [("in", "REQUIRED")]
    assert codes(validator, {}) == []
    assert codes(validator, {"in": True}) == [("in", "NOT_ASKED")]


# As written ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "mark"),
    [
        ("line", {"blank": True}),
        ("text", {"unreadable": True}),
        ("yes", {"ticked": [True, False]}),
        ("one", {"ticked": ["a", "b"]}),
        ("one-or-other", {"ticked": ["a", "other"]}),
        ("some", {"ticked": ["a"]}),
        ("mark", {"ticked": [2, 3]}),
        ("order", {"ticked": ["a", "a", "b"]}),
        ("papers", {"blank": True}),
    ],
)
def test_what_was_written_on_paper_is_recorded_and_refused_online(name: str, mark: dict[str, Any]) -> None:
    assert EVERYTHING({name: mark}, as_written=True).answers == {name: mark}
    assert EVERYTHING({name: mark}, as_written=True).is_accepted
    assert not EVERYTHING({name: mark}).is_accepted


@pytest.mark.parametrize(
    ("name", "mark", "code"),
    [
        ("line", {"blank": False}, "WRONG_TYPE"),
        ("line", {"blank": 1}, "WRONG_TYPE"),
        ("line", {"ticked": ["a", "b"]}, "WRONG_TYPE"),
        ("line", {"blank": True, "unreadable": True}, "WRONG_TYPE"),
        ("yes", {"ticked": [1, 0]}, "TICKS_INVALID"),
        ("yes", {"ticked": [True]}, "TICKS_INVALID"),
        ("one", {"ticked": ["a"]}, "TICKS_INVALID"),
        ("one", {"ticked": ["a", "a"]}, "TICKS_INVALID"),
        ("one", {"ticked": ["a", "z"]}, "TICKS_INVALID"),
        ("one", {"ticked": [["a"], "b"]}, "TICKS_INVALID"),
        ("one", {"ticked": "ab"}, "WRONG_TYPE"),
        ("order", {"ticked": ["a"] * 7}, "TICKS_INVALID"),
    ],
)
def test_what_cannot_have_been_written_is_a_problem(name: str, mark: dict[str, Any], code: str) -> None:
    assert codes(EVERYTHING, {name: mark}, as_written=True) == [(name, code)]


def test_on_paper_a_blank_answers_a_required_question_and_stray_answers_are_kept() -> None:
    validator = Validator(CHAIN)
    assert codes(validator, {}, as_written=True) == [("yes", "REQUIRED")]
    assert validator({"yes": {"blank": True}}, as_written=True).is_accepted
    stray = {"yes": False, "why": "Malgré tout"}
    assert validator(stray, as_written=True).answers == stray


# Grids, texts -------------------------------------------------------------------------------------


def test_a_grid_asks_for_a_mark_and_its_justification() -> None:
    grid = builtin("evaluation")
    assert isinstance(grid, Grid)
    full = {criterion.id: {"mark": 4, "justification": " Mesuré. "} for criterion in grid.criteria}
    validation = GRID(full)
    assert validation.is_accepted
    assert validation.answers["agents"] == {"mark": 4, "justification": "Mesuré."}
    assert codes(GRID, {**full, "social": {"mark": 9}, "agents": {"justification": "x"}, "ethique": 4}) == [
        ("social", "ABOVE_MAXIMUM"), ("social", "JUSTIFICATION_MISSING"), ("ethique", "WRONG_TYPE"),
        ("agents", "MARK_MISSING"),
    ]  # fmt: skip
    assert codes(GRID, {**full, "social": {"mark": 1, "justification": "x", "by": "me"}}) == [
        ("social", "WRONG_TYPE")
    ]
    assert GRID({**full, "social": {"ticked": [4, 5]}}, as_written=True).is_accepted


@pytest.mark.parametrize("code", ProblemCode)
def test_every_problem_has_its_text_in_both_languages(code: ProblemCode) -> None:
    assert has_text(f"problem.{code}")
    for language in LANGUAGES:
        said = problem_text(Problem("q", code, {"minimum": 1, "maximum": 2, "length": 3}), (language,))
        assert not said.startswith("problem.")
        assert "…" not in said


def test_no_text_of_a_problem_is_left_over() -> None:
    known = {key.removeprefix("problem.") for key in catalogue("fr") if key.startswith("problem.")}
    assert known == {code.value for code in ProblemCode}


def test_a_problem_never_repeats_what_was_answered() -> None:
    secret = "Camille Durand"
    for question in QUESTIONS:
        for given in (secret, [secret], {"other": secret}, {secret: secret}):
            for problem in EVERYTHING({question["id"]: given}).problems:
                assert secret not in repr(problem)


def test_answers_are_validated_once_without_keeping_the_validator() -> None:
    assert validate(CHAIN, {"yes": False}).answers == {"yes": False}
