"""Hearings: set, held, cancelled, recorded."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import ID, field

from api.accepting import HearingAccepted
from api.answers import PlaceRefusal, WorkRefusal
from api.performing import Making, StageActInput, mutation
from api.scalars import Multilingual
from domain.acts import Act, CancelHearing, HoldHearing, RecordHearing, ScheduleHearing
from domain.refusals import Code


@strawberry.input(description="A hearing to set inside the window of its stage.")
class ScheduleHearingInput(StageActInput):
    starts_at: datetime = field(description="When it starts.")
    ends_at: datetime = field(description="When it ends.")
    witness_ids: list[ID] = field(description="The members called to be heard.")
    place: Multilingual | None = field(default=None, description="Where: an address, a room, a link.")

    async def act(self, making: Making) -> Act:
        return ScheduleHearing(
            hearing=making.made("hearing"),
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            witnesses=tuple(making.member_key(id, "witness_ids") for id in self.witness_ids),
            place=making.body(self.place, "place", "place") if self.place else None,
        )


ScheduleHearingResult = Annotated[
    HearingAccepted | PlaceRefusal,
    strawberry.union("ScheduleHearingResult", description="What `scheduleHearing` answers."),
]


@strawberry.input(description="A hearing of this concertation.")
class HearingActInput(StageActInput):
    hearing_id: ID = field(description="The hearing.")

    def hearing(self, making: Making) -> str:
        """Give the key of the hearing."""
        return making.read(self.hearing_id, "Hearing", Code.UNKNOWN_HEARING, "hearing_id")


@strawberry.input(description="A hearing that took place.")
class HoldHearingInput(HearingActInput):
    heard_ids: list[ID] = field(description="The members who were heard.")

    async def act(self, making: Making) -> Act:
        heard = tuple(making.member_key(id, "heard_ids") for id in self.heard_ids)
        return HoldHearing(hearing=self.hearing(making), heard=heard)


HoldHearingResult = Annotated[
    HearingAccepted | WorkRefusal,
    strawberry.union("HoldHearingResult", description="What `holdHearing` answers."),
]


@strawberry.input(description="A hearing to cancel.")
class CancelHearingInput(HearingActInput):
    reason: str = field(description="Why.")

    async def act(self, making: Making) -> Act:
        return CancelHearing(hearing=self.hearing(making), reason=self.reason)


CancelHearingResult = Annotated[
    HearingAccepted | PlaceRefusal,
    strawberry.union("CancelHearingResult", description="What `cancelHearing` answers."),
]


@strawberry.input(description="The record of a hearing.")
class RecordHearingInput(HearingActInput):
    record: Multilingual = field(description="What was said.")

    async def act(self, making: Making) -> Act:
        return RecordHearing(
            hearing=self.hearing(making), record=making.body(self.record, "record", "record")
        )


RecordHearingResult = Annotated[
    HearingAccepted | PlaceRefusal,
    strawberry.union("RecordHearingResult", description="What `recordHearing` answers."),
]


@strawberry.type
class HearingMutations:
    """Fields of the type Mutation."""

    schedule_hearing = mutation(
        ScheduleHearingInput,
        ScheduleHearingResult,
        HearingAccepted,
        "Set a hearing in the window of its stage.",
    )
    hold_hearing = mutation(
        HoldHearingInput,
        HoldHearingResult,
        HearingAccepted,
        "Say that a hearing took place, and who was heard.",
    )
    cancel_hearing = mutation(
        CancelHearingInput, CancelHearingResult, HearingAccepted, "Cancel a hearing, with a reason."
    )
    record_hearing = mutation(
        RecordHearingInput,
        RecordHearingResult,
        HearingAccepted,
        "Hand in the record; those heard approve it where the procedure says so.",
    )
