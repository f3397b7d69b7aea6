"""Responses, the decision and its follow-up."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import ID, field

from api.accepting import (
    CommitmentAccepted,
    ConcertationAccepted,
    DecisionAccepted,
    RecommendationAccepted,
    SignOffPending,
)
from api.answers import AnyRefusal, PlaceRefusal, WorkRefusal
from api.enumerations import Answer, CommitmentStatus
from api.performing import ActInput, Making, StageActInput, mutation
from api.scalars import Multilingual
from domain.acts import (
    Act,
    IssueDecision,
    MakeCommitment,
    PublishImplementationReport,
    PublishObservation,
    RectifyDecision,
    ReportProgress,
    Respond,
)
from domain.refusals import Code


@strawberry.input(description="An addressee's reasoned response to a recommendation: one each.")
class RespondInput(StageActInput):
    recommendation_id: ID = field(description="The recommendation.")
    addressee: str = field(description="The key of the office that answers.")
    answer: Answer = field(description="What is answered.")
    reasons: Multilingual = field(description="Why.")

    async def act(self, making: Making) -> Act:
        return Respond(
            recommendation=making.recommendation(self.recommendation_id),
            addressee=self.addressee,
            answer=self.answer,
            reasons=making.body(self.reasons, "reasons", "reasons"),
        )


RespondResult = Annotated[
    RecommendationAccepted | WorkRefusal,
    strawberry.union("RespondResult", description="What `respond` answers."),
]


@strawberry.input(description="The decision, once every response is in.")
class IssueDecisionInput(StageActInput):
    text: Multilingual = field(description="What it says.")

    async def act(self, making: Making) -> Act:
        return IssueDecision(text=making.body(self.text, "decision", "text"))


IssueDecisionResult = Annotated[
    DecisionAccepted | SignOffPending | WorkRefusal,
    strawberry.union("IssueDecisionResult", description="What `issueDecision` answers."),
]


@strawberry.input(description="A new version of a decision that is out; the old one is kept.")
class RectifyDecisionInput(StageActInput):
    text: Multilingual = field(description="What it says.")
    reason: str = field(description="Why it is rectified.")

    async def act(self, making: Making) -> Act:
        return RectifyDecision(text=making.body(self.text, "decision", "text"), reason=self.reason)


RectifyDecisionResult = Annotated[
    DecisionAccepted | SignOffPending | PlaceRefusal,
    strawberry.union("RectifyDecisionResult", description="What `rectifyDecision` answers."),
]


@strawberry.input(description="Something promised in answer to a recommendation.")
class MakeCommitmentInput(StageActInput):
    recommendation_id: ID = field(description="The recommendation.")
    owner: str = field(description="The key of the office that promises.")
    due_at: datetime = field(description="Until when.")
    text: Multilingual = field(description="What is promised, and how one will see that it was kept.")

    async def act(self, making: Making) -> Act:
        return MakeCommitment(
            commitment=making.made("commitment"),
            recommendation=making.recommendation(self.recommendation_id),
            owner=self.owner,
            due_at=self.due_at,
            text=making.body(self.text, "commitment", "text"),
        )


MakeCommitmentResult = Annotated[
    CommitmentAccepted | WorkRefusal,
    strawberry.union("MakeCommitmentResult", description="What `makeCommitment` answers."),
]


@strawberry.input(description="A report on a commitment.")
class ReportProgressInput(StageActInput):
    commitment_id: ID = field(description="The commitment.")
    status: CommitmentStatus = field(description="How it stands.")
    report: Multilingual = field(description="What was done.")

    async def act(self, making: Making) -> Act:
        return ReportProgress(
            commitment=making.read(
                self.commitment_id, "Commitment", Code.UNKNOWN_COMMITMENT, "commitment_id"
            ),
            status=self.status.value,
            report=making.body(self.report, "progress", "report"),
        )


ReportProgressResult = Annotated[
    CommitmentAccepted | WorkRefusal,
    strawberry.union("ReportProgressResult", description="What `reportProgress` answers."),
]


@strawberry.input(description="The report that lets the follow-up, and the concertation, end.")
class PublishImplementationReportInput(StageActInput):
    text: Multilingual = field(description="What it says.")

    async def act(self, making: Making) -> Act:
        return PublishImplementationReport(text=making.body(self.text, "implementation_report", "text"))


PublishImplementationReportResult = Annotated[
    ConcertationAccepted | WorkRefusal,
    strawberry.union(
        "PublishImplementationReportResult", description="What `publishImplementationReport` answers."
    ),
]


@strawberry.input(description="The guarantor's observation. It decides nothing.")
class PublishObservationInput(ActInput):
    text: Multilingual = field(description="What it says.")

    async def act(self, making: Making) -> Act:
        return PublishObservation(text=making.body(self.text, "observation", "text"))


PublishObservationResult = Annotated[
    ConcertationAccepted | AnyRefusal,
    strawberry.union("PublishObservationResult", description="What `publishObservation` answers."),
]


@strawberry.type
class DecisionMutations:
    """Fields of the type Mutation."""

    respond = mutation(
        RespondInput, RespondResult, RecommendationAccepted, "Answer a recommendation, with reasons."
    )
    issue_decision = mutation(
        IssueDecisionInput, IssueDecisionResult, DecisionAccepted, "Issue the decision."
    )
    rectify_decision = mutation(
        RectifyDecisionInput,
        RectifyDecisionResult,
        DecisionAccepted,
        "Put out a new version of the decision; the old one is kept.",
    )
    make_commitment = mutation(
        MakeCommitmentInput,
        MakeCommitmentResult,
        CommitmentAccepted,
        "Commit to something by a date, in answer to a recommendation.",
    )
    report_progress = mutation(
        ReportProgressInput, ReportProgressResult, CommitmentAccepted, "Report on a commitment."
    )
    publish_implementation_report = mutation(
        PublishImplementationReportInput,
        PublishImplementationReportResult,
        ConcertationAccepted,
        "Publish the report that lets the follow-up end.",
    )
    publish_observation = mutation(
        PublishObservationInput,
        PublishObservationResult,
        ConcertationAccepted,
        "Publish the guarantor's observation.",
    )
