"""Hearings: set, moved, held, cancelled."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import ID, field

from api.accepting import HearingAccepted
from api.answers import PlaceRefusal, SittingRefusal, WorkRefusal
from api.performing import LONGEST_NAME, Making, Refusing, StageActInput, mutation
from api.scalars import Multilingual
from domain.acts import Act, CancelHearing, HoldHearing, MoveHearing, ScheduleHearing
from domain.free_text import read
from domain.refusals import Code, Refusal


def room(name: str | None) -> str | None:
    """Give the name of a room as it is kept.

    Raises:
        Refusing: it is none.
    """
    found = None if name is None else read(name, LONGEST_NAME, ("room",))
    if isinstance(found, Refusal):
        raise Refusing(found)
    return found


@strawberry.input(description="A hearing to set inside the window of its stage.")
class ScheduleHearingInput(StageActInput):
    starts_at: datetime = field(description="When it starts.")
    ends_at: datetime = field(description="When it ends.")
    witness_ids: list[ID] = field(description="The members called to be heard.")
    place: Multilingual | None = field(default=None, description="Where: an address, a room, a link.")
    room: str | None = field(default=None, description="The room; no two hearings are in one at once.")
    territory: str | None = field(
        default=None,
        description="The code of the territory that it takes place in: then it is on no Sunday and no public holiday "
        "there.",
    )
    capacity: int | None = field(
        default=None, description="How many people there is room for who are called."
    )
    link: Multilingual | None = field(default=None, description="Where it is followed from afar.")
    urgent: str | None = field(
        default=None, description="Why people are called later than the procedure has it, where they are."
    )

    async def act(self, making: Making) -> Act:
        return ScheduleHearing(
            hearing=making.made("hearing"),
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            witnesses=tuple(making.member_key(id, "witness_ids") for id in self.witness_ids),
            place=making.body(self.place, "place", "place") if self.place else None,
            room=room(self.room),
            territory=self.territory,
            capacity=self.capacity,
            link=making.body(self.link, "place", "link") if self.link else None,
            urgent=self.urgent,
        )


ScheduleHearingResult = Annotated[
    HearingAccepted | SittingRefusal,
    strawberry.union("ScheduleHearingResult", description="What `scheduleHearing` answers."),
]


@strawberry.input(description="A hearing of this concertation.")
class HearingActInput(StageActInput):
    hearing_id: ID = field(description="The hearing.")

    def hearing(self, making: Making) -> str:
        """Give the key of the hearing."""
        return making.read(self.hearing_id, "Hearing", Code.UNKNOWN_HEARING, "hearing_id")


@strawberry.input(description="Another time, room or place for a hearing. Those called answer anew.")
class MoveHearingInput(HearingActInput):
    starts_at: datetime = field(description="When it starts.")
    ends_at: datetime = field(description="When it ends.")
    seen_starts_at: datetime = field(description="When it started, as the author of the command saw it.")
    reason: str = field(description="Why.")
    room: str | None = field(default=None, description="The room; unset, it stays.")
    place: Multilingual | None = field(default=None, description="Where; unset, it stays.")
    urgent: str | None = field(
        default=None, description="Why people learn of it later than the procedure has it, where they do."
    )

    async def act(self, making: Making) -> Act:
        return MoveHearing(
            hearing=self.hearing(making),
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            seen_starts_at=self.seen_starts_at,
            reason=self.reason,
            room=room(self.room),
            place=making.body(self.place, "place", "place") if self.place else None,
            urgent=self.urgent,
        )


MoveHearingResult = Annotated[
    HearingAccepted | SittingRefusal,
    strawberry.union("MoveHearingResult", description="What `moveHearing` answers."),
]


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
    move_hearing = mutation(
        MoveHearingInput,
        MoveHearingResult,
        HearingAccepted,
        "Move a hearing, with a reason. It is refused what `scheduleHearing` is.",
    )
