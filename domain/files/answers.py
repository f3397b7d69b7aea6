"""Files that answers name: answers of the kind `file` are lists of ids of files sent beforehand."""

from __future__ import annotations

from typing import Any

from domain.questionnaires.shapes import File, Grid, Questionnaire


def files_in(questionnaire: Questionnaire, answers: dict[str, Any]) -> dict[str, str]:
    """Give the question that names each file, by the id of the file. `answers` are valid (`answering.Validator`)."""
    if isinstance(questionnaire, Grid):
        return {}
    return {
        file: question.id
        for _, question in questionnaire.questions()
        if isinstance(question, File) and isinstance(answers.get(question.id), list)
        for file in answers[question.id]
    }
