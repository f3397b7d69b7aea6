"""The state of the council's meetings."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.acts import Attendance, Body
from domain.enumeration import direct


@direct
class MeetingState(StrEnum):
    """Where a meeting stands."""

    CONVENED = "convened"
    HELD = "held"
    CANCELLED = "cancelled"
    RECORDED = "recorded"


@dataclass(frozen=True, kw_only=True)
class Presence:
    """Who took part in a meeting, in numbers."""

    entitled: int
    """Seats of the base: held, by somebody who does not stand aside, one for each person."""
    present: int
    """Seats present, remote or represented."""
    quorum: int
    """Number of seats that the quorum asks for; 0 where none is needed."""

    @property
    def is_quorate(self) -> bool:
        """Say whether enough took part. Somebody must always."""
        return self.present > 0 and self.present >= self.quorum


@dataclass(frozen=True, kw_only=True)
class Meeting:
    """A meeting of the council on one review."""

    id: str
    stage: str
    round: int
    starts_at: datetime
    ends_at: datetime
    agenda: Body
    convened_at: datetime
    place: Body | None = None
    second_of: str | None = None
    """The meeting whose quorum was missed; then none is needed (CRPA R133-10)."""
    state: MeetingState = MeetingState.CONVENED
    attendance: dict[str, Attendance] = field(default_factory=dict)
    """By seat; of those not named nobody was there."""
    count: Presence | None = None
    minutes: Body | None = None
    version: int = 0
    """The number of the latest version of the minutes; 0 before the first."""

    @property
    def is_quorate(self) -> bool:
        """Say whether it was held by enough of its members."""
        return self.count is not None and self.count.is_quorate
