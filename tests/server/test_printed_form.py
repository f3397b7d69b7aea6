"""The printable form: what it says, what it leaves room for, and that no words can break it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.questionnaires.builtin import NAMES, builtin
from domain.questionnaires.checking import check
from domain.questionnaires.shapes import KINDS, Form
from server.printed_form import printed, words
from server.printed_texts import TEXTS
from store.questionnaires import code_of, questionnaire_digest

CHOICES = [
    {"id": "a", "label": {"fr": "A"}},
    {"id": "b", "label": {"fr": "B"}},
    {"id": "c", "label": {"fr": "C"}},
]
NEEDED = {kind: {"choices": CHOICES} for kind in ("single_choice", "multiple_choice", "ranking")}


def made(*questions: dict[str, Any], **more: Any) -> Form:
    """A form of one section."""
    asked = [{"id": f"q{n}", "label": {"fr": "?"}, **question} for n, question in enumerate(questions)]
    section = {"id": "s", "label": {"fr": "S"}, "questions": asked}
    found = check({"id": "x", "label": {"fr": "X"}, "sections": [section], **more}).questionnaire
    assert isinstance(found, Form)
    return found


def areas(kind: str, language: str = "fr", **more: Any) -> list[dict[str, Any]]:
    """The rooms that one question leaves."""
    form = made({"kind": kind, **NEEDED.get(kind, {}), **more})
    found: list[dict[str, Any]] = words(form, language)["sections"][0]["questions"][0]["areas"]
    return found


def hint(kind: str, **more: Any) -> str:
    return str(areas(kind, **more)[0]["hint"])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", sorted(TEXTS))
def test_a_form_numbers_its_questions_and_bears_version_and_code(name: str, language: str) -> None:
    said = words(builtin(name), language)
    code = code_of(questionnaire_digest(builtin(name)))
    assert said["title"] == builtin(name).label[language]
    assert code in said["marks"]
    assert code in said["footer"]
    assert "ersion 1" in said["footer"]
    numbers = [question["number"] for section in said["sections"] for question in section["questions"]]
    assert numbers == [*range(1, len(numbers) + 1)]
    assert all(question["areas"] for section in said["sections"] for question in section["questions"])


@pytest.mark.parametrize("name", NAMES)
def test_the_same_questionnaire_gives_the_same_bytes(name: str) -> None:
    assert printed(builtin(name), "fr") == printed(builtin(name), "fr")
    assert printed(builtin(name), "fr").startswith(b"%PDF-")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_question_leaves_room_for_its_answer(kind: str) -> None:
    (room,) = areas(kind)
    assert room["hint"]
    assert "{" not in room["hint"]
    assert printed(made({"kind": kind, **NEEDED.get(kind, {})}), "en").startswith(b"%PDF-")


def test_choices_have_a_box_each_and_own_words_a_line() -> None:
    (room,) = areas("single_choice", other=True)
    assert (room["kind"], room["options"], room["other"]) == ("ticks", ["A", "B", "C"], "Autre (précisez) :")
    assert hint("multiple_choice") == "Cochez une ou plusieurs cases."
    assert hint("multiple_choice", maximum=2) == "Cochez 2 cases au plus."
    assert hint("multiple_choice", minimum=2) == "Cochez de 2 à 3 cases."
    assert hint("multiple_choice", minimum=2, maximum=2) == "Cochez 2 cases."
    assert hint("multiple_choice", maximum=1) == "Cochez une seule case."


def test_rankings_are_numbered() -> None:
    assert hint("ranking") == "Numérotez tous les choix de 1 à 3 ; 1 est le premier."
    assert hint("ranking", maximum=2) == "Numérotez 2 choix de 1 à 2 ; 1 est le premier."
    assert hint("ranking", minimum=1, maximum=2) == "Numérotez jusqu’à 2 choix ; 1 est le premier."
    assert hint("ranking", minimum=2) == "Numérotez de 2 à 3 choix ; 1 est le premier."


def test_bounds_are_said_where_there_are_any() -> None:
    assert hint("number") == "Écrivez un nombre entier."
    assert hint("number", minimum=0.5, maximum=2, whole=False) == "Écrivez un nombre, de 0,5 à 2."
    assert hint("date", minimum="2027-02-01") == "Jour, mois, année, à partir du 1er février 2027."
    assert hint("date", maximum="2027-02-02") == "Jour, mois, année, jusqu’au 2 février 2027."
    assert hint("date") == "Jour, mois, année."
    assert hint("short_text", minimum=2, maximum=9) == "De 2 à 9 caractères."
    assert hint("file") != hint("file", maximum=3)


def test_a_long_scale_is_written_and_a_short_one_ticked() -> None:
    labels = {0: {"fr": "Non"}, 10: {"fr": "Oui"}}
    (short,) = areas("scale", minimum=0, maximum=10, labels=labels)
    assert (short["kind"], len(short["values"]), short["legend"]) == ("scale", 11, ["0 : Non", "10 : Oui"])
    (long,) = areas("scale", minimum=0, maximum=100, labels=labels)
    assert (long["kind"], long["hint"]) == ("blank", "Écrivez un nombre entier, de 0 à 100. 0 : Non 10 : Oui")


def test_a_grid_leaves_room_for_marks_and_justifications() -> None:
    said = words(builtin("evaluation"), "en")
    assert said["what"] == "Evaluation grid"
    for question in said["sections"][0]["questions"]:
        assert [room["kind"] for room in question["areas"]] == ["scale", "lines"]


def test_conditions_are_said_before_the_question() -> None:
    form = made({"kind": "yes_no"}, {"kind": "date", "when": {"question": "q0", "is": True}})
    first, second = words(form, "fr")["sections"][0]["questions"]
    assert first["only_if"] == ""
    assert second["only_if"] == "À remplir seulement si vous avez répondu « Oui » à la question\u00a01."


def test_a_question_that_fits_is_not_broken_between_pages() -> None:
    many = [{"id": f"c{n}", "label": {"fr": "C"}} for n in range(60)]
    form = made({"kind": "single_choice", "choices": many}, {"kind": "yes_no"})
    assert [question["whole"] for question in words(form, "fr")["sections"][0]["questions"]] == [False, True]


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=200))
def test_no_words_break_the_form_or_are_read_as_markup(text: str) -> None:
    label = {"fr": f'#panic("{text}") $ {text}'}
    form = made(
        {"kind": "single_choice", "label": label, "choices": [{"id": "a", "label": label}, *CHOICES[1:]]}
    )
    assert printed(form, "fr").startswith(b"%PDF-")


def test_both_languages_say_the_same_things() -> None:
    assert TEXTS["fr"].keys() == TEXTS["en"].keys()
