"""Acts about the schedule of a stage, and about the clock of everything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendStage:
    """Move the closing of an open stage to a later instant (prorogation)."""

    kind: Literal["extend_stage"] = "extend_stage"
    closes_at: datetime
    seen_closes_at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostponeStage:
    """Move the opening of a stage that has not opened (report); its closing moves as much."""

    kind: Literal["postpone_stage"] = "postpone_stage"
    opens_at: datetime
    seen_opens_at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseStageEarly:
    """Move the closing of an open stage to an earlier instant, never before its minimum."""

    kind: Literal["close_stage_early"] = "close_stage_early"
    closes_at: datetime
    seen_closes_at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspend:
    """Stop the clock: of the stage that the command names, or of everything."""

    kind: Literal["suspend"] = "suspend"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """Start the clock again; what was left is shifted by the length of the suspension."""

    kind: Literal["resume"] = "resume"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenStage:
    """Open a closed stage again after an incident (réouverture)."""

    kind: Literal["reopen_stage"] = "reopen_stage"
    closes_at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RectifyStage:
    """Let clerks add what was left out of a sealed set until an instant; a supplementary seal follows."""

    kind: Literal["rectify_stage"] = "rectify_stage"
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Abandon:
    """End the concertation without a decision."""

    kind: Literal["abandon"] = "abandon"
    reason: str


SchedulingAct = (
    ExtendStage | PostponeStage | CloseStageEarly | Suspend | Resume | ReopenStage | RectifyStage | Abandon
)
