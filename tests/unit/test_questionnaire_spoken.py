"""What answers say in words: every free text of them, and nothing that was ticked."""

from domain.questionnaires.answering import validate
from domain.questionnaires.reading import read
from domain.questionnaires.spoken import named_files, spoken

FORM = """
id: essai
label: {fr: Essai}
sections:
  - id: une
    label: {fr: Une}
    questions:
      - {id: q1, kind: short_text, label: {fr: Qui}}
      - {id: q2, kind: yes_no, label: {fr: Oui}}
      - id: q3
        kind: single_choice
        label: {fr: Un}
        other: true
        choices: [{id: a, label: {fr: A}}, {id: b, label: {fr: B}}]
      - id: q4
        kind: multiple_choice
        label: {fr: Plus}
        other: true
        choices: [{id: a, label: {fr: A}}, {id: b, label: {fr: B}}]
      - {id: q5, kind: long_text, label: {fr: Dites}}
      - {id: q6, kind: file, maximum: 2, label: {fr: Joignez}}
      - {id: q7, kind: file, label: {fr: Joignez encore}}
"""
GRID = """
id: grille
kind: grid
label: {fr: Grille}
scale: {minimum: 1, maximum: 5}
criteria:
  - {id: c1, label: {fr: Coût}}
  - {id: c2, label: {fr: Effet}}
"""


def test_texts_other_words_and_justifications_are_joined_in_the_order_of_the_questions():
    form = read(FORM).questionnaire
    assert form is not None
    answers = {
        "q5": "La fin",
        "q4": ["a", {"other": "Autrement"}],
        "q3": {"other": "Ailleurs"},
        "q1": "Moi",
        "q2": True,
    }
    found = validate(form, answers)
    assert found.is_accepted
    assert spoken(form, found.answers) == "Moi\n\nAilleurs\n\nAutrement\n\nLa fin"


def test_what_was_only_ticked_says_nothing_in_words():
    form = read(FORM).questionnaire
    assert form is not None
    assert spoken(form, {"q2": False, "q3": "a", "q4": ["a", "b"], "q1": {"unreadable": True}}) == ""


def test_a_grid_speaks_by_its_justifications():
    grid = read(GRID).questionnaire
    assert grid is not None
    answers = {"c2": {"mark": 3, "justification": "Peu"}, "c1": {"mark": 1, "justification": "Cher"}}
    assert spoken(grid, answers) == "Cher\n\nPeu"


def test_the_files_that_answers_name_are_each_named_once():
    form, grid = read(FORM).questionnaire, read(GRID).questionnaire
    assert form is not None
    assert grid is not None
    assert named_files(form, {"q6": ["a", "b"], "q7": ["b"], "q4": ["c"]}) == ("a", "b")
    assert named_files(form, {"q6": {"unreadable": True}}) == ()
    assert named_files(grid, {"c1": {"mark": 1}}) == ()
