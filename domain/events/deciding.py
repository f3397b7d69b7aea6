"""Facts of the decision: reasoned responses, the decision and its rectifications."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from domain.acts import Answer, Body


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseGiven:
    """An addressee answered a recommendation, with reasons."""

    kind: Literal["response_given"] = "response_given"
    recommendation: str
    addressee: str
    answer: Answer
    reasons: Body
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionIssued:
    """The decision is out."""

    kind: Literal["decision_issued"] = "decision_issued"
    text: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRectified:
    """A new version of the decision; the old one is kept."""

    kind: Literal["decision_rectified"] = "decision_rectified"
    text: Body
    reason: str
    version: int


DecidingFact = ResponseGiven | DecisionIssued | DecisionRectified
