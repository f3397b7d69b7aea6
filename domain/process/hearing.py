"""The state of hearings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.acts import Body
from domain.enumeration import direct
from domain.process.balloting import BallotOutcome


@direct
class HearingState(StrEnum):
    """Where a hearing stands."""

    SCHEDULED = "scheduled"
    HELD = "held"
    CANCELLED = "cancelled"
    RECORDED = "recorded"
    APPROVED = "approved"


@dataclass(frozen=True, kw_only=True)
class Hearing:
    """A hearing in the window of its stage."""

    id: str
    stage: str
    round: int
    starts_at: datetime
    ends_at: datetime
    witnesses: tuple[str, ...]
    state: HearingState = HearingState.SCHEDULED
    place: Body | None = None
    heard: tuple[str, ...] = ()
    record: Body | None = None
    ballot: str | None = None
    approval: BallotOutcome | None = None
