"""The words around questions: numbers, and conditions as people read them."""

from typing import Any

import pytest

from domain.questionnaires.builtin import NAMES, builtin
from domain.questionnaires.checking import check
from domain.questionnaires.shapes import Condition, Form
from domain.questionnaires.wording import Wording, numbers_of
from domain.texts import LANGUAGES

CHOICES = [{"id": "a", "label": {"fr": "Oui, à peu près"}}, {"id": "b", "label": {"fr": "Non", "en": "No"}}]
ASKED: dict[str, Any] = {
    "id": "essai",
    "label": {"fr": "Essai"},
    "sections": [
        {
            "id": "un",
            "label": {"fr": "Un"},
            "questions": [
                {"id": "pour", "kind": "yes_no", "label": {"fr": "?"}},
                {
                    "id": "choix",
                    "kind": "single_choice",
                    "label": {"fr": "?"},
                    "choices": CHOICES,
                    "other": True,
                },
            ],
        },
        {
            "id": "deux",
            "label": {"fr": "Deux"},
            "questions": [
                {"id": "note", "kind": "scale", "label": {"fr": "?"}},
                {"id": "plusieurs", "kind": "multiple_choice", "label": {"fr": "?"}, "choices": CHOICES},
                {"id": "fin", "kind": "yes_no", "label": {"fr": "?"}},
            ],
        },
    ],
}


@pytest.fixture(scope="module")
def asked() -> Form:
    found = check(ASKED).questionnaire
    assert isinstance(found, Form)
    return found


def test_questions_are_numbered_through_all_sections(asked: Form) -> None:
    assert numbers_of(asked) == {"pour": 1, "choix": 2, "note": 3, "plusieurs": 4, "fin": 5}
    assert [*numbers_of(builtin("evaluation")).values()] == [*range(1, 9)]


@pytest.mark.parametrize(
    ("condition", "french"),
    [
        ({"question": "pour", "is": True}, "vous avez répondu « Oui » à la question\u00a01"),
        ({"question": "pour", "is": False}, "vous avez répondu « Non » à la question\u00a01"),
        ({"question": "choix", "is": "a"}, "vous avez répondu « Oui, à peu près » à la question\u00a02"),
        (
            {"question": "choix", "any_of": ["b", "other"]},
            "vous avez répondu « Non » ou « Autre » à la question\u00a02",
        ),
        ({"question": "note", "at_least": 4}, "vous avez répondu 4 ou plus à la question\u00a03"),
        ({"question": "plusieurs", "at_least": 2}, "vous avez fait 2 choix ou plus à la question\u00a04"),
        (
            {
                "all": [
                    {"question": "pour", "is": True},
                    {"any": [{"question": "note", "at_least": 4}, {"question": "note", "is": 1}]},
                ]
            },
            "vous avez répondu « Oui » à la question\u00a01 et (vous avez répondu 4 ou plus à la question\u00a03 ou "
            "vous avez répondu « 1 » à la question\u00a03)",
        ),
    ],
)
def test_a_condition_is_said_in_words(asked: Form, condition: dict[str, Any], french: str) -> None:
    said = Wording(asked, ("fr",)).only_if(Condition.model_validate(condition))
    assert said == f"À remplir seulement si {french}."


def test_what_everybody_is_asked_has_no_condition_to_say(asked: Form) -> None:
    assert Wording(asked, ("fr",)).only_if(None) is None


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_condition_of_a_built_in_questionnaire_can_be_said(name: str, language: str) -> None:
    questionnaire = builtin(name)
    words = Wording(questionnaire, (language,))
    if isinstance(questionnaire, Form):
        for section, question in questionnaire.questions():
            for condition in (section.when, question.when):
                said = words.only_if(condition)
                assert said is None or (
                    said.endswith(".") and "…" not in said and "question\u00a00" not in said
                )
