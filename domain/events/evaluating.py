"""Facts of the evaluation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from domain.acts import Body


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationGiven:
    """A member of the council filled in the evaluation grid."""

    kind: Literal["evaluation_given"] = "evaluation_given"
    member: str
    questionnaire: str
    marks: dict[str, int]
    reasons: Body | None = None


EvaluatingFact = EvaluationGiven
