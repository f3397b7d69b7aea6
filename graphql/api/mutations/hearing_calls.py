"""Requests to be heard, calls to hearings, and the answers to them."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import ID, field

from api.accepting import HearingAccepted, RequestAccepted
from api.answers import PlaceRefusal, SittingRefusal
from api.mutations.hearing import HearingActInput
from api.performing import Making, StageActInput, mutation
from api.scalars import Multilingual
from domain.acts import (
    Act,
    AnswerCall,
    CallWitness,
    DeclineRequest,
    ReplaceWitness,
    RequestHearing,
    WithdrawRequest,
)
from domain.refusals import Code


def request_key(making: Making, id: ID) -> str:
    """Give the key of a request to be heard."""
    return making.read(id, "HearingRequest", Code.UNKNOWN_REQUEST, "request_id")


@strawberry.input(description="A request to be heard.")
class RequestHearingInput(StageActInput):
    text: Multilingual = field(description="On what; for those who work on the concertation.")
    lane: str | None = field(default=None, description="The key of the axis that it is about.")
    themes: list[str] = field(default_factory=list, description="The keys of the themes that it is about.")
    organisation: str | None = field(
        default=None, description="The organisation of the member, where they do not ask for themself."
    )

    async def act(self, making: Making) -> Act:
        return RequestHearing(
            request=making.made("request"),
            text=making.body(self.text, "request", "text"),
            lane=self.lane,
            themes=tuple(self.themes),
            organisation=self.organisation,
        )


RequestHearingResult = Annotated[
    RequestAccepted | PlaceRefusal,
    strawberry.union("RequestHearingResult", description="What `requestHearing` answers."),
]


@strawberry.input(description="A request of one's own to take back.")
class WithdrawRequestInput(StageActInput):
    request_id: ID = field(description="The request.")

    async def act(self, making: Making) -> Act:
        return WithdrawRequest(request=request_key(making, self.request_id))


WithdrawRequestResult = Annotated[
    RequestAccepted | PlaceRefusal,
    strawberry.union("WithdrawRequestResult", description="What `withdrawRequest` answers."),
]


@strawberry.input(description="A request to be heard to decline.")
class DeclineRequestInput(StageActInput):
    request_id: ID = field(description="The request.")
    reason: str = field(description="Why.")

    async def act(self, making: Making) -> Act:
        return DeclineRequest(request=request_key(making, self.request_id), reason=self.reason)


DeclineRequestResult = Annotated[
    RequestAccepted | PlaceRefusal,
    strawberry.union("DeclineRequestResult", description="What `declineRequest` answers."),
]


@strawberry.input(description="A member to call to a hearing that is set.")
class CallWitnessInput(HearingActInput):
    witness_id: ID = field(description="The member.")
    request_id: ID | None = field(default=None, description="The request to be heard that is served by it.")
    urgent: str | None = field(
        default=None, description="Why they are called later than the procedure has it, where they are."
    )

    async def act(self, making: Making) -> Act:
        return CallWitness(
            hearing=self.hearing(making),
            witness=making.member_key(self.witness_id, "witness_id"),
            request=request_key(making, self.request_id) if self.request_id else None,
            urgent=self.urgent,
        )


CallWitnessResult = Annotated[
    HearingAccepted | SittingRefusal,
    strawberry.union("CallWitnessResult", description="What `callWitness` answers."),
]


@strawberry.input(description="The answer of a person who is called to a hearing.")
class AnswerCallInput(HearingActInput):
    comes: bool = field(description="Whether they come.")
    reason: str | None = field(default=None, description="Why not, where they wish to say it in public.")

    async def act(self, making: Making) -> Act:
        return AnswerCall(hearing=self.hearing(making), comes=self.comes, reason=self.reason)


AnswerCallResult = Annotated[
    HearingAccepted | PlaceRefusal,
    strawberry.union("AnswerCallResult", description="What `answerCall` answers."),
]


@strawberry.input(description="Another member in the place of one who is called.")
class ReplaceWitnessInput(HearingActInput):
    witness_id: ID = field(description="The member who is called.")
    by_id: ID = field(description="The member who is called in their place.")
    reason: str = field(description="Why, in public: nothing personal belongs here.")

    async def act(self, making: Making) -> Act:
        return ReplaceWitness(
            hearing=self.hearing(making),
            witness=making.member_key(self.witness_id, "witness_id"),
            by=making.member_key(self.by_id, "by_id"),
            reason=self.reason,
        )


ReplaceWitnessResult = Annotated[
    HearingAccepted | SittingRefusal,
    strawberry.union("ReplaceWitnessResult", description="What `replaceWitness` answers."),
]


@strawberry.type
class HearingCallMutations:
    """Fields of the type Mutation."""

    request_hearing = mutation(
        RequestHearingInput,
        RequestHearingResult,
        RequestAccepted,
        "Ask to be heard, as a member. One request that waits, and no more.",
    )
    withdraw_request = mutation(
        WithdrawRequestInput, WithdrawRequestResult, RequestAccepted, "Take one's request to be heard back."
    )
    decline_request = mutation(
        DeclineRequestInput, DeclineRequestResult, RequestAccepted, "Decline a request, with a reason."
    )
    call_witness = mutation(
        CallWitnessInput,
        CallWitnessResult,
        HearingAccepted,
        "Call a member to a hearing that has not begun, as early as the procedure has it.",
    )
    answer_call = mutation(
        AnswerCallInput,
        AnswerCallResult,
        HearingAccepted,
        "Say whether one comes; it may be said otherwise until the hearing begins.",
    )
    replace_witness = mutation(
        ReplaceWitnessInput,
        ReplaceWitnessResult,
        HearingAccepted,
        "Call another member in the place of one. They themself may name somebody of their organisation.",
    )
