"""Synthesis, decision and follow-up: what was made of the contributions, and what comes of it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import Private, field

from api.context import Info
from api.enumerations import Answer, CommitmentStatus, Kind
from api.ids import global_id
from api.nodes import Node, Text, text
from api.people import Author, Member, Office, member_of, office_of
from api.publication import sees
from api.review import Reservation
from api.snapshot import Snapshot
from api.stages import Stage, stage_of
from api.structure import Lane, Theme, lane, themes
from domain import process

if TYPE_CHECKING:
    from api.contributions import Contribution
    from api.hearings import Hearing


@strawberry.type(description="A chapter of the synthesis.")
class Chapter:
    at_: Private[Snapshot]
    chapter: Private[process.Chapter]
    text: Text = field(description="What it says.")
    version: int = field(description="Its version, from 1.")
    at: datetime = field(description="When this version was handed in.")

    @field(description="Its axis, where the synthesis has axes.")
    def lane(self) -> Lane | None:
        return lane(self.at_, self.chapter.lane)

    @field(description="The rapporteur.")
    def member(self) -> Member | None:
        return member_of(self.at_, self.chapter.member)


@strawberry.type(description="The reasoned response of one addressee to one recommendation.")
class Response:
    at_: Private[Snapshot]
    response: Private[process.Response]
    answer: Answer = field(description="What is answered.")
    reasons: Text = field(description="Why.")
    at: datetime = field(description="When.")
    version: int = field(description="Its version, from 1.")

    @field(description="Who answers.")
    def addressee(self) -> Office | None:
        held = self.at_.process.offices.get(self.response.addressee)
        return office_of(self.at_, held) if held else None


@strawberry.type(description="An addressee who owes an answer, and since when.")
class AwaitedResponse:
    addressee: Office = field(description="Who owes it.")
    since: datetime | None = field(description="Since when: the opening of the stage of decision.")


@strawberry.type(description="What a recommendation comes from: exactly one of its fields is set.")
class Source:
    at: Private[Snapshot]
    key: str = field(description="The name of the source in the ledger.")
    contribution: Annotated[Contribution, strawberry.lazy("api.contributions")] | None = field(
        description="A contribution, where it may be read."
    )
    hearing: Annotated[Hearing, strawberry.lazy("api.hearings")] | None = field(
        description="A hearing's record."
    )
    reservation: Reservation | None = field(description="A reservation of the council.")


@strawberry.type(description="An item of the synthesis, with what it comes from and who owes an answer.")
class Recommendation(Node):
    at: Private[Snapshot]
    recommendation: Private[process.Recommendation]
    key: str = field(description="Its name in the ledger.")
    round: int = field(description="The round.")
    version: int = field(description="Its version, from 1.")

    @field(description="Its axis, where it has one.")
    def lane(self) -> Lane | None:
        return lane(self.at, self.recommendation.lane)

    @field(description="What it says; its content once it is published.")
    def text(self, info: Info) -> Text:
        given = self.recommendation
        seen = sees(info.context.viewer, self.at, given.stage, given.round, "recommendations")
        return Text(body=given.text, hidden=not seen)

    @field(description="The stage of synthesis that it belongs to.")
    def stage(self) -> Stage | None:
        return stage_of(self.at, self.recommendation.stage, self.recommendation.round)

    @field(description="Its themes.")
    def themes(self) -> list[Theme]:
        return themes(self.at, self.recommendation.themes)

    @field(description="Those who owe an answer.")
    def addressees(self) -> list[Office]:
        offices = self.at.process.offices
        return [office_of(self.at, offices[k]) for k in self.recommendation.addressees if k in offices]

    @field(description="What it comes from: contributions, records of hearings, reservations.")
    async def sources(self, info: Info) -> list[Source]:
        from api.contributions import sources_of

        return await sources_of(info, self.at, self.recommendation.sources)

    @field(description="The responses given, one per addressee.")
    def responses(self) -> list[Response]:
        return [
            response_of(self.at, r)
            for r in self.at.process.responses.values()
            if r.recommendation == self.recommendation.id
        ]

    @field(description="The addressees who have not answered, once answers are due.")
    def awaited(self) -> list[AwaitedResponse]:
        since = _answers_due_since(self.at)
        if since is None:
            return []
        return [
            AwaitedResponse(addressee=office, since=since)
            for office in self.addressees()
            if f"{self.recommendation.id}/{office.key}" not in self.at.process.responses
        ]

    @field(description="The commitments made in answer to it.")
    def commitments(self) -> list[Annotated[Commitment, strawberry.lazy("api.synthesis")]]:
        return [
            commitment_of(self.at, c)
            for c in self.at.process.commitments.values()
            if c.recommendation == self.recommendation.id
        ]


def _answers_due_since(at: Snapshot) -> datetime | None:
    openings = [
        run.opens_at
        for run in at.process.runs.values()
        if run.opens_at and at.process.stages[run.key].kind is Kind.DECISION
    ]
    return min(openings, default=None)


def response_of(at: Snapshot, response: process.Response) -> Response:
    """Make a response."""
    return Response(
        at_=at,
        response=response,
        answer=response.answer,
        reasons=Text(body=response.reasons),
        at=response.at,
        version=response.version,
    )


def recommendation_of(at: Snapshot, recommendation: process.Recommendation) -> Recommendation:
    """Make a recommendation."""
    return Recommendation(
        id=global_id("Recommendation", at.id, recommendation.id),
        at=at,
        recommendation=recommendation,
        key=recommendation.id,
        round=recommendation.round,
        version=recommendation.version,
    )


def recommendation_by_key(at: Snapshot, key: str) -> Recommendation | None:
    """Make a recommendation by its name in the ledger; of several rounds, the latest."""
    for synthesis in reversed(list(at.process.syntheses.values())):
        if key in synthesis.recommendations:
            return recommendation_of(at, synthesis.recommendations[key])
    return None


@strawberry.type(description="The synthesis of one stage in one round: chapters, recommendations, the whole.")
class Synthesis(Node):
    at: Private[Snapshot]
    synthesis: Private[process.Synthesis]
    round: int = field(description="The round.")
    assembled_at: datetime | None = field(description="When it was assembled; chapters are fixed since then.")

    @field(description="The stage.")
    def stage(self) -> Stage | None:
        return stage_of(self.at, self.synthesis.stage, self.synthesis.round)

    @field(description="The whole, once it is published.")
    def text(self, info: Info) -> Text | None:
        return text(self.synthesis.text) if self._is_seen(info, "synthesis") else None

    @field(description="Its chapters, one per axis, once they are published.")
    def chapters(self, info: Info) -> list[Chapter]:
        seen = self._is_seen(info, "chapters")
        return [
            Chapter(at_=self.at, chapter=c, text=Text(body=c.text), version=c.version, at=c.at)
            for c in self.synthesis.chapters.values()
            if seen
        ]

    @field(description="Its recommendations, once they are published.")
    def recommendations(self, info: Info) -> list[Recommendation]:
        return recommendations_seen(info, self.at, self.synthesis)

    def _is_seen(self, info: Info, kind: str) -> bool:
        return sees(info.context.viewer, self.at, self.synthesis.stage, self.synthesis.round, kind)


def recommendations_seen(info: Info, at: Snapshot, synthesis: process.Synthesis) -> list[Recommendation]:
    """Make the recommendations of a synthesis, as far as the viewer sees them."""
    seen = sees(info.context.viewer, at, synthesis.stage, synthesis.round, "recommendations")
    return [recommendation_of(at, r) for r in synthesis.recommendations.values()] if seen else []


def synthesis_of(at: Snapshot, synthesis: process.Synthesis) -> Synthesis:
    """Make a synthesis."""
    return Synthesis(
        id=global_id("Synthesis", at.id, synthesis.round, synthesis.stage),
        at=at,
        synthesis=synthesis,
        round=synthesis.round,
        assembled_at=synthesis.assembled_at,
    )


@strawberry.type(description="A version of the decision. A rectification adds one and keeps those before.")
class Decision:
    at_: Private[Snapshot]
    decision: Private[process.Decision]
    text: Text = field(description="What it says.")
    at: datetime = field(description="When it was issued.")
    round: int = field(description="The round.")
    version: int = field(description="Its version, from 1.")
    reason: str | None = field(description="Why it was rectified.")

    @field(description="The stage.")
    def stage(self) -> Stage | None:
        return stage_of(self.at_, self.decision.stage, self.decision.round)


def decision_of(at: Snapshot, decision: process.Decision) -> Decision:
    """Make a version of the decision."""
    return Decision(
        at_=at,
        decision=decision,
        text=Text(body=decision.text),
        at=decision.at,
        round=decision.round,
        version=decision.version,
        reason=decision.reason,
    )


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
    text: Text = field(description="What is promised, and how one will see that it was kept.")
    late_since: datetime | None = field(description="Since when it is late; public.")

    @field(description="Who promised it.")
    def owner(self) -> Office | None:
        held = self.at.process.offices.get(self.commitment.owner)
        return office_of(self.at, held) if held else None

    @field(description="The recommendation that it answers.")
    def recommendation(self) -> Recommendation | None:
        return recommendation_by_key(self.at, self.commitment.recommendation)

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
