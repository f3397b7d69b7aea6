"""The schedule of a stage: extension, postponement, early closing, suspension, reopening, rectification, abandonment.

Six different acts, each with a reason, and none that shortens a minimum.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from domain import events as ev
from domain.acts import (
    Abandon,
    CloseStageEarly,
    ExtendStage,
    PostponeStage,
    RectifyStage,
    ReopenStage,
    Resume,
    Suspend,
)
from domain.deciding.act_rule import ActRule
from domain.deciding.balloting import supersede_all
from domain.deciding.outcomes import supersede_gate
from domain.deciding.turn import Turn
from domain.deciding.works import decisions_of, is_decided
from domain.procedure import Kind, Stage
from domain.process import StageRun, State, next_embargo_end
from domain.refusals import Code, Refusal


def _needs_reason(reason: str) -> Refusal | None:
    return None if reason.strip() else Refusal(Code.REASON_REQUIRED, {}, ("reason",))


def _changed(run: StageRun, seen: datetime, actual: datetime, field: str) -> Refusal | None:
    """Refuse an act whose author saw another date than the one that stands: somebody was faster."""
    if seen == actual:
        return None
    return Refusal(
        Code.STAGE_CHANGED,
        {"stage": run.key, "seen": seen.isoformat(), "actual": actual.isoformat()},
        (field,),
    )


def _within_maximum(stage: Stage, run: StageRun, closes_at: datetime) -> Refusal | None:
    maximum = stage.duration.maximum
    opens_at = run.opens_at or run.planned_opens_at
    if maximum is None or closes_at - opens_at - run.suspended_for <= maximum:
        return None
    latest = opens_at + maximum + run.suspended_for
    return Refusal(
        Code.BEYOND_MAXIMUM,
        {"stage": run.key, "at": closes_at.isoformat(), "latest": latest.isoformat()},
        ("closes_at",),
    )


def extend_stage(turn: Turn, act: ExtendStage) -> Refusal | None:
    """Move the closing of an open stage to a later instant, up to its maximum."""
    placed = turn.open_place()
    if isinstance(placed, Refusal):
        return placed
    stage, run = placed
    if refusal := _needs_reason(act.reason):
        return refusal
    assert run.closes_at is not None
    if refusal := _changed(run, act.seen_closes_at, run.closes_at, "seen_closes_at"):
        return refusal
    if act.closes_at <= max(run.closes_at, turn.now):
        return Refusal(
            Code.DATE_NOT_LATER,
            {"stage": run.key, "at": act.closes_at.isoformat(), "after": run.closes_at.isoformat()},
            ("closes_at",),
        )
    if refusal := _within_maximum(stage, run, act.closes_at):
        return refusal
    turn.tell(
        ev.StageExtended(
            closes_at=act.closes_at,
            entry_closes_at=act.closes_at + stage.entry_window,
            before=run.closes_at,
            reason=act.reason,
        ),
        run.key,
    )
    return None


def postpone_stage(turn: Turn, act: PostponeStage) -> Refusal | None:
    """Move the opening of a stage that has not opened; its closing moves as much."""
    placed = turn.place()
    if isinstance(placed, Refusal):
        return placed
    _, run = placed
    if run.state not in (State.PENDING, State.AWAITING_OPENING):
        return Refusal(Code.STAGE_WRONG_STATE, {"stage": run.key, "state": run.state}, ("stage",))
    if refusal := _needs_reason(act.reason):
        return refusal
    if refusal := _changed(run, act.seen_opens_at, run.planned_opens_at, "seen_opens_at"):
        return refusal
    if act.opens_at <= max(run.planned_opens_at, turn.now):
        return Refusal(
            Code.DATE_NOT_LATER,
            {"stage": run.key, "at": act.opens_at.isoformat(), "after": run.planned_opens_at.isoformat()},
            ("opens_at",),
        )
    closes_at = run.planned_closes_at + (act.opens_at - run.planned_opens_at)
    turn.tell(
        ev.StagePostponed(
            opens_at=act.opens_at, closes_at=closes_at, before=run.planned_opens_at, reason=act.reason
        ),
        run.key,
    )
    return None


def close_stage_early(turn: Turn, act: CloseStageEarly) -> Refusal | None:
    """Move the closing of an open stage to an earlier instant, never before its minimum (D2)."""
    placed = turn.open_place()
    if isinstance(placed, Refusal):
        return placed
    stage, run = placed
    if refusal := _needs_reason(act.reason):
        return refusal
    assert run.closes_at is not None
    assert run.opens_at is not None
    if refusal := _changed(run, act.seen_closes_at, run.closes_at, "seen_closes_at"):
        return refusal
    if act.closes_at < turn.now:
        return Refusal(
            Code.DATE_IN_PAST, {"at": act.closes_at.isoformat(), "now": turn.now.isoformat()}, ("closes_at",)
        )
    if act.closes_at >= run.closes_at:
        return Refusal(
            Code.DATE_NOT_EARLIER,
            {"stage": run.key, "at": act.closes_at.isoformat(), "before": run.closes_at.isoformat()},
            ("closes_at",),
        )
    earliest = run.opens_at + stage.duration.minimum + run.suspended_for
    if act.closes_at < earliest:
        return Refusal(
            Code.BELOW_MINIMUM,
            {"stage": run.key, "at": act.closes_at.isoformat(), "earliest": earliest.isoformat()},
            ("closes_at",),
        )
    embargo = next_embargo_end(decisions_of(turn.process, run))
    if embargo is not None and act.closes_at < embargo:
        return Refusal(Code.DECISION_EMBARGOED, {"until": embargo.isoformat()}, ("closes_at",))
    turn.tell(
        ev.StageClosingAdvanced(
            closes_at=act.closes_at,
            entry_closes_at=act.closes_at + stage.entry_window,
            before=run.closes_at,
            reason=act.reason,
        ),
        run.key,
    )
    return None


def suspend(turn: Turn, act: Suspend) -> Refusal | None:
    """Stop the clock of a stage, or of everything where the command names none."""
    if refusal := _needs_reason(act.reason):
        return refusal
    if turn.process.suspended_at is not None:
        return Refusal(Code.SUSPENDED, {"stage": turn.stage or ""})
    if turn.stage is not None:
        placed = turn.place()
        if isinstance(placed, Refusal):
            return placed
        run = placed[1]
        if run.suspended_at is not None:
            return Refusal(Code.SUSPENDED, {"stage": run.key}, ("stage",))
        if run.state in (State.SEALING, State.CONCLUDED, State.SUPERSEDED):
            return Refusal(Code.STAGE_WRONG_STATE, {"stage": run.key, "state": run.state}, ("stage",))
    turn.tell(ev.Suspended(reason=act.reason), turn.stage)
    return None


def resume(turn: Turn, act: Resume) -> Refusal | None:
    """Start the clock again; what was left is shifted by the length of the suspension."""
    if refusal := _needs_reason(act.reason):
        return refusal
    since = turn.process.suspended_at
    if turn.stage is not None:
        if since is not None:
            return Refusal(Code.SUSPENDED, {"stage": turn.stage}, ("stage",))
        placed = turn.place()
        if isinstance(placed, Refusal):
            return placed
        since = placed[1].suspended_at
    if since is None:
        return Refusal(Code.NOT_SUSPENDED, {"stage": turn.stage or ""}, ("stage",))
    lasted: timedelta = turn.now - since
    turn.tell(ev.Resumed(seconds=lasted.total_seconds(), reason=act.reason), turn.stage)
    return None


def reopen_stage(turn: Turn, act: ReopenStage) -> Refusal | None:
    """Open a closed stage again after an incident, within its maximum, until it is concluded."""
    placed = turn.place(Kind.CALL_FOR_INPUT, Kind.HEARINGS)
    if isinstance(placed, Refusal):
        return placed
    stage, run = placed
    if refusal := _needs_reason(act.reason):
        return refusal
    if is_decided(turn.process):
        return Refusal(Code.DECISION_OUT, {})
    if turn.is_suspended(run):
        return Refusal(Code.SUSPENDED, {"stage": run.key}, ("stage",))
    if run.state not in (State.CLOSED, State.SEALED, State.AWAITING_CONCLUSION):
        return Refusal(Code.STAGE_WRONG_STATE, {"stage": run.key, "state": run.state}, ("stage",))
    if act.closes_at <= turn.now:
        return Refusal(
            Code.DATE_IN_PAST, {"at": act.closes_at.isoformat(), "now": turn.now.isoformat()}, ("closes_at",)
        )
    if refusal := _within_maximum(stage, run, act.closes_at):
        return refusal
    supersede_gate(turn, run)
    turn.tell(
        ev.StageReopened(
            closes_at=act.closes_at, entry_closes_at=act.closes_at + stage.entry_window, reason=act.reason
        ),
        run.key,
    )
    return None


def rectify_stage(turn: Turn, act: RectifyStage) -> Refusal | None:
    """Let clerks add what was left out of a sealed set; refused once the decision is out."""
    placed = turn.place(Kind.CALL_FOR_INPUT)
    if isinstance(placed, Refusal):
        return placed
    _, run = placed
    if refusal := _needs_reason(act.reason):
        return refusal
    if is_decided(turn.process):
        return Refusal(Code.DECISION_OUT, {})
    if turn.is_suspended(run):
        return Refusal(Code.SUSPENDED, {"stage": run.key}, ("stage",))
    rectifiable = (State.SEALED, State.AWAITING_CONCLUSION, State.CONCLUDED)
    if run.state not in rectifiable or run.rectifying_until is not None:
        return Refusal(Code.STAGE_WRONG_STATE, {"stage": run.key, "state": run.state}, ("stage",))
    if act.until <= turn.now:
        return Refusal(
            Code.DATE_IN_PAST, {"at": act.until.isoformat(), "now": turn.now.isoformat()}, ("until",)
        )
    supersede_gate(turn, run)
    turn.tell(ev.RectificationOpened(until=act.until, reason=act.reason), run.key)
    return None


def abandon(turn: Turn, act: Abandon) -> Refusal | None:
    """End without a decision."""
    if refusal := _needs_reason(act.reason):
        return refusal
    supersede_all(turn)
    turn.tell(ev.ConcertationAbandoned(reason=act.reason))
    return None


RULES: dict[type, ActRule] = {
    ExtendStage: ActRule(extend_stage, dates=("closes_at",)),
    PostponeStage: ActRule(postpone_stage, dates=("opens_at",)),
    CloseStageEarly: ActRule(close_stage_early, dates=("closes_at",)),
    Suspend: ActRule(suspend),
    Resume: ActRule(resume),
    ReopenStage: ActRule(reopen_stage, dates=("closes_at",)),
    RectifyStage: ActRule(rectify_stage, dates=("until",)),
    Abandon: ActRule(abandon),
}
