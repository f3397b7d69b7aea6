"""The built-in questionnaires: files of domain/questionnaires/library."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from domain.questionnaires.reading import read
from domain.questionnaires.shapes import Questionnaire

NAMES = ("assises", "evaluation")
"""`assises` is that of the procedure `assises-ia`, `evaluation` the grid of the scientific council (D3)."""


class UnknownQuestionnaire(LookupError):
    """There is no built-in questionnaire of this name."""


def source(name: str) -> str:
    """Give the file of a built-in questionnaire as it is written.

    Raises:
        UnknownQuestionnaire: there is none of this name.
    """
    if name not in NAMES:
        raise UnknownQuestionnaire(name)
    return files("domain").joinpath("questionnaires", "library", f"{name}.yaml").read_text("utf-8")


@cache
def builtin(name: str) -> Questionnaire:
    """Give a built-in questionnaire.

    Raises:
        UnknownQuestionnaire: there is none of this name.
    """
    questionnaire = read(source(name)).questionnaire
    assert questionnaire is not None, name
    return questionnaire
