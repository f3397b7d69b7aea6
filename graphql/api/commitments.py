"""The follow-up: commitments and the reports on them, what the guarantor published and what was answered."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import Private, field

from api.context import Info
from api.enumerations import CommitmentStatus
from api.ids import global_id
from api.nodes import Node, Text, text
from api.people import Author, Office, office_of
from api.snapshot import Snapshot
from domain import process

if TYPE_CHECKING:
    from api.synthesis import Recommendation


@strawberry.type(description="A report on a commitment.")
class Progress:
    at: datetime = field(description="When.")
    status: CommitmentStatus = field(description="How it stands.")
    report: Text = field(description="What was done.")


@strawberry.type(description="Something promised in answer to a recommendation, with an owner and a date.")
class Commitment(Node):
    at: Private[Snapshot]
    commitment: Private[process.Commitment]
    key: str = field(description="Its name in the ledger.")
    due_at: datetime = field(description="Until when.")
    text: Text = field(description="What is promised.")
    indicator: Text | None = field(description="How one will see that it was kept.")
    late_since: datetime | None = field(description="Since when it is late; public.")

    @field(description="Who promised it.")
    def owner(self) -> Office | None:
        held = self.at.process.offices.get(self.commitment.owner)
        return office_of(self.at, held) if held else None

    @field(description="The recommendation that it answers, once it is published.")
    def recommendation(
        self, info: Info
    ) -> Annotated[Recommendation, strawberry.lazy("api.synthesis")] | None:
        from api.synthesis import recommendation_seen

        return recommendation_seen(info, self.at, self.commitment.recommendation)

    @field(description="The reports on it, the first one first.")
    def progress(self) -> list[Progress]:
        return [
            Progress(at=p.at, status=CommitmentStatus(p.status), report=Text(body=p.report))
            for p in self.commitment.progress
        ]

    @field(description="How it stands by the latest report; nothing before the first.")
    def status(self) -> CommitmentStatus | None:
        reports = self.commitment.progress
        return CommitmentStatus(reports[-1].status) if reports else None


def commitment_of(at: Snapshot, commitment: process.Commitment) -> Commitment:
    """Make a commitment."""
    return Commitment(
        id=global_id("Commitment", at.id, commitment.id),
        at=at,
        commitment=commitment,
        key=commitment.id,
        due_at=commitment.due_at,
        text=Text(body=commitment.text),
        indicator=text(commitment.indicator),
        late_since=commitment.late_since,
    )


@strawberry.type(description="What the guarantor published. It decides nothing.")
class Observation:
    at_: Private[Snapshot]
    member_id: Private[str]
    at: datetime = field(description="When.")
    text: Text = field(description="What it says.")

    @field(description="The guarantor.")
    def author(self) -> Author:
        return Author(at=self.at_, pseudonym=self.member_id)


def observation_of(at: Snapshot, observation: process.Observation) -> Observation:
    """Make an observation."""
    return Observation(
        at_=at, member_id=observation.member, at=observation.at, text=Text(body=observation.text)
    )


@strawberry.type(description="A version of the guarantor's report, and the answer to it.")
class GuarantorReport(Node):
    at_: Private[Snapshot]
    report: Private[process.GuarantorReport]
    version: int = field(description="Its version, from 1.")
    at: datetime = field(description="When it was published.")
    text: Text = field(description="What it says.")
    answer: Text | None = field(description="What was answered; the age of what is not is public.")
    answered_at: datetime | None = field(description="When it was answered.")

    @field(description="The guarantor.")
    def author(self) -> Author:
        return Author(at=self.at_, pseudonym=self.report.member)

    @field(description="Who answered.")
    def answered_by(self) -> Author | None:
        by = self.report.answered_by
        return Author(at=self.at_, pseudonym=by) if by else None


def guarantor_report_of(at: Snapshot, report: process.GuarantorReport) -> GuarantorReport:
    """Make a version of the guarantor's report."""
    return GuarantorReport(
        id=global_id("GuarantorReport", at.id, report.version),
        at_=at,
        report=report,
        version=report.version,
        at=report.at,
        text=Text(body=report.text),
        answer=text(report.answer),
        answered_at=report.answered_at,
    )
