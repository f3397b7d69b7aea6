"""What `validate` accepts the published JSON Schema accepts, and the other way round; validating is idempotent."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.free_text import tidied
from domain.questionnaires.answering import Validator, validate
from domain.questionnaires.builtin import NAMES, builtin
from domain.questionnaires.checking import check
from domain.questionnaires.json_schema import answers_schema
from domain.questionnaires.reading import read, schema
from domain.questionnaires.shapes import Grid, Questionnaire

WORDS = st.text(st.sampled_from("aé’ \n\tß𝄞«"), max_size=12)
NAMES_OF_CHOICES = ("a", "b", "c", "d")
FILES = tuple(f"018f4a5e-1c2d-7abc-8def-0123456789a{digit}" for digit in "abc")


def is_tidy(words: str) -> bool:
    """JSON Schema counts what is sent, blanks around it included: only texts without them can be compared."""
    return tidied(words) in (words, "")


def some(least: int, most: int) -> st.SearchStrategy[dict[str, int]]:
    """Give bounds that are not crossed, or one of them, or none."""
    pair = st.tuples(st.integers(least, most), st.integers(least, most)).map(sorted)
    return pair.flatmap(
        lambda bounds: st.sampled_from(
            [{}, {"minimum": bounds[0]}, {"minimum": bounds[0], "maximum": bounds[1] + 1}]
        )
    )


CHOICES = st.sampled_from([1, 3, 4, 4]).map(
    lambda size: [{"id": name, "label": name} for name in NAMES_OF_CHOICES[:size]]
)
KINDS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "short_text": some(0, 6),
    "long_text": some(0, 6),
    "yes_no": st.just({}),
    "single_choice": st.fixed_dictionaries({"choices": CHOICES}, optional={"other": st.booleans()}),
    "multiple_choice": st.fixed_dictionaries(
        {"choices": CHOICES},
        optional={"other": st.booleans(), "minimum": st.just(1), "maximum": st.just(1)},
    ),
    "scale": st.sampled_from([{}, {"minimum": 0, "maximum": 3}]),
    "number": st.tuples(some(-3, 3), st.sampled_from([{}, {"whole": False}])).map(
        lambda both: both[0] | both[1]
    ),
    "date": st.just({}),  # bounds of dates cannot be said in JSON Schema
    "ranking": st.fixed_dictionaries(
        {"choices": CHOICES}, optional={"minimum": st.just(1), "maximum": st.just(1)}
    ),
    "file": st.sampled_from([{}, {"maximum": 2}]),
}

CHOICE = st.sampled_from((*NAMES_OF_CHOICES * 2, "z"))
OTHER = st.fixed_dictionaries({"other": WORDS.filter(is_tidy)}, optional={"more": st.just(1)})
MARK = st.integers(-1, 7) | st.floats(-1, 7)
ANSWERS = (
    st.none()
    | st.booleans()
    | MARK
    | WORDS.filter(is_tidy)
    | st.sampled_from(["\x00", "2027-02-28", "2027-02-29", "0000-01-01", "2027-2-1", *FILES])
    | CHOICE
    | OTHER
    | st.lists(CHOICE | OTHER | st.sampled_from(FILES) | st.none(), max_size=5)
    | st.fixed_dictionaries(
        {}, optional={"mark": MARK | st.none(), "justification": WORDS.filter(is_tidy) | st.none()}
    )
)

TEXTS = WORDS.filter(is_tidy)
PLAUSIBLE: dict[str, st.SearchStrategy[Any]] = {
    "short_text": TEXTS,
    "long_text": TEXTS,
    "yes_no": st.booleans(),
    "single_choice": CHOICE | OTHER,
    "multiple_choice": st.lists(CHOICE, unique=True, max_size=3) | st.lists(CHOICE | OTHER, max_size=4),
    "scale": MARK,
    "number": MARK,
    "date": st.dates().map(str) | st.sampled_from(["2027-02-29", "2027-2-1"]),
    "ranking": st.permutations(NAMES_OF_CHOICES).flatmap(
        lambda order: st.sampled_from([order[:1], order[:2], order[:3], order])
    ),
    "file": st.lists(st.sampled_from(FILES), max_size=3),
    "criterion": st.fixed_dictionaries({"mark": st.integers(0, 6)}, optional={"justification": TEXTS}),
}
"""Answers that a question of a kind may well take."""


@st.composite
def answers_to(draw: st.DrawFn, questionnaire: Questionnaire) -> dict[str, Any]:
    """Draw answers, most of them of the kind that is asked for."""
    if isinstance(questionnaire, Grid):
        kinds = {criterion.id: "criterion" for criterion in questionnaire.criteria}
    else:
        kinds = {question.id: question.kind for _, question in questionnaire.questions()}
    answers = {}
    for name, kind in kinds.items():
        how = draw(st.integers(0, 9))
        if how > 1:
            answers[name] = draw(PLAUSIBLE[kind])
        elif how == 1:
            answers[name] = draw(ANSWERS)
    return answers | ({"nowhere": 1} if draw(st.integers(0, 19)) == 7 else {})


@st.composite
def forms(draw: st.DrawFn) -> Questionnaire:
    kinds = draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=4))
    questions = [
        {"id": f"q{place}", "label": "?", "kind": kind, "required": draw(st.booleans()), **draw(KINDS[kind])}
        for place, kind in enumerate(kinds)
    ]
    return sound({"sections": [{"id": "s", "label": "S", "questions": questions}]})


@st.composite
def grids(draw: st.DrawFn) -> Questionnaire:
    criteria = [{"id": f"q{place}", "label": "?", "required": draw(st.booleans())} for place in range(2)]
    justification = draw(st.sampled_from(["required", "optional", "none"]))
    return sound(
        {"kind": "grid", "criteria": criteria, "justification": justification, "longest_justification": 6}
    )


def sound(raw: dict[str, Any]) -> Questionnaire:
    checked = check({"id": "g", "label": "G", **raw})
    assert checked.is_sound, checked.findings
    assert checked.questionnaire is not None
    return checked.questionnaire


QUESTIONNAIRES = st.one_of(forms(), forms(), forms(), grids())


def accepts(questionnaire: Questionnaire, answers: object) -> bool:
    published = answers_schema(questionnaire)
    return jsonschema_rs.Draft202012Validator(published, validate_formats=True).is_valid(answers)


@settings(max_examples=400, deadline=None)
@given(QUESTIONNAIRES, st.data())
def test_the_published_schema_accepts_what_is_accepted_and_nothing_else(
    questionnaire: Questionnaire, data: st.DataObject
) -> None:
    answers = data.draw(answers_to(questionnaire))
    validation = validate(questionnaire, answers)
    assert accepts(questionnaire, answers) is validation.is_accepted, validation.problems


@settings(max_examples=200, deadline=None)
@given(QUESTIONNAIRES, st.data())
def test_what_is_kept_is_accepted_again_as_it_is_and_problems_concern_what_was_sent(
    questionnaire: Questionnaire, data: st.DataObject
) -> None:
    answers = data.draw(answers_to(questionnaire))
    validator = Validator(questionnaire)
    kept = validator(answers)
    assert not set(kept.answers) & {problem.question_id for problem in kept.problems}
    again = validator(kept.answers)
    assert json.dumps(again.answers) == json.dumps(kept.answers)
    if kept.is_accepted:
        assert again.is_accepted
        assert accepts(questionnaire, kept.answers)
    assert validator(answers, as_written=True).is_accepted or not kept.is_accepted


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(NAMES),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda parts: st.lists(parts, max_size=4) | st.dictionaries(st.text(max_size=5), parts, max_size=4),
    ),
    st.booleans(),
)
def test_no_answer_breaks_the_validation(name: str, answer: object, as_written: bool) -> None:
    questionnaire = builtin(name)
    asked = list(answers_schema(questionnaire)["properties"])
    validator = Validator(questionnaire)
    validator(answer, as_written=as_written)
    for problem in validator(dict.fromkeys(asked, answer), as_written=as_written).problems:
        assert problem.question_id in asked


@settings(max_examples=100, deadline=None)
@given(QUESTIONNAIRES)
def test_a_questionnaire_written_as_json_is_read_back_equal_and_fits_the_published_schema(
    questionnaire: Questionnaire,
) -> None:
    written = questionnaire.model_dump_json(exclude_none=True)
    assert read(written).questionnaire == questionnaire
    assert jsonschema_rs.Draft202012Validator(schema()).is_valid(json.loads(written))
