"""Records of hearings: drafted, handed in, corrected or approved by those heard within a deadline."""

from __future__ import annotations

from domain import events as ev
from domain.acts import CastVote, CorrectRecord, DraftRecord, Position, RecordHearing
from domain.deciding.act_rule import ActRule
from domain.deciding.balloting import cast_vote, open_ballot
from domain.deciding.hearing_at_hand import (
    for_themself,
    hearing_of,
    running_stage,
    stage_conducted,
    wrong_state,
)
from domain.deciding.turn import Turn
from domain.deciding.works import record_was_refused
from domain.process import BallotOutcome, Hearing, HearingState, Purpose
from domain.refusals import Code, Refusal


def _unrecorded(turn: Turn, name: str) -> Hearing | Refusal:
    """Give a hearing that was held and has no record, or one that those heard refused."""
    hearing = hearing_of(turn, name)
    if isinstance(hearing, Refusal):
        return hearing
    if hearing.state is not HearingState.HELD and not record_was_refused(turn.process, hearing):
        return wrong_state(hearing)
    return hearing


def draft_record(turn: Turn, act: DraftRecord) -> Refusal | None:
    """Keep a version of the record; only those who conduct the hearing see it."""
    placed = stage_conducted(turn, act.kind)
    if isinstance(placed, Refusal):
        return placed
    hearing = _unrecorded(turn, act.hearing)
    if isinstance(hearing, Refusal):
        return hearing
    turn.tell(ev.RecordDrafted(hearing=hearing.id, record=act.record), placed[1].key)
    return None


def record_hearing(turn: Turn, act: RecordHearing) -> Refusal | None:
    """Hand in the record; those heard approve it by ballot where the procedure says so."""
    placed = stage_conducted(turn, act.kind)
    if isinstance(placed, Refusal):
        return placed
    stage, run = placed
    hearing = _unrecorded(turn, act.hearing)
    if isinstance(hearing, Refusal):
        return hearing
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


def correct_record(turn: Turn, act: CorrectRecord) -> Refusal | None:
    """Vote against the record one saw, and say what is to be corrected, before the deadline."""
    placed = running_stage(turn)
    if isinstance(placed, Refusal):
        return placed
    hearing = hearing_of(turn, act.hearing)
    if isinstance(hearing, Refusal):
        return hearing
    if turn.actor.member not in hearing.heard:
        return Refusal(Code.NOT_A_WITNESS, {"hearing": hearing.id}, ("hearing",))
    if refusal := for_themself(turn, act.kind):
        return refusal
    ballot = turn.process.ballots.get(hearing.ballot or "")
    if ballot is None:
        return wrong_state(hearing)
    ended = ballot.closed_at or ballot.closes_at
    if ended is not None and (ballot.closed_at is not None or turn.now >= ended):
        return Refusal(Code.RECORD_DEADLINE_PASSED, {"until": ended.isoformat()}, ("hearing",))
    turn.tell(
        ev.RecordCorrected(hearing=hearing.id, ballot=ballot.id, seen=act.seen, text=act.text), placed[1].key
    )
    return cast_vote(turn, CastVote(ballot=ballot.id, subject=act.seen, position=Position.UNFAVOURABLE))


RULES: dict[type, ActRule] = {
    DraftRecord: ActRule(draft_record, quiet=True),
    RecordHearing: ActRule(record_hearing),
    CorrectRecord: ActRule(correct_record),
}
