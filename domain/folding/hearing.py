"""Folding hearings."""

from __future__ import annotations

from domain import events as ev
from domain.events import Event
from domain.folding.changes import Changes, Fold, change_hearing, place
from domain.process import Hearing, HearingState, Process


def _hearing_scheduled(process: Process, event: Event, fact: ev.HearingScheduled) -> Changes:
    round_, stage = place(event)
    hearing = Hearing(
        id=fact.hearing,
        stage=stage,
        round=round_,
        starts_at=fact.starts_at,
        ends_at=fact.ends_at,
        witnesses=fact.witnesses,
        place=fact.place,
    )
    return {"hearings": {**process.hearings, hearing.id: hearing}}


def _hearing_held(process: Process, event: Event, fact: ev.HearingHeld) -> Changes:
    return change_hearing(process, fact.hearing, state=HearingState.HELD, heard=fact.heard)


def _hearing_cancelled(process: Process, event: Event, fact: ev.HearingCancelled) -> Changes:
    return change_hearing(process, fact.hearing, state=HearingState.CANCELLED)


def _hearing_recorded(process: Process, event: Event, fact: ev.HearingRecorded) -> Changes:
    return change_hearing(process, fact.hearing, state=HearingState.RECORDED, record=fact.record, ballot=None)


def _hearing_record_approved(process: Process, event: Event, fact: ev.HearingRecordApproved) -> Changes:
    return change_hearing(process, fact.hearing, state=HearingState.APPROVED, approval=fact.outcome)


FOLDS: dict[type, Fold] = {
    ev.HearingScheduled: _hearing_scheduled,
    ev.HearingHeld: _hearing_held,
    ev.HearingCancelled: _hearing_cancelled,
    ev.HearingRecorded: _hearing_recorded,
    ev.HearingRecordApproved: _hearing_record_approved,
}
