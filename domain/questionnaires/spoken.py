"""What answers say in the words of who answers, for reading and for search; and the files that they name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from domain.questionnaires.conditions import OTHER
from domain.questionnaires.shapes import File, Grid, LongText, Questionnaire, ShortText


def spoken(questionnaire: Questionnaire, answers: dict[str, Any]) -> str:
    """Give the free texts of valid answers in the order of the questionnaire, a blank line between them.

    Texts, the words of "other", and the justifications of a grid; empty where everything was ticked.
    """
    if isinstance(questionnaire, Grid):
        texts: set[str] = set()
        order = [criterion.id for criterion in questionnaire.criteria]
    else:
        asked = [question for _, question in questionnaire.questions()]
        texts = {question.id for question in asked if isinstance(question, ShortText | LongText)}
        order = [question.id for question in asked]
    return "\n\n".join(
        words for name in order if name in answers for words in _words(answers[name], name in texts)
    )


def named_files(questionnaire: Questionnaire, answers: dict[str, Any]) -> tuple[str, ...]:
    """Give the ids of the files that answers name, valid or not, each once."""
    if isinstance(questionnaire, Grid):
        return ()
    answered = [
        answers.get(question.id) for _, question in questionnaire.questions() if isinstance(question, File)
    ]
    named = (file for answer in answered if isinstance(answer, list) for file in answer)
    return tuple(dict.fromkeys(file for file in named if isinstance(file, str)))


def _words(answer: Any, is_text: bool) -> Iterator[str]:
    match answer:
        case str() if is_text:
            yield answer
        case {"justification": str(words)}:
            yield words
        case dict() if isinstance(answer.get(OTHER), str):
            yield answer[OTHER]
        case list():
            for part in answer:
                yield from _words(part, False)
