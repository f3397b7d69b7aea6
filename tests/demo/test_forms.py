"""What the forty answer fits the questionnaire that they are asked."""

from __future__ import annotations

import pytest

from domain.files.kinds import KINDS, kind_of
from domain.questionnaires.answering import Validator
from domain.questionnaires.builtin import builtin
from domain.questionnaires.shapes import Form
from server.demo import forms
from server.demo.voices import COLLEGES, Voice

ASKED = builtin("assises")
VALIDATE = Validator(ASKED)
VOICES = [voice for voices in COLLEGES.values() for voice in voices]


@pytest.mark.parametrize("voice", VOICES, ids=lambda voice: voice.key)
def test_everybody_answers_what_they_are_asked(voice: Voice) -> None:
    found = VALIDATE(forms.answers(voice))
    assert found.problems == ()
    assert found.answers == forms.answers(voice)
    assert found.answers["proposition"] == voice.says


@pytest.mark.parametrize("voice", VOICES, ids=lambda voice: voice.key)
def test_what_they_add_completes_what_they_said_whatever_was_not_readable_before(voice: Voice) -> None:
    found = VALIDATE(forms.completed(voice, forms.by_hand(voice)))
    assert found.problems == ()
    assert found.answers["proposition"] == " ".join(filter(None, (voice.says, voice.adds)))


def test_forms_filled_in_by_hand_have_what_only_paper_can_have() -> None:
    marks = set()
    for voice in VOICES:
        assert VALIDATE(forms.by_hand(voice), as_written=True).problems == ()
        if forms.by_hand(voice) != forms.answers(voice):
            assert voice.channel == "PAPER"
            assert VALIDATE(forms.by_hand(voice)).problems
            marks |= {
                mark
                for answer in forms.by_hand(voice).values()
                if isinstance(answer, dict)
                for mark in answer
            }
    assert marks >= {"blank", "ticked", "unreadable"}


def test_every_question_is_answered_by_somebody_and_the_file_is_one_that_is_taken() -> None:
    assert isinstance(ASKED, Form)
    asked = {question.id for _, question in ASKED.questions()}
    assert {question for voice in VOICES for question in forms.answers(voice)} == asked - {"piece"}
    assert kind_of("", forms.TABLE_NAME) == KINDS["text/csv"]


def test_what_is_wrong_at_first_has_three_problems_and_is_mended_by_what_was_meant() -> None:
    voice = next(voice for voice in VOICES if voice.key == "citoyen-lens")
    wrong = {**forms.answers(voice), **forms.FAULTY}
    assert [problem.question_id for problem in VALIDATE(wrong).problems] == [
        "priorites",
        "alternative",
        "formation",
    ]
