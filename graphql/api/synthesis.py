"""The synthesis: chapters and recommendations, what they come from and what came of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import Private, field

from api.commitments import Commitment, commitment_of
from api.connections import After, Connection, First
from api.context import Info
from api.decisions import AwaitedResponse, Response, awaited_response, response_of
from api.ids import global_id
from api.items import Ascertainment, SynthesisItem, ascertainment_of, is_seen
from api.nodes import Node, Text, text
from api.people import Member, Office, member_of, office_of
from api.publication import reads_early, sees, sees_response
from api.snapshot import Snapshot
from api.stages import Stage, stage_of
from api.structure import Lane, lane
from api.treatment import (
    ReservationAnswer,
    SourceSuggestion,
    SynthesisComment,
    Treatment,
    TreatmentGap,
    answers_of,
    comments_of,
    gaps_of,
    suggestions_of,
    treatment_of,
)
from api.written_versions import TextVersion, versions_of
from domain import process


@strawberry.type(description="A chapter of the synthesis.")
class Chapter:
    at_: Private[Snapshot]
    chapter: Private[process.Chapter]
    place: Private[tuple[int, str]]
    text: Text = field(description="What it says.")
    version: int = field(description="Its version, from 1.")
    at: datetime = field(description="When this version was handed in.")

    @field(description="Its axis, where the synthesis has axes.")
    def lane(self) -> Lane | None:
        return lane(self.at_, self.chapter.lane)

    @field(description="The rapporteur.")
    def member(self) -> Member | None:
        return member_of(self.at_, self.chapter.member)

    @field(description="Its versions with what changed, the first one first.")
    async def versions(self, info: Info) -> list[TextVersion]:
        return await versions_of(info, self.at_, *self.place, ("chapter", self.chapter.lane or ""))


@strawberry.type(description="An item of the synthesis, with what it comes from and who owes an answer.")
class Recommendation(SynthesisItem):
    recommendation: Private[process.Recommendation]

    @field(description="Those who owe an answer.")
    def addressees(self) -> list[Office]:
        offices = self.at.process.offices
        return [office_of(self.at, offices[k]) for k in self.recommendation.addressees if k in offices]

    @field(description="The colleges that spoke for it.")
    def in_favour(self) -> list[str]:
        return list(self.recommendation.in_favour)

    @field(description="The colleges that spoke against it.")
    def against(self) -> list[str]:
        return list(self.recommendation.against)

    @field(description="The responses given, one per addressee, once they are published.")
    def responses(self, info: Info) -> list[Response]:
        return [
            response_of(self.at, r)
            for r in self.at.process.responses.values()
            if r.recommendation == self.recommendation.id
            and sees_response(info.context.viewer, self.at, r.stage, r.round, r.addressee)
        ]

    @field(description="The addressees who have not answered, once answers are due.")
    def awaited(self) -> list[AwaitedResponse]:
        return [
            owed
            for office in self.addressees()
            if (owed := awaited_response(self.at, self.recommendation.id, office))
        ]

    @field(description="The commitments made in answer to it.")
    def commitments(self) -> list[Commitment]:
        return [
            commitment_of(self.at, c)
            for c in self.at.process.commitments.values()
            if c.recommendation == self.recommendation.id
        ]


def recommendation_of(at: Snapshot, recommendation: process.Recommendation) -> Recommendation:
    """Make a recommendation."""
    return Recommendation(
        id=global_id("Recommendation", at.id, recommendation.id),
        at=at,
        item=recommendation,
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


def recommendation_seen(info: Info, at: Snapshot, key: str) -> Recommendation | None:
    """Make a recommendation by its name in the ledger, if the viewer sees it."""
    found = recommendation_by_key(at, key)
    return found if found and is_seen(info, at, found.recommendation) else None


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
            Chapter(
                at_=self.at,
                chapter=c,
                place=(self.round, self.synthesis.stage),
                text=Text(body=c.text),
                version=c.version,
                at=c.at,
            )
            for c in self.synthesis.chapters.values()
            if seen
        ]

    @field(description="Its recommendations, once they are published.")
    def recommendations(self, info: Info) -> list[Recommendation]:
        return recommendations_seen(info, self.at, self.synthesis)

    @field(description="Its ascertainments (constats), once they are published.")
    def ascertainments(self, info: Info) -> list[Ascertainment]:
        seen = self._is_seen(info, "recommendations")
        return [ascertainment_of(self.at, a) for a in self.synthesis.ascertainments.values() if seen]

    @field(
        description="What became of all that it comes from: live, and as it was kept from the assembly on."
    )
    async def treatment(self, info: Info) -> Treatment:
        figures = await info.context.reading.treatment.figures(self.at, self.synthesis)
        return treatment_of(self.at, self.synthesis.stage, figures)

    @field(description="The contributions that are neither cited nor set aside, as they were received.")
    async def treatment_gaps(
        self, info: Info, first: First = None, after: After = None
    ) -> Connection[TreatmentGap]:
        return await gaps_of(info, self.at, self.synthesis, first, after)

    @field(
        description="What is not treated and much like a source that is cited: hints of the machine, for those who "
        "work on it. As many contributions are looked at as `first` says, after the one with the key `afterKey`."
    )
    async def treatment_suggestions(
        self,
        info: Info,
        first: First = None,
        after_key: Annotated[
            str | None, strawberry.argument(description="The key of the last contribution looked at.")
        ] = None,
    ) -> list[SourceSuggestion]:
        return await suggestions_of(info, self.at, self.synthesis, first, after_key)

    @field(description="Its answers to the reservations of the council, once it is published.")
    def reservation_answers(self, info: Info) -> list[ReservationAnswer]:
        return answers_of(self.at, self.synthesis) if self._is_seen(info, "synthesis") else []

    @field(description="The comments of the council, for those who work on it.")
    def comments(self, info: Info) -> list[SynthesisComment]:
        return comments_of(self.at, self.synthesis) if reads_early(info.context.viewer, self.at) else []

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
