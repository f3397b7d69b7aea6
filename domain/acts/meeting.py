"""Acts about the council's meetings: convened, cancelled, held, with their minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from domain.acts.body import Body
from domain.enumeration import direct


@direct
class Attendance(StrEnum):
    """How a seat took part in a meeting. Who is remote or represented counts in the quorum (CRPA R133-8, R133-9)."""

    PRESENT = "present"
    REMOTE = "remote"
    REPRESENTED = "represented"
    """By another seat, which holds its mandate."""
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConveneMeeting:
    """Convene the council, with notice. `second_of` names the meeting whose quorum was missed."""

    kind: Literal["convene_meeting"] = "convene_meeting"
    meeting: str
    starts_at: datetime
    ends_at: datetime
    agenda: Body
    place: Body | None = None
    second_of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelMeeting:
    """Cancel a meeting that was not held, with a reason."""

    kind: Literal["cancel_meeting"] = "cancel_meeting"
    meeting: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldMeeting:
    """Record that a meeting was held, and how each seat took part; seats that are not named were absent."""

    kind: Literal["hold_meeting"] = "hold_meeting"
    meeting: str
    attendance: dict[str, Attendance]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordMinutes:
    """Hand in the minutes (procès-verbal) of a meeting, or a corrected version of them."""

    kind: Literal["record_minutes"] = "record_minutes"
    meeting: str
    minutes: Body


MeetingAct = ConveneMeeting | CancelMeeting | HoldMeeting | RecordMinutes
