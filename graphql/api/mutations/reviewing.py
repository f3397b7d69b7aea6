"""The scientific review."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import ID, field

from api.accepting import ConcertationAccepted, MemberAccepted, OpinionAccepted
from api.answers import AnyRefusal, PlaceRefusal, WorkRefusal
from api.enumerations import Conclusion
from api.performing import ActInput, Making, StageActInput, mutation
from api.refusals import MeetingMissing, SubjectChanged
from api.scalars import Multilingual
from domain.acts import (
    Act,
    DeclareInterest,
    DeclineWithdrawal,
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
    organisation_ids: list[ID] = field(default_factory=list, description="Organisations of the concertation.")
    organisations: list[str] = field(
        default_factory=list, description="Names of organisations that are not registered."
    )
    statement: Multilingual | None = field(default=None, description="More, for the chair and the guarantor.")

    async def act(self, making: Making) -> Act:
        return DeclareInterest(
            themes=tuple(self.themes),
            organisations=tuple(self.organisations),
            organisation_ids=tuple(
                making.organisation(id, "organisation_ids") for id in self.organisation_ids
            )
            or None,
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


@strawberry.input(description="Why one does not withdraw, though it was proposed.")
class DeclineWithdrawalInput(StageActInput):
    reason: str = field(description="Why.")

    async def act(self, making: Making) -> Act:
        return DeclineWithdrawal(reason=self.reason)


DeclineWithdrawalResult = Annotated[
    MemberAccepted | PlaceRefusal,
    strawberry.union("DeclineWithdrawalResult", description="What `declineWithdrawal` answers."),
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


@strawberry.input(description="An article in the version that its reader saw.")
class ArticleVersionInput:
    article_id: ID = field(description="The article.")
    text: str = field(description="The digest of its text.")


@strawberry.input(description="A version of the council's collective opinion.")
class DraftOpinionInput(StageActInput):
    text: Multilingual = field(description="What it says.")
    conclusion: Conclusion = field(description="What it concludes.")
    articles: list[ArticleVersionInput] = field(
        default_factory=list, description="The articles that it is drawn from, as its author saw them."
    )

    async def act(self, making: Making) -> Act:
        drawn_from = {making.article(one.article_id, "articles"): one.text for one in self.articles}
        return DraftOpinion(
            text=making.body(self.text, "opinion", "text"),
            conclusion=self.conclusion,
            articles=drawn_from or None,
        )


DraftOpinionResult = Annotated[
    OpinionAccepted | SubjectChanged | WorkRefusal,
    strawberry.union("DraftOpinionResult", description="What `draftOpinion` answers."),
]


@strawberry.input(description="The opinion to put to the vote.")
class PutOpinionToVoteInput(StageActInput):
    text: str = field(description="The digest of the opinion that its author saw.")
    meeting_id: ID | None = field(
        default=None,
        description="The meeting in which it is put to the vote, where the procedure asks for one.",
    )

    async def act(self, making: Making) -> Act:
        meeting = making.meeting(self.meeting_id, "meeting_id") if self.meeting_id else None
        return PutOpinionToVote(text=self.text, meeting=meeting)


PutOpinionToVoteResult = Annotated[
    OpinionAccepted | SubjectChanged | MeetingMissing | WorkRefusal,
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
    decline_withdrawal = mutation(
        DeclineWithdrawalInput,
        DeclineWithdrawalResult,
        MemberAccepted,
        "Say why one does not withdraw, though the engine proposed it; the chair may recuse.",
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
