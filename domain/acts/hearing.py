"""Acts about hearings: set, held or cancelled, recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from domain.acts.body import Body


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleHearing:
    """Set a hearing inside the window of its stage. `place` is a body (address, room, link)."""

    kind: Literal["schedule_hearing"] = "schedule_hearing"
    hearing: str
    starts_at: datetime
    ends_at: datetime
    witnesses: tuple[str, ...]
    place: Body | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldHearing:
    """Record that a hearing took place, and who was heard."""

    kind: Literal["hold_hearing"] = "hold_hearing"
    hearing: str
    heard: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelHearing:
    """Cancel a hearing, with a reason."""

    kind: Literal["cancel_hearing"] = "cancel_hearing"
    hearing: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordHearing:
    """Hand in the record of a hearing; those heard approve it where the procedure says so."""

    kind: Literal["record_hearing"] = "record_hearing"
    hearing: str
    record: Body


HearingAct = ScheduleHearing | HoldHearing | CancelHearing | RecordHearing
