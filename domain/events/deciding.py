"""Facts of the decision: reasoned responses, the decision and its rectifications."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from domain.acts import Answer, Body
from domain.notation import UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseGiven:
    """An addressee answered a recommendation, with reasons."""

    kind: Literal["response_given"] = "response_given"
    recommendation: str
    addressee: str
    answer: Answer
    reasons: Body
    version: int
    until: Annotated[datetime | None, UNSET] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseLate:
    """The time to answer has passed and an addressee has not: public (D11)."""

    kind: Literal["response_late"] = "response_late"
    recommendation: str
    addressee: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionIssued:
    """The decision was issued: it is out, or under an embargo until an instant."""

    kind: Literal["decision_issued"] = "decision_issued"
    text: Body
    reasons: Annotated[Body | None, UNSET] = None
    embargo_until: Annotated[datetime | None, UNSET] = None
    early_readers: Annotated[tuple[str, ...] | None, UNSET] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRectified:
    """A new version of the decision; the old one is kept."""

    kind: Literal["decision_rectified"] = "decision_rectified"
    text: Body
    reason: str
    version: int
    reasons: Annotated[Body | None, UNSET] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionPublished:
    """The embargo on the decision is over: `version`, and those before it, may be read by everybody."""

    kind: Literal["decision_published"] = "decision_published"
    version: int


DecidingFact = ResponseGiven | ResponseLate | DecisionIssued | DecisionRectified | DecisionPublished
