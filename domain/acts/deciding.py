"""Acts of the decision: reasoned responses, the decision and its rectifications."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from domain.acts.body import Body
from domain.enumeration import direct
from domain.notation import UNSET


@direct
class Answer(StrEnum):
    """What an addressee answers to a recommendation."""

    FOLLOWED = "followed"
    FOLLOWED_IN_PART = "followed_in_part"
    NOT_FOLLOWED = "not_followed"
    DEFERRED = "deferred"


@dataclass(frozen=True, slots=True, kw_only=True)
class Respond:
    """An addressee's reasoned response to a recommendation: one each (D11). What is deferred has a date, `until`."""

    kind: Literal["respond"] = "respond"
    recommendation: str
    addressee: str
    answer: Answer
    reasons: Body
    until: Annotated[datetime | None, UNSET] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueDecision:
    """The deciding authority issues the decision, once every response is in.

    `reasons` are a document of their own, apart from the synthesis (environment code, L123-19-1). Under an embargo only
    those who sign, conduct or guarantee the concertation and the early readers, who are members, read it before.
    """

    kind: Literal["issue_decision"] = "issue_decision"
    text: Body
    reasons: Annotated[Body | None, UNSET] = None
    embargo_until: Annotated[datetime | None, UNSET] = None
    early_readers: Annotated[tuple[str, ...] | None, UNSET] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RectifyDecision:
    """A new version of a decision that was issued; the old one is kept. Without `reasons` those before still hold."""

    kind: Literal["rectify_decision"] = "rectify_decision"
    text: Body
    reason: str
    reasons: Annotated[Body | None, UNSET] = None


DecidingAct = Respond | IssueDecision | RectifyDecision
