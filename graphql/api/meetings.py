"""Meetings of the scientific council: convened with an agenda, held with a quorum, minuted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import Private, field

from api.ballots import Ballot, ballot_of
from api.context import Info
from api.enumerations import MeetingAttendance, MeetingState
from api.ids import global_id
from api.nodes import Node, Text, text
from api.people import Member, speakers_for
from api.publication import sees
from api.snapshot import Snapshot
from api.structure import LocalTime, local
from domain import procedure, process

if TYPE_CHECKING:
    from api.stages import Stage


@strawberry.type(description="How a seat of the council took part in a meeting.")
class Attendance:
    at: Private[Snapshot]
    seat: str = field(description="The seat: `office/number`.")
    attendance: MeetingAttendance = field(description="Present, remote, represented or absent.")

    @field(description="Who holds the seat now.")
    def holder(self) -> Member | None:
        return next(iter(speakers_for(self.at, self.seat)), None)


@strawberry.type(description="Who took part in a meeting, in numbers.")
class Presence:
    entitled: int = field(
        description="Seats entitled: held, by somebody who does not stand aside; one for each person."
    )
    present: int = field(description="Seats present, remote or represented.")
    quorum: int = field(description="Seats that the quorum asks for; 0 where none is needed.")
    quorate: bool = field(description="Whether the council may vote in this meeting.")


@strawberry.type(description="How the council meets before it votes on its opinion.")
class MeetingRule:
    notice: timedelta = field(description="The convocation comes this long before the meeting, or longer.")
    quorum: str = field(
        description="Least share of the seats entitled that are present, remote or represented, as a fraction."
    )
    second_notice: timedelta = field(
        description="Notice of a second convening after a missed quorum, where no quorum is needed."
    )


def meeting_rule_of(rule: procedure.MeetingRule | None) -> MeetingRule | None:
    """Make the rule of meetings of a stage, where it has one."""
    if rule is None:
        return None
    return MeetingRule(notice=rule.notice, quorum=str(rule.quorum), second_notice=rule.second_notice)


@strawberry.type(description="A meeting of the scientific council.")
class Meeting(Node):
    at: Private[Snapshot]
    meeting: Private[process.Meeting]
    key: str = field(description="Its name in the ledger.")
    round: int = field(description="The round that it belongs to.")
    state: MeetingState = field(description="Where it stands.")
    convened_at: datetime = field(description="When it was convened.")
    starts_at: datetime = field(description="When it starts.")
    ends_at: datetime = field(description="When it ends.")
    agenda: Text = field(description="What is on the agenda.")
    place: Text | None = field(description="Where: an address, a room, a link.")
    version: int = field(description="The number of the latest version of the minutes; 0 before the first.")

    @field(description="Its start on the clocks of the territories concerned.")
    def local_starts_at(self) -> list[LocalTime]:
        return local(self.at, self.meeting.starts_at)

    @field(description="The review that it is about.")
    def stage(self) -> Annotated[Stage, strawberry.lazy("api.stages")] | None:
        from api.stages import stage_of

        return stage_of(self.at, self.meeting.stage, self.meeting.round)

    @field(description="The meeting whose quorum was missed, where this is the second convening.")
    def second_of(self) -> Annotated[Meeting, strawberry.lazy("api.meetings")] | None:
        return meeting_by_key(self.at, self.meeting.second_of)

    @field(description="How each seat took part; those that are not named were absent.")
    def attendance(self) -> list[Attendance]:
        return [
            Attendance(at=self.at, seat=seat, attendance=said)
            for seat, said in sorted(self.meeting.attendance.items())
        ]

    @field(description="How many took part, and whether that made a quorum; nothing before it was held.")
    def count(self) -> Presence | None:
        counted = self.meeting.count
        if counted is None:
            return None
        return Presence(
            entitled=counted.entitled,
            present=counted.present,
            quorum=counted.quorum,
            quorate=counted.is_quorate,
        )

    @field(description="The ballots that were opened in it.")
    def ballots(self) -> list[Ballot]:
        return [
            ballot
            for key, b in self.at.process.ballots.items()
            if b.meeting == self.meeting.id and (ballot := ballot_of(self.at, key))
        ]

    @field(description="Its minutes (procès-verbal) in their latest version, once they are published.")
    def minutes(self, info: Info) -> Text | None:
        seen = sees(info.context.viewer, self.at, self.meeting.stage, self.meeting.round, "minutes")
        return text(self.meeting.minutes) if seen else None


def meeting_of(at: Snapshot, meeting: process.Meeting) -> Meeting:
    """Make a meeting."""
    return Meeting(
        id=global_id("Meeting", at.id, meeting.id),
        at=at,
        meeting=meeting,
        key=meeting.id,
        round=meeting.round,
        state=meeting.state,
        convened_at=meeting.convened_at,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        agenda=Text(body=meeting.agenda),
        place=text(meeting.place),
        version=meeting.version,
    )


def meeting_by_key(at: Snapshot, key: str | None) -> Meeting | None:
    """Make a meeting by its name in the ledger."""
    found = at.process.meetings.get(key) if key else None
    return meeting_of(at, found) if found else None
