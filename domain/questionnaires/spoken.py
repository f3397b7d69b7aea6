"""What answers say in the words of who answers, for reading and for search; and the files that they name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from domain.questionnaires.conditions import OTHER
from domain.questionnaires.shapes import File, Grid, LongText, Questionnaire, ShortText


class Speaker:
    """A questionnaire, compiled to tell what answers to it say. It is immutable, and may be kept and shared."""

    __slots__ = ("_files", "_order")

    def __init__(self, questionnaire: Questionnaire) -> None:
        """Compile a questionnaire."""
        if isinstance(questionnaire, Grid):
            self._order = tuple((criterion.id, False) for criterion in questionnaire.criteria)
            self._files: tuple[str, ...] = ()
        else:
            asked = [question for _, question in questionnaire.questions()]
            self._order = tuple((one.id, isinstance(one, ShortText | LongText)) for one in asked)
            self._files = tuple(one.id for one in asked if isinstance(one, File))

    def spoken(self, answers: dict[str, Any]) -> str:
        """Give the free texts of valid answers in the order of the questionnaire, a blank line between them.

        Texts, the words of "other", and the justifications of a grid; empty where everything was ticked.
        """
        said: list[str] = []
        for name, is_text in self._order:
            answer = answers.get(name)
            if answer is None:
                continue
            if isinstance(answer, str):
                if is_text:
                    said.append(answer)
            elif isinstance(answer, dict | list):
                said += _words(answer)
        return "\n\n".join(said)

    def named_files(self, answers: dict[str, Any]) -> tuple[str, ...]:
        """Give the ids of the files that answers name, valid or not, each once."""
        if not self._files:
            return ()
        answered = [answers.get(name) for name in self._files]
        named = (file for answer in answered if isinstance(answer, list) for file in answer)
        return tuple(dict.fromkeys(file for file in named if isinstance(file, str)))


def spoken(questionnaire: Questionnaire, answers: dict[str, Any]) -> str:
    """Give what answers say once: see `Speaker.spoken`."""
    return Speaker(questionnaire).spoken(answers)


def named_files(questionnaire: Questionnaire, answers: dict[str, Any]) -> tuple[str, ...]:
    """Give the files that answers name once: see `Speaker.named_files`."""
    return Speaker(questionnaire).named_files(answers)


def _words(answer: Any) -> Iterator[str]:
    match answer:
        case {"justification": str(words)}:
            yield words
        case dict() if isinstance(answer.get(OTHER), str):
            yield answer[OTHER]
        case list():
            for part in answer:
                if not isinstance(part, str):
                    yield from _words(part)
