"""The state of the decision: responses, and its versions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.acts import Answer, Body


@dataclass(frozen=True, kw_only=True)
class Response:
    """The reasoned response of one addressee to one recommendation."""

    recommendation: str
    addressee: str
    answer: Answer
    reasons: Body
    at: datetime
    version: int


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A version of the decision."""

    text: Body
    at: datetime
    round: int
    stage: str
    version: int
    reason: str | None = None
