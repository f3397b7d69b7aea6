"""Meetings of the council: convened with notice, cancelled, held with a quorum, minuted (CRPA R133-5 to R133-13)."""

from __future__ import annotations

from datetime import timedelta

from domain import events as ev
from domain.acts import Attendance, CancelMeeting, ConveneMeeting, HoldMeeting, RecordMinutes
from domain.council.attending import is_fit_to_vote, presence, seats_at
from domain.deciding.act_rule import ActRule
from domain.deciding.turn import Turn, not_open
from domain.procedure import Kind, Stage
from domain.process import Meeting, MeetingState, StageRun, State
from domain.refusals import Code, Refusal
from domain.rights import Scope


def _entitled_in(turn: Turn, act: str) -> tuple[Stage, StageRun] | Refusal:
    placed = turn.place(Kind.SCIENTIFIC_REVIEW)
    if isinstance(placed, Refusal):
        return placed
    if turn.is_suspended(placed[1]):
        return Refusal(Code.SUSPENDED, {"stage": placed[1].key}, ("stage",))
    entitled = turn.entitle(act, Scope(lane=placed[0].lane))
    return entitled if isinstance(entitled, Refusal) else placed


def meeting_named(turn: Turn, run: StageRun, name: str, path: str = "meeting") -> Meeting | Refusal:
    """Give a meeting on this review in this round, or refuse because there is none of the name."""
    meeting = turn.process.meetings.get(name)
    if meeting is None or (meeting.stage, meeting.round) != (run.key, run.round):
        return _unknown(name, path)
    return meeting


def _unknown(name: str, path: str = "meeting") -> Refusal:
    return Refusal(Code.UNKNOWN_MEETING, {"meeting": name}, (path,))


def _wrong_state(meeting: Meeting, path: str = "meeting") -> Refusal:
    return Refusal(Code.MEETING_WRONG_STATE, {"meeting": meeting.id, "state": meeting.state}, (path,))


def convene_meeting(turn: Turn, act: ConveneMeeting) -> Refusal | None:
    """Convene the council, with the notice that the procedure asks for."""
    placed = _entitled_in(turn, act.kind)
    if isinstance(placed, Refusal):
        return placed
    stage, run = placed
    if run.state not in (State.PENDING, State.AWAITING_OPENING, State.OPEN):
        return Refusal(Code.STAGE_WRONG_STATE, {"stage": run.key, "state": run.state}, ("stage",))
    if act.meeting in turn.process.meetings:
        return Refusal(Code.ALREADY_EXISTS, {"id": act.meeting}, ("meeting",))
    if refusal := _second_of(turn, run, act) or _in_time(turn, stage, act):
        return refusal
    turn.tell(
        ev.MeetingConvened(
            meeting=act.meeting,
            starts_at=act.starts_at,
            ends_at=act.ends_at,
            agenda=act.agenda,
            place=act.place,
            second_of=act.second_of,
        ),
        run.key,
    )
    return None


def _second_of(turn: Turn, run: StageRun, act: ConveneMeeting) -> Refusal | None:
    """Refuse a second convening of a meeting that did not miss its quorum."""
    if act.second_of is None:
        return None
    first = meeting_named(turn, run, act.second_of, "second_of")
    if isinstance(first, Refusal):
        return first
    missed = first.state in (MeetingState.HELD, MeetingState.RECORDED) and not first.is_quorate
    return None if missed else _wrong_state(first, "second_of")


def _in_time(turn: Turn, stage: Stage, act: ConveneMeeting) -> Refusal | None:
    notice = timedelta(0)
    if stage.meeting is not None:
        notice = stage.meeting.notice if act.second_of is None else stage.meeting.second_notice
    if act.starts_at < turn.now:
        return Refusal(
            Code.DATE_IN_PAST, {"at": act.starts_at.isoformat(), "now": turn.now.isoformat()}, ("starts_at",)
        )
    if act.ends_at <= act.starts_at:
        return Refusal(
            Code.MEETING_ENDS_FIRST,
            {"startsAt": act.starts_at.isoformat(), "endsAt": act.ends_at.isoformat()},
            ("ends_at",),
        )
    earliest = turn.now + notice
    if act.starts_at < earliest:
        return Refusal(
            Code.NOTICE_TOO_SHORT,
            {"at": act.starts_at.isoformat(), "earliest": earliest.isoformat()},
            ("starts_at",),
        )
    return None


