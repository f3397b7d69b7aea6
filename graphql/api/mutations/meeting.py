"""Meetings of the council: convened, cancelled, held, minuted."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import ID, field

from api.accepting import MeetingAccepted
from api.answers import PlaceRefusal, WorkRefusal
from api.enumerations import MeetingAttendance
from api.performing import Making, StageActInput, mutation, refuse
from api.scalars import Multilingual
from domain.acts import Act, CancelMeeting, ConveneMeeting, HoldMeeting, RecordMinutes
from domain.refusals import Code


@strawberry.input(description="A meeting to convene, with the notice that the procedure asks for.")
class ConveneMeetingInput(StageActInput):
    starts_at: datetime = field(description="When it starts.")
    ends_at: datetime = field(description="When it ends.")
    agenda: Multilingual = field(description="What is on the agenda.")
    place: Multilingual | None = field(default=None, description="Where: an address, a room, a link.")
    second_of_id: ID | None = field(
        default=None, description="The meeting whose quorum was missed: no quorum is then asked for."
    )

    async def act(self, making: Making) -> Act:
        return ConveneMeeting(
            meeting=making.made("meeting"),
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            agenda=making.body(self.agenda, "agenda", "agenda"),
            place=making.body(self.place, "place", "place") if self.place else None,
            second_of=making.meeting(self.second_of_id, "second_of_id") if self.second_of_id else None,
        )


ConveneMeetingResult = Annotated[
    MeetingAccepted | PlaceRefusal,
    strawberry.union("ConveneMeetingResult", description="What `conveneMeeting` answers."),
]


@strawberry.input(description="A meeting of this concertation.")
class MeetingActInput(StageActInput):
    meeting_id: ID = field(description="The meeting.")

    def meeting(self, making: Making) -> str:
        """Give the key of the meeting."""
        return making.meeting(self.meeting_id, "meeting_id")


@strawberry.input(description="A meeting to cancel.")
class CancelMeetingInput(MeetingActInput):
    reason: str = field(description="Why.")

    async def act(self, making: Making) -> Act:
        return CancelMeeting(meeting=self.meeting(making), reason=self.reason)


CancelMeetingResult = Annotated[
    MeetingAccepted | PlaceRefusal,
    strawberry.union("CancelMeetingResult", description="What `cancelMeeting` answers."),
]


@strawberry.input(description="How a seat took part.")
class AttendanceInput:
    seat: str = field(description="The seat: `office/number`.")
    attendance: MeetingAttendance = field(description="Present, remote, represented or absent.")


@strawberry.input(description="A meeting that was held.")
class HoldMeetingInput(MeetingActInput):
    attendance: list[AttendanceInput] = field(
        description="How each seat took part; those that are not named were absent."
    )

    async def act(self, making: Making) -> Act:
        said = {one.seat: one.attendance for one in self.attendance}
        if len(said) < len(self.attendance):
            raise refuse(Code.INPUT_INVALID, "attendance")
        return HoldMeeting(meeting=self.meeting(making), attendance=said)


HoldMeetingResult = Annotated[
    MeetingAccepted | WorkRefusal,
    strawberry.union("HoldMeetingResult", description="What `holdMeeting` answers."),
]


@strawberry.input(description="The minutes (procès-verbal) of a meeting.")
class RecordMinutesInput(MeetingActInput):
    minutes: Multilingual = field(description="What was said and decided.")

    async def act(self, making: Making) -> Act:
        minutes = making.body(self.minutes, "minutes", "minutes")
        return RecordMinutes(meeting=self.meeting(making), minutes=minutes)


RecordMinutesResult = Annotated[
    MeetingAccepted | PlaceRefusal,
    strawberry.union("RecordMinutesResult", description="What `recordMinutes` answers."),
]


@strawberry.type
class MeetingMutations:
    """Fields of the type Mutation."""

    convene_meeting = mutation(
        ConveneMeetingInput, ConveneMeetingResult, MeetingAccepted, "Convene the council, with notice."
    )
    cancel_meeting = mutation(
        CancelMeetingInput, CancelMeetingResult, MeetingAccepted, "Cancel a meeting, with a reason."
    )
    hold_meeting = mutation(
        HoldMeetingInput,
        HoldMeetingResult,
        MeetingAccepted,
        "Say that a meeting was held, and how each seat took part; its quorum is counted.",
    )
    record_minutes = mutation(
        RecordMinutesInput,
        RecordMinutesResult,
        MeetingAccepted,
        "Hand in the minutes of a meeting, or a corrected version of them.",
    )
