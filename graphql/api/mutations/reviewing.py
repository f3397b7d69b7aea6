"""The scientific review."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import ID, field

from api.accepting import ConcertationAccepted, MemberAccepted, OpinionAccepted
from api.answers import AnyRefusal, PlaceRefusal, WorkRefusal
from api.enumerations import Conclusion
from api.performing import ActInput, Making, StageActInput, mutation
from api.refusals import SubjectChanged
from api.scalars import Multilingual
from domain.acts import (
    Act,
    DeclareInterest,
    DraftOpinion,
    MakeReservation,
    PutOpinionToVote,
    RecordDissent,
    RecuseMember,
    StatePosition,
    WithdrawFromReview,
)


@strawberry.input(description="One's interests. An empty declaration says that there are none.")
class DeclareInterestInput(ActInput):
    themes: list[str] = field(default_factory=list, description="The keys of themes.")
    organisations: list[str] = field(default_factory=list, description="Names of organisations.")
    statement: Multilingual | None = field(default=None, description="More, for the chair and the guarantor.")

    async def act(self, making: Making) -> Act:
        return DeclareInterest(
            themes=tuple(self.themes),
            organisations=tuple(self.organisations),
            statement=making.body(self.statement, "interest", "statement") if self.statement else None,
        )


DeclareInterestResult = Annotated[
    ConcertationAccepted | AnyRefusal,
    strawberry.union("DeclareInterestResult", description="What `declareInterest` answers."),
]


@strawberry.input(description="Standing aside: from one stage, or from everything where none is named.")
class AsideInput(ActInput):
    stage: str | None = field(default=None, description="The key of the stage; none: everything.")
    round: int | None = field(default=None, description="The round of the stage, as its author saw it.")
    reason: str = field(description="Why.")

    def seen_place(self) -> tuple[int | None, str | None]:
        return self.round, self.stage


@strawberry.input(description="One's own withdrawal (déport).")
class WithdrawFromReviewInput(AsideInput):
    async def act(self, making: Making) -> Act:
        return WithdrawFromReview(reason=self.reason)


WithdrawFromReviewResult = Annotated[
    MemberAccepted | PlaceRefusal,
    strawberry.union("WithdrawFromReviewResult", description="What `withdrawFromReview` answers."),
]


@strawberry.input(description="A member whom the chair recuses (récusation).")
class RecuseMemberInput(AsideInput):
    member_id: ID = field(description="The member.")

    async def act(self, making: Making) -> Act:
        return RecuseMember(member=making.member_key(self.member_id, "member_id"), reason=self.reason)


RecuseMemberResult = Annotated[
    MemberAccepted | PlaceRefusal,
    strawberry.union("RecuseMemberResult", description="What `recuseMember` answers."),
]


@strawberry.input(description="One's individual position before the collective opinion.")
class StatePositionInput(StageActInput):
    position: Conclusion = field(description="What it concludes.")
    statement: Multilingual = field(description="Its reasons.")

    async def act(self, making: Making) -> Act:
        return StatePosition(
            position=self.position, statement=making.body(self.statement, "position", "statement")
        )


StatePositionResult = Annotated[
    OpinionAccepted | WorkRefusal,
    strawberry.union("StatePositionResult", description="What `statePosition` answers."),
]


@strawberry.input(description="A version of the council's collective opinion.")
class DraftOpinionInput(StageActInput):
    text: Multilingual = field(description="What it says.")
    conclusion: Conclusion = field(description="What it concludes.")

    async def act(self, making: Making) -> Act:
        return DraftOpinion(text=making.body(self.text, "opinion", "text"), conclusion=self.conclusion)


DraftOpinionResult = Annotated[
    OpinionAccepted | WorkRefusal,
    strawberry.union("DraftOpinionResult", description="What `draftOpinion` answers."),
]


@strawberry.input(description="The opinion to put to the vote.")
class PutOpinionToVoteInput(StageActInput):
    text: str = field(description="The digest of the opinion that its author saw.")

    async def act(self, making: Making) -> Act:
        return PutOpinionToVote(text=self.text)


PutOpinionToVoteResult = Annotated[
    OpinionAccepted | SubjectChanged | WorkRefusal,
    strawberry.union("PutOpinionToVoteResult", description="What `putOpinionToVote` answers."),
]


@strawberry.input(description="A reservation: the synthesis must lift it or declare it maintained.")
class MakeReservationInput(StageActInput):
    text: Multilingual = field(description="What it says.")

    async def act(self, making: Making) -> Act:
        return MakeReservation(
            reservation=making.made("reservation"), text=making.body(self.text, "reservation", "text")
        )


MakeReservationResult = Annotated[
    OpinionAccepted | WorkRefusal,
    strawberry.union("MakeReservationResult", description="What `makeReservation` answers."),
]


@strawberry.input(description="One's dissent from the adopted opinion.")
class RecordDissentInput(StageActInput):
    text: Multilingual = field(description="What it says.")

    async def act(self, making: Making) -> Act:
        return RecordDissent(text=making.body(self.text, "dissent", "text"))


RecordDissentResult = Annotated[
    OpinionAccepted | WorkRefusal,
    strawberry.union("RecordDissentResult", description="What `recordDissent` answers."),
]


@strawberry.type
class ReviewMutations:
    """Fields of the type Mutation."""

    declare_interest = mutation(
        DeclareInterestInput, DeclareInterestResult, ConcertationAccepted, "Declare one's interests, or none."
    )
    withdraw_from_review = mutation(
        WithdrawFromReviewInput, WithdrawFromReviewResult, MemberAccepted, "Take no part, by one's own act."
    )
    recuse_member = mutation(
        RecuseMemberInput,
        RecuseMemberResult,
        MemberAccepted,
        "Recuse a member of the council; the chair's act.",
    )
    state_position = mutation(
        StatePositionInput, StatePositionResult, OpinionAccepted, "State one's individual position."
    )
    draft_opinion = mutation(
        DraftOpinionInput, DraftOpinionResult, OpinionAccepted, "Hand in a version of the collective opinion."
    )
    put_opinion_to_vote = mutation(
        PutOpinionToVoteInput,
        PutOpinionToVoteResult,
        OpinionAccepted,
        "Open the ballot on the collective opinion; the chair's act.",
    )
    make_reservation = mutation(
        MakeReservationInput,
        MakeReservationResult,
        OpinionAccepted,
        "Add a reservation to the draft opinion.",
    )
    record_dissent = mutation(
        RecordDissentInput,
        RecordDissentResult,
        OpinionAccepted,
        "Record one's dissent from the adopted opinion.",
    )
