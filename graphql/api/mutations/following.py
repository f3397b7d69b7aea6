"""The follow-up: commitments, the reports on them, what the guarantor publishes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import ID, field

from api.accepting import CommitmentAccepted, ConcertationAccepted
from api.answers import AnyRefusal, WorkRefusal
from api.enumerations import CommitmentStatus
from api.performing import ActInput, Making, StageActInput, mutation
from api.scalars import Multilingual
from domain.acts import (
    Act,
    AnswerGuarantorReport,
    MakeCommitment,
    PublishGuarantorReport,
    PublishImplementationReport,
    PublishObservation,
    ReportProgress,
)
from domain.refusals import Code


@strawberry.input(description="Something promised in answer to a recommendation.")
class MakeCommitmentInput(StageActInput):
    recommendation_id: ID = field(description="The recommendation.")
    owner: str = field(description="The key of the office that promises.")
    due_at: datetime = field(description="Until when.")
    text: Multilingual = field(description="What is promised.")
    indicator: Multilingual | None = field(default=None, description="How one will see that it was kept.")

    async def act(self, making: Making) -> Act:
        return MakeCommitment(
            commitment=making.made("commitment"),
            recommendation=making.recommendation(self.recommendation_id),
            owner=self.owner,
            due_at=self.due_at,
            text=making.body(self.text, "commitment", "text"),
            indicator=making.body(self.indicator, "indicator", "indicator") if self.indicator else None,
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


@strawberry.input(description="The guarantor's report on the whole. Published again, it is a new version.")
class PublishGuarantorReportInput(ActInput):
    text: Multilingual = field(description="What it says.")

    async def act(self, making: Making) -> Act:
        return PublishGuarantorReport(text=making.body(self.text, "guarantor_report", "text"))


PublishGuarantorReportResult = Annotated[
    ConcertationAccepted | AnyRefusal,
    strawberry.union("PublishGuarantorReportResult", description="What `publishGuarantorReport` answers."),
]


@strawberry.input(description="The answer to the latest version of the guarantor's report: one.")
class AnswerGuarantorReportInput(ActInput):
    text: Multilingual = field(description="What it says.")

    async def act(self, making: Making) -> Act:
        return AnswerGuarantorReport(text=making.body(self.text, "guarantor_answer", "text"))


AnswerGuarantorReportResult = Annotated[
    ConcertationAccepted | AnyRefusal,
    strawberry.union("AnswerGuarantorReportResult", description="What `answerGuarantorReport` answers."),
]


@strawberry.type
class FollowingMutations:
    """Fields of the type Mutation."""

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
    publish_guarantor_report = mutation(
        PublishGuarantorReportInput,
        PublishGuarantorReportResult,
        ConcertationAccepted,
        "Publish the guarantor's report, or a new version of it.",
    )
    answer_guarantor_report = mutation(
        AnswerGuarantorReportInput,
        AnswerGuarantorReportResult,
        ConcertationAccepted,
        "Answer the guarantor's report.",
    )
