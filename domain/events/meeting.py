"""Facts of the council's meetings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from domain.acts import Attendance, Body
from domain.process import Presence


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingConvened:
    """A meeting was convened; a second time, where `second_of` missed its quorum."""

    kind: Literal["meeting_convened"] = "meeting_convened"
    meeting: str
    starts_at: datetime
    ends_at: datetime
    agenda: Body
    place: Body | None = None
    second_of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingCancelled:
    """A meeting will not be held."""

    kind: Literal["meeting_cancelled"] = "meeting_cancelled"
    meeting: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingHeld:
    """A meeting was held; how each seat took part, and whether that made a quorum."""

    kind: Literal["meeting_held"] = "meeting_held"
    meeting: str
    attendance: dict[str, Attendance]
    count: Presence


@dataclass(frozen=True, slots=True, kw_only=True)
class MinutesRecorded:
    """A version of the minutes of a meeting."""

    kind: Literal["minutes_recorded"] = "minutes_recorded"
    meeting: str
    minutes: Body
    version: int


MeetingFact = MeetingConvened | MeetingCancelled | MeetingHeld | MinutesRecorded
