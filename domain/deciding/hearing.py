"""Hearings in the window of their stage: set, moved, held or cancelled (D6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from domain import events as ev
from domain.acts import CancelHearing, HoldHearing, MoveHearing, ScheduleHearing
from domain.deciding.act_rule import ActRule
from domain.deciding.hearing_at_hand import (
    clash,
    hearing_of,
    stage_ahead,
    stage_conducted,
    too_late,
    too_many,
)
from domain.deciding.people import is_member
from domain.deciding.turn import Turn, not_open
from domain.hearings.conflicts import Sitting, sitting_of
from domain.hearings.days import rest_day
from domain.process import HearingState, StageRun, State
from domain.refusals import Code, Refusal
from domain.territories import known


def schedule_hearing(turn: Turn, act: ScheduleHearing) -> Refusal | None:
    """Set a hearing inside the window of its stage, not on a day of rest, not across another one."""
    placed = stage_conducted(turn, act.kind)
    if isinstance(placed, Refusal):
        return placed
    placed = stage_ahead(turn)
    if isinstance(placed, Refusal):
        return placed
    stage, run = placed
    if act.hearing in turn.process.hearings:
        return Refusal(Code.ALREADY_EXISTS, {"id": act.hearing}, ("hearing",))
    witnesses = tuple(dict.fromkeys(act.witnesses))
    sitting = Sitting(
        starts_at=act.starts_at,
        ends_at=act.ends_at,
        witnesses=witnesses,
        room=act.room,
        territory=act.territory,
    )
    if refusal := _ill_timed(turn, run, sitting):
        return refusal
    for witness in witnesses:
        if not is_member(turn, witness):
            return Refusal(Code.UNKNOWN_MEMBER, {"member": witness}, ("witnesses",))
    if act.capacity is not None and act.capacity < 1:
        return Refusal(Code.INPUT_INVALID, {"field": "capacity"}, ("capacity",))
    if refusal := too_many(act.capacity, len(witnesses), "witnesses"):
        return refusal
    if refusal := too_late(turn, stage, sitting, act.urgent, "starts_at"):
        return refusal
    if refusal := clash(turn, sitting, "starts_at"):
        return refusal
    turn.tell(
        ev.HearingScheduled(
            hearing=act.hearing,
            starts_at=act.starts_at,
            ends_at=act.ends_at,
            witnesses=witnesses,
            place=act.place,
            room=act.room,
            territory=act.territory,
            capacity=act.capacity,
            link=act.link,
            urgent=act.urgent,
        ),
        run.key,
    )
    return None


def move_hearing(turn: Turn, act: MoveHearing) -> Refusal | None:
    """Move a hearing as its author saw it; the same holds for its new time and room as for the first."""
    placed = stage_conducted(turn, act.kind)
    if isinstance(placed, Refusal):
        return placed
    placed = stage_ahead(turn)
    if isinstance(placed, Refusal):
        return placed
    hearing = hearing_of(turn, act.hearing, HearingState.SCHEDULED)
    if isinstance(hearing, Refusal):
        return hearing
    if act.seen_starts_at != hearing.starts_at:
        return _changed(placed[1], hearing.starts_at)
    if not act.reason.strip():
        return Refusal(Code.REASON_REQUIRED, {}, ("reason",))
    sitting = replace(
        sitting_of(hearing),
        starts_at=act.starts_at,
        ends_at=act.ends_at,
        room=hearing.room if act.room is None else act.room,
    )
    if refusal := _ill_timed(turn, placed[1], sitting):
        return refusal
    if refusal := too_late(turn, placed[0], sitting, act.urgent, "starts_at"):
        return refusal
    if refusal := clash(turn, sitting, "starts_at"):
        return refusal
    turn.tell(
        ev.HearingMoved(
            hearing=hearing.id,
            starts_at=act.starts_at,
            ends_at=act.ends_at,
            seen_starts_at=act.seen_starts_at,
            reason=act.reason,
            room=act.room,
            place=act.place,
            urgent=act.urgent,
        ),
        placed[1].key,
    )
    return None


def _changed(run: StageRun, actual: datetime) -> Refusal:
    return Refusal(Code.STAGE_CHANGED, {"stage": run.key, "actual": actual.isoformat()}, ("seen_starts_at",))


def _ill_timed(turn: Turn, run: StageRun, sitting: Sitting) -> Refusal | None:
    """Refuse what is outside the window, past, or on a Sunday or public holiday of the territory."""
    opens_at = run.opens_at or run.planned_opens_at
    closes_at = run.closes_at or run.planned_closes_at
    if not (opens_at <= sitting.starts_at < sitting.ends_at <= closes_at):
        return Refusal(
            Code.HEARING_OUTSIDE_WINDOW,
            {"opensAt": opens_at.isoformat(), "closesAt": closes_at.isoformat()},
            ("starts_at",),
        )
    if sitting.starts_at < turn.now:
        return Refusal(
            Code.DATE_IN_PAST,
            {"at": sitting.starts_at.isoformat(), "now": turn.now.isoformat()},
            ("starts_at",),
        )
    if sitting.territory is not None and not known(sitting.territory):
        return Refusal(Code.INPUT_INVALID, {"field": "territory"}, ("territory",))
    if sitting.territory is None or turn.procedure.sandbox:
        return None
    day = rest_day(sitting.territory, sitting.starts_at, sitting.ends_at)
    if day is None:
        return None
    args: dict[str, str | int] = {"day": day.isoformat(), "territory": sitting.territory}
    return Refusal(Code.HEARING_ON_HOLIDAY, args, ("starts_at",))


def hold_hearing(turn: Turn, act: HoldHearing) -> Refusal | None:
    """Record that a hearing took place; not before it began."""
    placed = stage_conducted(turn, act.kind)
    if isinstance(placed, Refusal):
        return placed
    hearing = hearing_of(turn, act.hearing, HearingState.SCHEDULED)
    if isinstance(hearing, Refusal):
        return hearing
    if placed[1].state not in (State.OPEN, State.CLOSED):
        return not_open(placed[1], turn.now)
    if turn.now < hearing.starts_at:
        return Refusal(Code.HEARING_NOT_STARTED, {"startsAt": hearing.starts_at.isoformat()}, ("hearing",))
    if not set(act.heard) <= set(hearing.witnesses):
        return Refusal(Code.UNKNOWN_MEMBER, {}, ("heard",))
    heard = tuple(dict.fromkeys(act.heard))
    turn.tell(ev.HearingHeld(hearing=hearing.id, heard=heard), placed[1].key)
    return None


def cancel_hearing(turn: Turn, act: CancelHearing) -> Refusal | None:
    """Cancel a hearing that has not been held, with a reason."""
    placed = stage_conducted(turn, act.kind)
    if isinstance(placed, Refusal):
        return placed
    hearing = hearing_of(turn, act.hearing, HearingState.SCHEDULED)
    if isinstance(hearing, Refusal):
        return hearing
    if not act.reason.strip():
        return Refusal(Code.REASON_REQUIRED, {}, ("reason",))
    turn.tell(ev.HearingCancelled(hearing=hearing.id, reason=act.reason), placed[1].key)
    return None


RULES: dict[type, ActRule] = {
    ScheduleHearing: ActRule(schedule_hearing, dates=("starts_at", "ends_at")),
    MoveHearing: ActRule(
        move_hearing,
        quiet=True,
        dates=("starts_at", "ends_at", "seen_starts_at"),
    ),
    HoldHearing: ActRule(hold_hearing, quiet=True),
    CancelHearing: ActRule(cancel_hearing),
}
