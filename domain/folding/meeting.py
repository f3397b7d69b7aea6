"""Folding the council's meetings."""

from __future__ import annotations

from typing import Any

from domain import events as ev
from domain.change import changed
from domain.events import Event
from domain.folding.changes import Changes, Fold, place
from domain.process import Meeting, MeetingState, Process


def _change(process: Process, meeting: str, **changes: Any) -> Changes:
    return {"meetings": {**process.meetings, meeting: changed(process.meetings[meeting], **changes)}}


def _meeting_convened(process: Process, event: Event, fact: ev.MeetingConvened) -> Changes:
    round_, stage = place(event)
    meeting = Meeting(
        id=fact.meeting,
        stage=stage,
        round=round_,
        starts_at=fact.starts_at,
        ends_at=fact.ends_at,
        agenda=fact.agenda,
        convened_at=event.at,
        place=fact.place,
        second_of=fact.second_of,
    )
    return {"meetings": {**process.meetings, meeting.id: meeting}}


def _meeting_cancelled(process: Process, event: Event, fact: ev.MeetingCancelled) -> Changes:
    return _change(process, fact.meeting, state=MeetingState.CANCELLED)


def _meeting_held(process: Process, event: Event, fact: ev.MeetingHeld) -> Changes:
    return _change(
        process, fact.meeting, state=MeetingState.HELD, attendance=fact.attendance, count=fact.count
    )


def _minutes_recorded(process: Process, event: Event, fact: ev.MinutesRecorded) -> Changes:
    return _change(
        process, fact.meeting, state=MeetingState.RECORDED, minutes=fact.minutes, version=fact.version
    )


FOLDS: dict[type, Fold] = {
    ev.MeetingConvened: _meeting_convened,
    ev.MeetingCancelled: _meeting_cancelled,
    ev.MeetingHeld: _meeting_held,
    ev.MinutesRecorded: _minutes_recorded,
}
