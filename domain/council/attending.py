"""Who takes part in a meeting of the council, and whether that makes a quorum.

The seats are those of the electorate of the opinion: the meeting is where it is put to the vote.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from domain.acts import Attendance
from domain.deciding.counting import at_least
from domain.deciding.seats import seats_named, stands_aside
from domain.procedure import Stage
from domain.process import Meeting, MeetingState, Presence, Process, StageRun


def seats_at(process: Process, stage: Stage, run: StageRun, now: datetime) -> tuple[str, ...]:
    """Give the seats entitled to meet at `now`: held, not by one who stands aside, one for each person."""
    by = stage.opinion.by if stage.opinion is not None else ()
    entitled: dict[str, str] = {}
    for seat in seats_named(process, by, stage.lane):
        office, _, number = seat.partition("/")
        holder = process.offices[office].holder(int(number), now)
        if holder is not None and stands_aside(process, holder, run.key) is None:
            entitled.setdefault(holder, seat)
    return tuple(entitled.values())


def presence(
    stage: Stage, entitled: tuple[str, ...], attendance: Mapping[str, Attendance], *, second: bool
) -> Presence:
    """Count a meeting. No quorum is asked for at a second convening, nor where the procedure has no rule."""
    present = sum(1 for said in attendance.values() if said is not Attendance.ABSENT)
    asked = 0 if second or stage.meeting is None else at_least(stage.meeting.quorum, len(entitled))
    return Presence(entitled=len(entitled), present=present, quorum=asked)


def meetings_of(process: Process, run: StageRun) -> tuple[Meeting, ...]:
    """Give the meetings on a review in its round, in the order they were convened."""
    return tuple(m for m in process.meetings.values() if m.stage == run.key and m.round == run.round)


def is_fit_to_vote(meeting: Meeting) -> bool:
    """Say whether an opinion may be put to the vote in a meeting: it was held, and had its quorum."""
    return meeting.state in (MeetingState.HELD, MeetingState.RECORDED) and meeting.is_quorate
