"""Acts of the decision: reasoned responses, the decision and its rectifications."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from domain.acts.body import Body
from domain.enumeration import direct


@direct
class Answer(StrEnum):
    """What an addressee answers to a recommendation."""

    FOLLOWED = "followed"
    FOLLOWED_IN_PART = "followed_in_part"
    NOT_FOLLOWED = "not_followed"
    DEFERRED = "deferred"


@dataclass(frozen=True, slots=True, kw_only=True)
class Respond:
    """An addressee's reasoned response to a recommendation: one each (D11)."""

    kind: Literal["respond"] = "respond"
    recommendation: str
    addressee: str
    answer: Answer
    reasons: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueDecision:
    """The deciding authority issues the decision, once every response is in."""

    kind: Literal["issue_decision"] = "issue_decision"
    text: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class RectifyDecision:
    """A new version of a decision that is out; the old one is kept."""

    kind: Literal["rectify_decision"] = "rectify_decision"
    text: Body
    reason: str


DecidingAct = Respond | IssueDecision | RectifyDecision
