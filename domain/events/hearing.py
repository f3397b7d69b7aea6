"""Facts about hearings: set, held or cancelled, recorded, approved by those heard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from domain.acts import Body
from domain.process import BallotOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingScheduled:
    """A hearing was set."""

    kind: Literal["hearing_scheduled"] = "hearing_scheduled"
    hearing: str
    starts_at: datetime
    ends_at: datetime
    witnesses: tuple[str, ...]
    place: Body | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingHeld:
    """A hearing took place."""

    kind: Literal["hearing_held"] = "hearing_held"
    hearing: str
    heard: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingCancelled:
    """A hearing was cancelled."""

    kind: Literal["hearing_cancelled"] = "hearing_cancelled"
    hearing: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingRecorded:
    """The record of a hearing was handed in."""

    kind: Literal["hearing_recorded"] = "hearing_recorded"
    hearing: str
    record: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingRecordApproved:
    """The record stands: approved by those heard, by vote or by silence, or without need of it."""

    kind: Literal["hearing_record_approved"] = "hearing_record_approved"
    hearing: str
    outcome: BallotOutcome


HearingFact = HearingScheduled | HearingHeld | HearingCancelled | HearingRecorded | HearingRecordApproved