def cancel_meeting(turn: Turn, act: CancelMeeting) -> Refusal | None:
    """Cancel a meeting that was not held."""
    found = _meeting_in(turn, act.kind, act.meeting, MeetingState.CONVENED)
    if isinstance(found, Refusal):
        return found
    _, run, meeting = found
    if not act.reason.strip():
        return Refusal(Code.REASON_REQUIRED, {}, ("reason",))
    turn.tell(ev.MeetingCancelled(meeting=meeting.id, reason=act.reason), run.key)
    return None


def _meeting_in(
    turn: Turn, act: str, name: str, *states: MeetingState
) -> tuple[Stage, StageRun, Meeting] | Refusal:
    placed = _entitled_in(turn, act)
    if isinstance(placed, Refusal):
        return placed
    meeting = meeting_named(turn, placed[1], name)
    if isinstance(meeting, Refusal):
        return meeting
    if meeting.state not in states:
        return _wrong_state(meeting)
    return (*placed, meeting)


def hold_meeting(turn: Turn, act: HoldMeeting) -> Refusal | None:
    """Record that a meeting was held, not before it began; its quorum is counted here."""
    found = _meeting_in(turn, act.kind, act.meeting, MeetingState.CONVENED)
    if isinstance(found, Refusal):
        return found
    stage, run, meeting = found
    if run.state is not State.OPEN:
        return not_open(run, turn.now)
    if turn.now < meeting.starts_at:
        return Refusal(Code.MEETING_NOT_STARTED, {"startsAt": meeting.starts_at.isoformat()}, ("meeting",))
    entitled = seats_at(turn.process, stage, run, turn.now)
    if refusal := _attendance_invalid(stage, entitled, act):
        return refusal
    counted = presence(stage, entitled, act.attendance, second=meeting.second_of is not None)
    turn.tell(ev.MeetingHeld(meeting=meeting.id, attendance=act.attendance, count=counted), run.key)
    return None


def _attendance_invalid(stage: Stage, entitled: tuple[str, ...], act: HoldMeeting) -> Refusal | None:
    """Refuse seats that do not count, and more mandates than there are members to hold one each (CRPA R133-9)."""
    taking_part = {seat: said for seat, said in act.attendance.items() if said is not Attendance.ABSENT}
    represented = sum(1 for said in taking_part.values() if said is Attendance.REPRESENTED)
    by_proxy = stage.opinion is not None and stage.opinion.proxies
    if (
        not set(taking_part) <= set(entitled)
        or (represented and not by_proxy)
        or represented > len(taking_part) - represented
    ):
        return Refusal(Code.ATTENDANCE_INVALID, {"meeting": act.meeting}, ("attendance",))
    return None


def record_minutes(turn: Turn, act: RecordMinutes) -> Refusal | None:
    """Hand in the minutes of a meeting that was held; what is handed in again is a version more.

    An opinion that refers back opens the next round at once: minutes of earlier rounds are taken all the same.
    """
    run = turn.process.runs.get(turn.stage or "")
    if run is not None and turn.round is not None and 0 < turn.round < run.round:
        turn.round = run.round
    placed = _entitled_in(turn, act.kind)
    if isinstance(placed, Refusal):
        return placed
    _, run = placed
    meeting = turn.process.meetings.get(act.meeting)
    if meeting is None or meeting.stage != run.key:
        return _unknown(act.meeting)
    if meeting.state not in (MeetingState.HELD, MeetingState.RECORDED):
        return _wrong_state(meeting)
    turn.tell(
        ev.MinutesRecorded(meeting=meeting.id, minutes=act.minutes, version=meeting.version + 1), run.key
    )
    return None


def refused_without_meeting(turn: Turn, stage: Stage, run: StageRun, meeting: str | None) -> Refusal | None:
    """Refuse a vote of the council outside a meeting where the procedure asks for one; or in one that is not fit."""
    if meeting is None:
        missing = Refusal(Code.MEETING_MISSING, {"stage": run.key}, ("meeting",))
        return missing if stage.meeting is not None else None
    found = meeting_named(turn, run, meeting)
    if isinstance(found, Refusal):
        return found
    if found.state not in (MeetingState.HELD, MeetingState.RECORDED):
        return _wrong_state(found)
    if not is_fit_to_vote(found):
        counted = found.count
        return Refusal(
            Code.MEETING_WITHOUT_QUORUM,
            {
                "meeting": found.id,
                "present": counted.present if counted else 0,
                "quorum": counted.quorum if counted else 0,
            },
            ("meeting",),
        )
    return None


RULES: dict[type, ActRule] = {
    ConveneMeeting: ActRule(convene_meeting, dates=("starts_at", "ends_at")),
    CancelMeeting: ActRule(cancel_meeting),
    HoldMeeting: ActRule(hold_meeting),
    RecordMinutes: ActRule(record_minutes),
}
