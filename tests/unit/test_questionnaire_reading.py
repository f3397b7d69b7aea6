"""Reading and checking questionnaires: everything at once, each with its path; nothing breaks the reader."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.builtin import builtin as procedure
from domain.loading import MAX_BYTES
from domain.questionnaires.builtin import NAMES, UnknownQuestionnaire, builtin, source
from domain.questionnaires.checking import Checked, check, check_against
from domain.questionnaires.reading import read, read_csv, schema
from domain.questionnaires.shapes import KINDS, MAX_QUESTIONS, Form, Grid
from domain.questionnaires.table import load_table

CHOICES = [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]


def form(*questions: dict[str, Any], **rest: Any) -> dict[str, Any]:
    """Make a form of one section."""
    asked = [{"label": "?", **question} for question in questions]
    return {"id": "q", "label": "Q", "sections": [{"id": "s", "label": "S", "questions": asked}], **rest}


def found(raw: object) -> list[tuple[str, tuple[Any, ...]]]:
    return [(finding.code, finding.path) for finding in check(raw).findings]


def yes_no(name: str, **rest: Any) -> dict[str, Any]:
    return {"id": name, "kind": "yes_no", **rest}


def declared(name: str) -> tuple[set[str], set[str]]:
    """The themes and axes of a built-in procedure."""
    found = procedure(name)
    return {theme.id for theme in found.themes}, {lane.id for lane in found.lanes}


AT: tuple[Any, ...] = ("sections", 0, "questions")


@pytest.mark.parametrize("name", NAMES)
def test_a_built_in_questionnaire_is_sound_and_fits_its_procedure(name: str) -> None:
    assert read(source(name)).findings == ()
    assert list(check_against(builtin(name), *declared("assises-ia"))) == []
    for raw in (builtin(name), builtin(name).model_dump(mode="json", exclude_none=True)):
        assert check(raw) == Checked(builtin(name))
    assert read(builtin(name).model_dump_json(exclude_none=True)).questionnaire == builtin(name)


def test_the_questionnaire_of_the_assizes_is_the_one_that_the_procedure_names() -> None:
    stage = next(stage for stage in procedure("assises-ia").stages if stage.questionnaire)
    questionnaire = builtin(str(stage.questionnaire))
    assert isinstance(questionnaire, Form)
    axes = {axis for _, question in questionnaire.questions() for axis in question.axes}
    assert axes == {lane.id for lane in procedure("assises-ia").lanes}
    assert {question.kind for _, question in questionnaire.questions()} == set(KINDS), "one of each kind"


def test_every_label_of_the_library_is_there_in_french_and_english() -> None:
    def labels(value: Any) -> Any:
        if isinstance(value, dict):
            if "fr" in value:
                yield value
            for part in value.values():
                yield from labels(part)
        elif isinstance(value, list):
            for part in value:
                yield from labels(part)

    for name in NAMES:
        listed = list(labels(builtin(name).model_dump(mode="json")))
        assert listed
        assert all(set(label) == {"fr", "en"} for label in listed)


def test_the_grid_weighs_the_eight_criteria() -> None:
    grid = builtin("evaluation")
    assert isinstance(grid, Grid)
    assert [criterion.id for criterion in grid.criteria] == [
        "economique", "social", "environnemental", "juridique", "ethique", "democratique", "usagers", "agents",
    ]  # fmt: skip


def test_an_unknown_questionnaire_is_said_to_be_so() -> None:
    with pytest.raises(UnknownQuestionnaire):
        source("../assises")


def test_themes_and_axes_that_the_procedure_does_not_declare_are_found() -> None:
    questionnaire = check(form(yes_no("a", themes=["sante", "mer"], axes=["lune"]))).questionnaire
    assert questionnaire is not None
    assert [(f.code, f.path) for f in check_against(questionnaire, *declared("assises-ia"))] == [
        ("unknown_theme", (*AT, 0, "themes", 1)),
        ("unknown_lane", (*AT, 0, "axes", 0)),
    ]


# Checks -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "findings"),
    [
        (None, [("not_a_questionnaire", ())]),
        ([], [("not_a_questionnaire", ())]),
        ({}, [("field_missing", ("id",)), ("field_missing", ("label",)), ("field_missing", ("sections",))]),
        (form(), [("section_empty", ("sections", 0))]),
        (form(yes_no("a", label={"en": "?"})), [("label_without_french", (*AT, 0, "label"))]),
        (form(yes_no("a"), label={"fr": " "}), [("label_without_french", ("label",))]),
        (form({"id": "a", "kind": "essay"}), [("choice_invalid", (*AT, 0, "kind"))]),
        (form({"id": "a"}), [("field_missing", (*AT, 0, "kind"))]),
        (form(yes_no("a", choices=[])), [("field_unknown", (*AT, 0, "choices"))]),
        (form(yes_no("A b")), [("name_invalid", (*AT, 0, "id"))]),
        (form(yes_no("a"), yes_no("a")), [("duplicate_id", (*AT, 1, "id"))]),
        (form({"id": "a", "kind": "single_choice", "choices": []}), [("choices_empty", (*AT, 0, "choices"))]),
        (
            form({"id": "a", "kind": "single_choice", "choices": CHOICES[:1]}),
            [("choice_alone", (*AT, 0, "choices"))],
        ),
        (
            form({"id": "a", "kind": "multiple_choice", "choices": [*CHOICES, CHOICES[0]]}),
            [("duplicate_id", (*AT, 0, "choices", 2, "id"))],
        ),
        (
            form(
                {
                    "id": "a",
                    "kind": "single_choice",
                    "other": True,
                    "choices": [{"id": "other", "label": "Autre"}],
                }
            ),
            [("choice_named_other", (*AT, 0, "choices", 0, "id"))],
        ),
        (
            form({"id": "a", "kind": "ranking", "choices": CHOICES, "maximum": 3}),
            [("more_choices_than_offered", (*AT, 0, "maximum"))],
        ),
        (
            form({"id": "a", "kind": "short_text", "minimum": 9, "maximum": 8}),
            [("bounds_crossed", (*AT, 0, "minimum"))],
        ),
        (
            form({"id": "a", "kind": "number", "minimum": 9, "maximum": 8}),
            [("bounds_crossed", (*AT, 0, "minimum"))],
        ),
        (
            form({"id": "a", "kind": "date", "minimum": "2027-01-02", "maximum": "2027-01-01"}),
            [("bounds_crossed", (*AT, 0, "minimum"))],
        ),
        (
            form({"id": "a", "kind": "scale", "minimum": 5, "maximum": 5}),
            [("bounds_crossed", (*AT, 0, "minimum"))],
        ),
        (
            form({"id": "a", "kind": "scale", "labels": {"9": "Neuf"}}),
            [("scale_label_outside", (*AT, 0, "labels", "9"))],
        ),
        (form({"id": "a", "kind": "number", "minimum": True}), [("number_invalid", (*AT, 0, "minimum"))]),
        (form({"id": "a", "kind": "date", "minimum": "1 mars"}), [("date_invalid", (*AT, 0, "minimum"))]),
        (form(yes_no("a", label="x\x00")), [("text_invalid", (*AT, 0, "label"))]),
        (
            {"id": "g", "kind": "grid", "label": "G", "criteria": [], "scale": {"minimum": 5}},
            [("out_of_range", ("criteria",))],
        ),
        (
            {
                "id": "g",
                "kind": "grid",
                "label": "G",
                "criteria": [{"id": "a", "label": "A"}] * 2,
                "scale": {"minimum": 5},
            },
            [("duplicate_id", ("criteria", 1, "id")), ("bounds_crossed", ("scale", "minimum"))],
        ),
    ],
)
def test_a_fault_is_found_where_it_is(raw: object, findings: list[Any]) -> None:
    assert found(raw) == findings


@pytest.mark.parametrize(
    ("when", "code", "below"),
    [
        ({"question": "x", "is": True}, "condition_unknown_question", ("question",)),
        ({"question": "late", "is": True}, "condition_on_later_question", ("question",)),
        ({"question": "it", "is": True}, "condition_cycle", ("question",)),
        ({"question": "circle", "is": True}, "condition_cycle", ("question",)),
        ({"question": "yes", "is": "yes"}, "condition_never_holds", ("is",)),
        ({"question": "one", "any_of": ["a", "z"]}, "condition_never_holds", ("any_of", 1)),
        ({"question": "one", "is": "other"}, "condition_never_holds", ("is",)),
        ({"question": "some", "at_least": 4}, "condition_never_holds", ("at_least",)),
        ({"question": "mark", "at_least": 6}, "condition_never_holds", ("at_least",)),
        ({"question": "mark", "is": True}, "condition_never_holds", ("is",)),
        ({"question": "yes", "at_least": 1}, "condition_not_testable", ("at_least",)),
        ({"question": "text", "is": "a"}, "condition_not_testable", ("question",)),
        ({"all": [{"any": [{"question": "x", "is": 1}]}]}, "condition_unknown_question",
         ("all", 0, "any", 0, "question")),
        ({"question": "yes"}, "condition_form", ()),
        ({"question": "yes", "is": True, "at_least": 1}, "condition_form", ()),
        ({"all": []}, "out_of_range", ("all",)),
        ({}, "condition_form", ()),
    ],
)  # fmt: skip
def test_a_condition_that_makes_no_sense_is_found(
    when: dict[str, Any], code: str, below: tuple[Any, ...]
) -> None:
    raw = form(
        yes_no("yes"),
        {"id": "one", "kind": "single_choice", "choices": CHOICES},
        {"id": "some", "kind": "multiple_choice", "choices": CHOICES, "other": True},
        {"id": "mark", "kind": "scale"},
        {"id": "text", "kind": "short_text"},
        yes_no("it", when=when),
        yes_no("late"),
        yes_no("circle", when={"question": "it", "is": True}),
    )
    assert found(raw) == [(code, (*AT, 5, "when", *below))]


def test_a_section_cannot_depend_on_its_own_or_a_later_question() -> None:
    raw = form(yes_no("a"), yes_no("b"))
    raw["sections"][0]["when"] = {"question": "b", "is": True}
    assert found(raw) == [("condition_cycle", ("sections", 0, "when", "question"))]
    raw["sections"][0]["when"] = {"question": "c", "is": True}
    raw["sections"].append({"id": "t", "label": "T", "questions": [yes_no("c", label="?")]})
    assert found(raw) == [("condition_on_later_question", ("sections", 0, "when", "question"))]
    del raw["sections"][0]["when"]
    raw["sections"][1]["when"] = {"question": "b", "is": True}
    assert found(raw) == []


def test_everything_is_found_at_once_and_a_fault_hides_no_other() -> None:
    raw = form(
        {"id": "a", "kind": "single_choice", "choices": 3},
        yes_no("b", label={"en": "?"}, nonsense=1),
        yes_no("c", when={"question": "a", "is": "x"}),
        yes_no("d", when={"question": "nowhere", "is": True}),
        {"id": "e", "kind": "scale", "minimum": 4, "maximum": 2},
        version=0,
    )
    assert sorted(code for code, _ in found(raw)) == [
        "bounds_crossed", "condition_unknown_question", "field_unknown", "label_without_french", "out_of_range",
        "shape",
    ]  # fmt: skip
    assert check(raw).questionnaire is None


def test_four_hundred_questions_are_taken_and_not_one_more() -> None:
    questions = [yes_no(f"q{number}") for number in range(MAX_QUESTIONS + 1)]
    assert found(form(*questions[1:])) == []
    assert found(form(*questions)) == [("too_many_questions", ("sections",))]


def test_a_chain_of_four_hundred_conditions_is_checked() -> None:
    chain = [
        yes_no("q0"),
        *(yes_no(f"q{n}", when={"question": f"q{n - 1}", "is": True}) for n in range(1, 400)),
    ]
    assert found(form(*chain)) == []
    chain[0]["when"] = {"question": "q399", "is": True}
    assert found(form(*chain)) == [("condition_cycle", (*AT, 0, "when", "question"))]


def test_a_condition_compares_fifty_answers_at_most() -> None:
    test = {"question": "a", "is": True}
    raw = form(yes_no("a"), yes_no("b", when={"all": [{"any": [test] * 10}] * 5}))
    assert found(raw) == []
    raw["sections"][0]["questions"][1]["when"]["all"].append(test)
    assert found(raw) == [("condition_too_long", (*AT, 1, "when"))]


# Files --------------------------------------------------------------------------------------------


def test_findings_say_line_and_column() -> None:
    text = source("assises").replace("kind: yes_no", "kind: maybe", 1)
    line = next(number for number, words in enumerate(text.splitlines(), 1) if "maybe" in words)
    checked = read(text)
    assert [(f.code, f.args["line"]) for f in checked.findings if f.code == "choice_invalid"] == [
        ("choice_invalid", line)
    ]
    assert not checked.is_sound


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "file_empty"),
        ("[1]", "not_a_questionnaire"),
        ("id: &a [*a]", "alias_unknown"),
        ("!!python/object:x {}", "tag_refused"),
        ('{"id": "a", "id": "b"}', "key_twice"),
        ("[" * 99, "too_deep"),
        (b"\xff", "not_utf8"),
        (b" " * (MAX_BYTES + 1), "file_too_large"),
    ],
)
def test_what_is_no_questionnaire_is_refused(text: str | bytes, code: str) -> None:
    assert [finding.code for finding in read(text).findings] == [code]


@settings(max_examples=60, deadline=None)
@given(st.text() | st.binary())
def test_no_content_breaks_the_readers(content: str | bytes) -> None:
    assert read(content).questionnaire is None
    assert read_csv(content).questionnaire is None


@settings(max_examples=60, deadline=None)
@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=5), lambda parts: st.lists(
    parts, max_size=3) | st.dictionaries(st.sampled_from(
        ["id", "label", "kind", "sections", "questions", "criteria", "scale", "when", "choices", "all", "is"]),
        parts | st.sampled_from(["grid", "scale", "ranking", "a"]), max_size=5), max_leaves=20))  # fmt: skip
def test_no_values_break_the_check(raw: object) -> None:
    for finding in check(raw).findings:
        assert finding.code


def test_the_schema_of_questionnaire_files_names_every_kind() -> None:
    published = json.dumps(schema())
    assert all(f'"{kind}"' in published for kind in KINDS)


# Tables -------------------------------------------------------------------------------------------

TABLE = """\
kind;id;label;label:en;help;required;minimum;maximum;choices;choices:en;other;when;themes
questionnaire;enquete;Enquête;Survey;Bienvenue;;;;;;;;
section;vous;Vous;You;;;;;;;;;
yes_no;agent;Êtes-vous agent ?;Are you an agent?;;oui;;;;;;;
single_choice;service;Quel service ?;Which one?;"Le vôtre ;
pas un autre";;;;etat = État | ville = Ville;etat = State | ville = Town;oui;agent = oui;social | sante
scale;avis;Votre avis ?;;;x;1;4;1 = Non | 4 = Oui;;;;
section;suite;Suite;;;;;;;;;avis >= 3;
date;jour;Quand ?;;;;2027-01-01;;;;;service = etat | ville and agent = oui;
number;heures;Combien ?;;;;0;1,5;;;;;
"""


def test_a_table_is_read_like_a_file() -> None:
    checked = read_csv(TABLE)
    assert checked.findings == ()
    form_ = checked.questionnaire
    assert isinstance(form_, Form)
    assert (form_.id, form_.label, form_.introduction) == (
        "enquete", {"fr": "Enquête", "en": "Survey"}, {"fr": "Bienvenue"},
    )  # fmt: skip
    agent, service, avis = form_.sections[0].questions
    assert (agent.required, avis.required) == (True, True)
    assert service.model_dump(mode="json", exclude_unset=True) == {
        "kind": "single_choice", "id": "service", "label": {"fr": "Quel service ?", "en": "Which one?"},
        "help": {"fr": "Le vôtre ;\npas un autre"}, "other": True, "themes": ["social", "sante"],
        "choices": [
            {"id": "etat", "label": {"fr": "État", "en": "State"}},
            {"id": "ville", "label": {"fr": "Ville", "en": "Town"}},
        ],
        "when": {"question": "agent", "is": True},
    }  # fmt: skip
    assert form_.sections[1].when is not None
    assert form_.sections[1].when.at_least == 3
    jour, heures = form_.sections[1].questions
    assert jour.when is not None
    assert jour.when.model_dump(mode="json", exclude_unset=True) == {
        "all": [{"question": "service", "any_of": ["etat", "ville"]}, {"question": "agent", "is": True}]
    }
    assert heures.model_dump()["maximum"] == 1.5
    assert read(form_.model_dump_json(exclude_none=True)).questionnaire == form_


@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_other_delimiters_are_recognised(delimiter: str) -> None:
    rows = ["kind;id;label", "questionnaire;a;A", "yes_no;b;B"]
    checked = read_csv("\r\n".join(rows).replace(";", delimiter))
    assert checked.is_sound
    assert checked.findings == ()


def test_windows_1252_is_read_and_said() -> None:
    checked = read_csv(TABLE.encode("cp1252"))
    assert [(f.code, f.severity) for f in checked.findings] == [("read_as_windows_1252", "advice")]
    assert checked.is_sound
    assert checked.questionnaire == read_csv(TABLE).questionnaire
    assert read_csv(TABLE.encode("utf-8-sig")) == read_csv(TABLE)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (b"\xef\xbb\xbf" + TABLE.encode("cp1252"), "read_as_windows_1252"),
        (TABLE.encode("utf-16"), "read_as_utf_16"),
        (b"\xfe\xff" + TABLE.encode("utf-16-be"), "read_as_utf_16"),
        (TABLE.replace("\n", "\r\n").encode("cp1252"), "read_as_windows_1252"),
    ],
    ids=["a mark of UTF-8 before Windows-1252", "UTF-16", "UTF-16, the other way round", "lines of Windows"],
)
def test_what_spreadsheets_save_is_read_and_said(source: bytes, said: str) -> None:
    checked = read_csv(source)
    assert [(f.code, f.severity) for f in checked.findings] == [(said, "advice")]
    assert checked.questionnaire == read_csv(TABLE).questionnaire


def test_findings_of_a_table_name_their_line() -> None:
    lines = [
        "kind,id,label,when,size",
        "questionnaire,a,A",
        "yes_no,b,B,c = 1",
        "yes_no,,D",
        "essay,e,E,nonsense",
    ]
    table = "\n".join([*lines, "scale,f,F,,,,7"])
    assert sorted((f.code, f.args["line"]) for f in read_csv(table).findings) == [
        ("cells_too_many", 6), ("choice_invalid", 5), ("column_unknown", 1), ("condition_unknown_question", 3),
        ("condition_unreadable", 5), ("field_missing", 4),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ("", "file_empty"),
        ("kind,id\n", "column_missing"),
        ("kind,id,label,id\n", "column_twice"),
        ('kind,id,label\n"a"b,c,d\n', "not_csv"),
        ("kind,id,label\n" + "yes_no,a,A\n" * 1001, "too_many_lines"),
        (b"kind,id,label\n\x81\xff", "not_utf8"),
        (b"\xff\xfek", "not_utf8"),
        ("kind,id,label\nyes_no,a,\0".encode("utf-16"), "text_invalid"),
        (b"\xe9" * (MAX_BYTES + 1), "file_too_large"),
        (b"\xff\xfe" + b"a\0" * MAX_BYTES, "file_too_large"),
    ],
)
def test_what_is_no_table_is_refused(table: str | bytes, code: str) -> None:
    assert [finding.code for finding in read_csv(table).findings] == [code]


def test_a_translation_of_a_choice_that_is_not_there_is_found() -> None:
    table = "kind,id,label,choices,choices:en\nquestionnaire,a,A\nranking,b,B,a=A|c=C,a=A|d=D\n"
    assert [(f.code, f.args["line"]) for f in read_csv(table).findings] == [("choice_unknown", 3)]
    assert load_table(table)[0]["sections"][0]["id"] == "questions"


def test_what_the_guide_shows_is_sound() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "questionnaires.md").read_text("utf-8")
    shown = [read(text) for text in re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL)]
    shown += [read_csv(text) for text in re.findall(r"```\n(kind;.*?)```", guide, re.DOTALL)]
    assert [checked.findings for checked in shown] == [(), (), ()]
    assert all(f"`{kind}`" in guide for kind in KINDS)
