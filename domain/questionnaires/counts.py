"""How many choices the answer to a question makes."""

from __future__ import annotations

from domain.questionnaires.shapes import MultipleChoice, Ranking


def ranked(question: Ranking) -> tuple[int, int]:
    """Give how many choices of a ranking are ranked, at least and at most."""
    most = len(question.choices) if question.maximum is None else question.maximum
    return (most if question.minimum is None else question.minimum), most


def chosen(question: MultipleChoice) -> tuple[int, int]:
    """Give how many choices an answer makes, at least and at most."""
    offered = len(question.choices) + question.other
    return max(question.minimum, 1), offered if question.maximum is None else question.maximum
