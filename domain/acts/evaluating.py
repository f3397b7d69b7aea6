"""Acts of the evaluation: each member of the council fills in the grid of the review."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from domain.acts.body import Body


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluate:
    """Fill in the evaluation grid of a review, or fill it in anew. `questionnaire` is the digest of the grid."""

    kind: Literal["evaluate"] = "evaluate"
    questionnaire: str
    marks: dict[str, int]
    """By criterion. That the grid knows them is checked before the decider."""
    reasons: Body | None = None
    """The justifications, criterion by criterion, where the grid takes any."""


EvaluatingAct = Evaluate
