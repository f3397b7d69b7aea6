"""Facts about the schedule of a stage, and about the clock of everything: dates that people moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class StageExtended:
    """The closing moved to a later instant (prorogation)."""

    kind: Literal["stage_extended"] = "stage_extended"
    closes_at: datetime
    entry_closes_at: datetime
    before: datetime
    reason: str
    automatic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePostponed:
    """The planned opening moved to a later instant (report)."""

    kind: Literal["stage_postponed"] = "stage_postponed"
    opens_at: datetime
    closes_at: datetime
    before: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StageClosingAdvanced:
    """The closing moved to an earlier instant, not before the minimum."""

    kind: Literal["stage_closing_advanced"] = "stage_closing_advanced"
    closes_at: datetime
    entry_closes_at: datetime
    before: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StageReopened:
    """A closed stage is open again (réouverture), or a gate sent it back."""

    kind: Literal["stage_reopened"] = "stage_reopened"
    closes_at: datetime
    entry_closes_at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RectificationOpened:
    """Clerks may add what was left out of a sealed set, until an instant."""

    kind: Literal["rectification_opened"] = "rectification_opened"
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspended:
    """The clock of a stage (or of everything, where the event names no stage) stopped."""

    kind: Literal["suspended"] = "suspended"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """The clock runs again; what was left is shifted by `seconds`."""

    kind: Literal["resumed"] = "resumed"
    seconds: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcertationAbandoned:
    """The end, without a decision."""

    kind: Literal["concertation_abandoned"] = "concertation_abandoned"
    reason: str


SchedulingFact = (
    StageExtended
    | StagePostponed
    | StageClosingAdvanced
    | StageReopened
    | RectificationOpened
    | Suspended
    | Resumed
    | ConcertationAbandoned
)
