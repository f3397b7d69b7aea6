"""Folding hearings."""

from __future__ import annotations

from domain import events as ev
from domain.change import changed
from domain.events import Event
from domain.folding.changes import Changes, Fold, change_hearing, place
from domain.process import Call, Hearing, HearingRequest, HearingState, Process, RequestState


def _hearing_scheduled(process: Process, event: Event, fact: ev.HearingScheduled) -> Changes:
    round_, stage = place(event)
    urgent = fact.urgent is not None
    hearing = Hearing(
        id=fact.hearing,
        stage=stage,
        round=round_,
        starts_at=fact.starts_at,
        ends_at=fact.ends_at,
        witnesses=fact.witnesses,
        place=fact.place,
        room=fact.room,
        territory=fact.territory,
        capacity=fact.capacity,
        link=fact.link,
        calls={witness: Call(called_at=event.at, urgent=urgent) for witness in fact.witnesses},
        changed_at=event.at,
    )
    return {"hearings": {**process.hearings, hearing.id: hearing}}


def _anew(process: Process, event: Event, hearing: Hearing, **changes: object) -> Changes:
    """Change what calendars show of a hearing."""
    return change_hearing(process, hearing.id, version=hearing.version + 1, changed_at=event.at, **changes)


def _hearing_moved(process: Process, event: Event, fact: ev.HearingMoved) -> Changes:
    hearing = process.hearings[fact.hearing]
    return _anew(
        process,
        event,
        hearing,
        starts_at=fact.starts_at,
        ends_at=fact.ends_at,
        room=hearing.room if fact.room is None else fact.room,
        place=hearing.place if fact.place is None else fact.place,
        calls={member: changed(call, comes=None) for member, call in hearing.calls.items()},
    )


def _hearing_held(process: Process, event: Event, fact: ev.HearingHeld) -> Changes:
    return change_hearing(process, fact.hearing, state=HearingState.HELD, heard=fact.heard)


def _hearing_cancelled(process: Process, event: Event, fact: ev.HearingCancelled) -> Changes:
    return _anew(process, event, process.hearings[fact.hearing], state=HearingState.CANCELLED)


def _hearing_requested(process: Process, event: Event, fact: ev.HearingRequested) -> Changes:
    round_, stage = place(event)
    request = HearingRequest(
        id=fact.request,
        member=event.actor,
        organisation=fact.organisation,
        stage=stage,
        round=round_,
        lane=fact.lane,
        themes=fact.themes,
        text=fact.text,
        requested_at=event.at,
    )
    return {"requests": {**process.requests, request.id: request}}


def _decided(process: Process, request: str, state: RequestState) -> Changes:
    return {"requests": {**process.requests, request: changed(process.requests[request], state=state)}}


def _request_withdrawn(process: Process, event: Event, fact: ev.RequestWithdrawn) -> Changes:
    return _decided(process, fact.request, RequestState.WITHDRAWN)


def _request_declined(process: Process, event: Event, fact: ev.RequestDeclined) -> Changes:
    return _decided(process, fact.request, RequestState.DECLINED)


def _witness_called(process: Process, event: Event, fact: ev.WitnessCalled) -> Changes:
    hearing = process.hearings[fact.hearing]
    call = Call(called_at=event.at, request=fact.request, urgent=fact.urgent is not None)
    changes = _anew(
        process,
        event,
        hearing,
        witnesses=(*hearing.witnesses, fact.witness),
        calls={**hearing.calls, fact.witness: call},
    )
    if fact.request is not None:
        changes |= _decided(process, fact.request, RequestState.SERVED)
    return changes


def _call_answered(process: Process, event: Event, fact: ev.CallAnswered) -> Changes:
    calls = process.hearings[fact.hearing].calls
    answered = changed(calls[event.actor], comes=fact.comes)
    return change_hearing(process, fact.hearing, calls={**calls, event.actor: answered})


def _witness_replaced(process: Process, event: Event, fact: ev.WitnessReplaced) -> Changes:
    hearing = process.hearings[fact.hearing]
    before = hearing.calls[fact.witness]
    return _anew(
        process,
        event,
        hearing,
        witnesses=tuple(fact.by if member == fact.witness else member for member in hearing.witnesses),
        calls={
            **hearing.calls,
            fact.witness: changed(before, replaced_by=fact.by),
            fact.by: Call(called_at=event.at, request=before.request, urgent=before.urgent),
        },
    )


def _record_drafted(process: Process, event: Event, fact: ev.RecordDrafted) -> Changes:
    return change_hearing(process, fact.hearing, draft=fact.record)


def _hearing_recorded(process: Process, event: Event, fact: ev.HearingRecorded) -> Changes:
    return change_hearing(
        process,
        fact.hearing,
        state=HearingState.RECORDED,
        record=fact.record,
        ballot=None,
        draft=None,
        corrections={},
    )


def _record_corrected(process: Process, event: Event, fact: ev.RecordCorrected) -> Changes:
    corrections = process.hearings[fact.hearing].corrections
    return change_hearing(process, fact.hearing, corrections={**corrections, event.actor: fact.text})


def _hearing_record_approved(process: Process, event: Event, fact: ev.HearingRecordApproved) -> Changes:
    return change_hearing(process, fact.hearing, state=HearingState.APPROVED, approval=fact.outcome)


FOLDS: dict[type, Fold] = {
    ev.HearingScheduled: _hearing_scheduled,
    ev.HearingMoved: _hearing_moved,
    ev.HearingHeld: _hearing_held,
    ev.HearingCancelled: _hearing_cancelled,
    ev.HearingRequested: _hearing_requested,
    ev.RequestWithdrawn: _request_withdrawn,
    ev.RequestDeclined: _request_declined,
    ev.WitnessCalled: _witness_called,
    ev.CallAnswered: _call_answered,
    ev.WitnessReplaced: _witness_replaced,
    ev.RecordDrafted: _record_drafted,
    ev.HearingRecorded: _hearing_recorded,
    ev.RecordCorrected: _record_corrected,
    ev.HearingRecordApproved: _hearing_record_approved,
}
