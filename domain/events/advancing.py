"""Facts of the course of things: what time, gates and seals bring about, stage by stage and round by round."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from domain.acts import SealFigures
from domain.process import Outcome, PlannedStage


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundOpened:
    """A referral back opened the next round at a stage; it carries the new planned calendar."""

    kind: Literal["round_opened"] = "round_opened"
    number: int
    from_stage: str
    calendar: dict[str, PlannedStage]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageAwaitsOpening:
    """The stage waits at the gate before its opening."""

    kind: Literal["stage_awaits_opening"] = "stage_awaits_opening"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageOpened:
    """The stage is open in [opens_at, closes_at). `late`: the announced dates could not be kept."""

    kind: Literal["stage_opened"] = "stage_opened"
    opens_at: datetime
    closes_at: datetime
    entry_closes_at: datetime
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StageOverdue:
    """The term of a stage has passed and its work is not delivered: it waits, in public."""

    kind: Literal["stage_overdue"] = "stage_overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageClosed:
    """The answering ended at `closes_at`; what arrived in time on paper may still be entered."""

    kind: Literal["stage_closed"] = "stage_closed"
    closes_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SealingBegun:
    """Nothing can be entered any more; the set is being sealed."""

    kind: Literal["sealing_begun"] = "sealing_begun"
    supplementary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QuorumMissed:
    """A finding: colleges (or `hearings`) that missed what was asked, with what was reached and asked."""

    kind: Literal["quorum_missed"] = "quorum_missed"
    reached: dict[str, int]
    asked: dict[str, int]
    consequence: Literal["extend", "go_on_published", "stop"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSealed:
    """The set is frozen: counts and Merkle root."""

    kind: Literal["stage_sealed"] = "stage_sealed"
    figures: SealFigures
    supplementary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StageAwaitsConclusion:
    """The stage waits at the gate before its conclusion."""

    kind: Literal["stage_awaits_conclusion"] = "stage_awaits_conclusion"


@dataclass(frozen=True, slots=True, kw_only=True)
class GatePassed:
    """A gate was passed (or, where the procedure says so, refused and gone on from, published)."""

    kind: Literal["gate_passed"] = "gate_passed"
    gate: Literal["opening", "conclusion"]
    ballot: str
    in_spite_of_refusal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GateReturned:
    """A gate refused: its subject is back with its authors."""

    kind: Literal["gate_returned"] = "gate_returned"
    gate: Literal["opening", "conclusion"]
    ballot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StageConcluded:
    """The stage is over; what comes after it may begin."""

    kind: Literal["stage_concluded"] = "stage_concluded"


@dataclass(frozen=True, slots=True, kw_only=True)
class LastResortApplied:
    """No round was left (or no time): the procedure's last resort applies."""

    kind: Literal["last_resort_applied"] = "last_resort_applied"
    consequence: Literal["go_on_published", "stop"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcertationEnded:
    """The end, and how."""

    kind: Literal["concertation_ended"] = "concertation_ended"
    outcome: Outcome


AdvancingFact = (
    RoundOpened
    | StageAwaitsOpening
    | StageOpened
    | StageOverdue
    | StageClosed
    | SealingBegun
    | QuorumMissed
    | StageSealed
    | StageAwaitsConclusion
    | GatePassed
    | GateReturned
    | StageConcluded
    | LastResortApplied
    | ConcertationEnded
)
