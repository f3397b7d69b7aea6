"""Hearings in the window of their stage: set, held or cancelled, recorded, approved by those heard (D6)."""

from __future__ import annotations

from domain import events as ev
from domain.acts import CancelHearing, HoldHearing, RecordHearing, ScheduleHearing
from domain.deciding.act_rule import ActRule
from domain.deciding.balloting import open_ballot
from domain.deciding.people import is_member
from domain.deciding.turn import Turn, not_open
from domain.deciding.works import record_was_refused
from domain.procedure import Kind, Stage
from domain.process import BallotOutcome, Hearing, HearingState, Purpose, StageRun, State
from domain.refusals import Code, Refusal
from domain.rights import Scope


def _entitled_in(turn: Turn, act: str) -> tuple[Stage, StageRun] | Refusal:
    placed = turn.place(Kind.HEARINGS)
    if isinstance(placed, Refusal):
        return placed
    if turn.is_suspended(placed[1]):
        return Refusal(Code.SUSPENDED, {"stage": placed[1].key}, ("stage",))
    entitled = turn.entitle(act, Scope(lane=placed[0].lane))
    return entitled if isinstance(entitled, Refusal) else placed


def _hearing(turn: Turn, hearing_id: str) -> Hearing | Refusal:
    hearing = turn.process.hearings.get(hearing_id)
    run = turn.process.runs.get(turn.stage or "")
    if hearing is None or run is None or hearing.stage != run.key or hearing.round != run.round:
        return Refusal(Code.UNKNOWN_HEARING, {"hearing": hearing_id}, ("hearing",))
    return hearing


def _wrong_state(hearing: Hearing) -> Refusal:
    return Refusal(Code.HEARING_WRONG_STATE, {"hearing": hearing.id, "state": hearing.state}, ("hearing",))


def schedule_hearing(turn: Turn, act: ScheduleHearing) -> Refusal | None:
    """Set a hearing inside the window of its stage."""
    placed = _entitled_in(turn, act.kind)
    if isinstance(placed, Refusal):
        return placed
    _, run = placed
    if run.state not in (State.PENDING, State.AWAITING_OPENING, State.OPEN):
        return Refusal(Code.STAGE_WRONG_STATE, {"stage": run.key, "state": run.state}, ("stage",))
    if act.hearing in turn.process.hearings:
        return Refusal(Code.ALREADY_EXISTS, {"id": act.hearing}, ("hearing",))
    opens_at = run.opens_at or run.planned_opens_at
    closes_at = run.closes_at or run.planned_closes_at
    if not (opens_at <= act.starts_at < act.ends_at <= closes_at):
        return Refusal(
            Code.HEARING_OUTSIDE_WINDOW,
            {"opensAt": opens_at.isoformat(), "closesAt": closes_at.isoformat()},
            ("starts_at",),
        )
    if act.starts_at < turn.now:
        return Refusal(
            Code.DATE_IN_PAST, {"at": act.starts_at.isoformat(), "now": turn.now.isoformat()}, ("starts_at",)
        )
    for witness in act.witnesses:
        if not is_member(turn, witness):
            return Refusal(Code.UNKNOWN_MEMBER, {"member": witness}, ("witnesses",))
    turn.tell(
        ev.HearingScheduled(
            hearing=act.hearing,
            starts_at=act.starts_at,
            ends_at=act.ends_at,
            witnesses=tuple(dict.fromkeys(act.witnesses)),
            place=act.place,
        ),
        run.key,
    )
    return None


def hold_hearing(turn: Turn, act: HoldHearing) -> Refusal | None:
    """Record that a hearing took place; not before it began."""
    placed = _entitled_in(turn, act.kind)
    if isinstance(placed, Refusal):
        return placed
    hearing = _hearing(turn, act.hearing)
    if isinstance(hearing, Refusal):
        return hearing
    if hearing.state is not HearingState.SCHEDULED:
        return _wrong_state(hearing)
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
    placed = _entitled_in(turn, act.kind)
    if isinstance(placed, Refusal):
        return placed
    hearing = _hearing(turn, act.hearing)
    if isinstance(hearing, Refusal):
        return hearing
    if hearing.state is not HearingState.SCHEDULED:
        return _wrong_state(hearing)
    if not act.reason.strip():
        return Refusal(Code.REASON_REQUIRED, {}, ("reason",))
    turn.tell(ev.HearingCancelled(hearing=hearing.id, reason=act.reason), placed[1].key)
    return None


def record_hearing(turn: Turn, act: RecordHearing) -> Refusal | None:
    """Hand in the record; those heard approve it by ballot where the procedure says so."""
    placed = _entitled_in(turn, act.kind)
    if isinstance(placed, Refusal):
        return placed
    stage, run = placed
    hearing = _hearing(turn, act.hearing)
    if isinstance(hearing, Refusal):
        return hearing
    if hearing.state is not HearingState.HELD and not record_was_refused(turn.process, hearing):
        return _wrong_state(hearing)
    turn.tell(ev.HearingRecorded(hearing=hearing.id, record=act.record), run.key)
    if stage.record_approval is None or not hearing.heard:
        turn.conclude(
            ev.HearingRecordApproved(hearing=hearing.id, outcome=BallotOutcome.DEEMED_GIVEN), run.key
        )
        return None
    open_ballot(
        turn,
        purpose=Purpose.RECORD,
        rule=stage.record_approval,
        seats=hearing.heard,
        subject=act.record.digest,
        stage=run.key,
        about=hearing.id,
    )
    return None


RULES: dict[type, ActRule] = {
    ScheduleHearing: ActRule(
        schedule_hearing, after_launch=True, in_common=True, quiet=True, dates=("starts_at", "ends_at")
    ),
    HoldHearing: ActRule(hold_hearing, after_launch=True, in_common=True),
    CancelHearing: ActRule(cancel_hearing, after_launch=True, in_common=True),
    RecordHearing: ActRule(record_hearing, after_launch=True, in_common=True),
}
