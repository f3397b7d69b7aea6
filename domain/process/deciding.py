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
    until: datetime | None = None
    """By when what is deferred will be answered."""
    round: int | None = None
    stage: str | None = None
    """Where it was given: that stage says from when everybody reads it."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A version of the decision."""

    text: Body
    at: datetime
    round: int
    stage: str
    version: int
    reason: str | None = None
    """Why it was rectified."""
    reasons: Body | None = None
    """The reasons as a document of their own; a rectification without any keeps those before."""
    embargo_until: datetime | None = None
    early_readers: tuple[str, ...] = ()
    """Members who may read it before."""
    published_at: datetime | None = None
    """When the embargo ended, where there was one."""

    @property
    def is_out(self) -> bool:
        """Say whether it is published: there is no embargo, or it is over."""
        return self.embargo_until is None or self.published_at is not None


def next_embargo_end(decisions: tuple[Decision, ...]) -> datetime | None:
    """Give when the next embargo ends that is not over."""
    return min((d.embargo_until for d in decisions if d.embargo_until and not d.is_out), default=None)
