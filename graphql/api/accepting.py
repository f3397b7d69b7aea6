"""What a mutation answers when its command was done: the events, and the object concerned as it stands now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import strawberry
from strawberry import Private, field

from api.ballots import Ballot, ballot_of
from api.commitments import Commitment, commitment_of
from api.concertation import Concertation, concertation_of
from api.context import Info
from api.decisions import Decision, decision_of
from api.enumerations import Purpose
from api.events import LedgerEvent, event_of
from api.hearings import Hearing, HearingRequest, hearing_of, request_of
from api.items import SynthesisItem, item_by_key
from api.meetings import Meeting, meeting_by_key
from api.people import Delegation, Member, Office, delegation_of, member_of, office_of
from api.procedures import Procedure
from api.receipts import Receipt
from api.refusals import Refusal
from api.review import Opinion, Reservation, opinion_of, reservation_of
from api.snapshot import Snapshot
from api.stages import Stage, stage_of
from api.structure import Document, document_of
from api.synthesis import Recommendation, Synthesis, recommendation_by_key, synthesis_of
from api.treatment import Treatment
from domain.acts import Command
from domain.events import BallotOpened, Event
from domain.process import stage_in_round


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A command that was done: the concertation as it stands now, and the events that came of it."""

    command: Command
    at: Snapshot
    #: The number of the first of the events.
    first_seq: int
    events: tuple[Event, ...]

    def found(self, name: str) -> str | None:
        """Give the name of the object concerned: from the act, or else from the first event that has one."""
        value = getattr(self.command.act, name, None)
        facts = (getattr(event.fact, name, None) for event in self.events)
        return value or next((fact for fact in facts if fact), None)

    def signatures(self) -> str | None:
        """Give the ballot that the act waits for, where it was put behind signatures."""
        opened = (event.fact for event in self.events if isinstance(event.fact, BallotOpened))
        return next(
            (
                fact.ballot
                for fact in opened
                if fact.purpose is Purpose.SIGNATURES and fact.act == self.command.act
            ),
            None,
        )


@strawberry.interface(description="The command was done, and is in the ledger.")
class Accepted:
    outcome: Private[Outcome]

    @field(description="The concertation as it stands now.")
    def concertation(self) -> Concertation:
        return concertation_of(self.outcome.at)

    @field(description="What came of the command, in the order of the ledger.")
    async def events(self, info: Info) -> list[LedgerEvent]:
        at, outcome = self.outcome.at, self.outcome
        entries = await info.context.reading.entries(at.id, outcome.first_seq, len(outcome.events))
        return [event_of(info, at, entry) for entry in entries]


@strawberry.type(description="Done, for the concertation as a whole.")
class ConcertationAccepted(Accepted):
    pass


@strawberry.type(description="Done, for a stage.")
class StageAccepted(Accepted):
    @field(description="The stage as it stands now; none where everything is concerned.")
    def stage(self) -> Stage | None:
        return stage_of(self.outcome.at, self.outcome.command.stage)


@strawberry.type(description="Done, for a member.")
class MemberAccepted(Accepted):
    @field(description="The member as they stand now.")
    def member(self) -> Member | None:
        return member_of(self.outcome.at, self.outcome.found("member"))


@strawberry.type(description="Done, for an office.")
class OfficeAccepted(Accepted):
    @field(description="The office as it stands now, with its terms.")
    def office(self) -> Office | None:
        name: Any = self.outcome.found("office")
        held = self.outcome.at.process.offices.get(name if isinstance(name, str) else getattr(name, "id", ""))
        return office_of(self.outcome.at, held) if held else None


@strawberry.type(description="Done, for a delegation.")
class DelegationAccepted(Accepted):
    @field(description="The delegation as it stands now.")
    def delegation(self) -> Delegation | None:
        found = self.outcome.at.process.delegations.get(self.outcome.found("delegation") or "")
        return delegation_of(self.outcome.at, found) if found else None


@strawberry.type(description="Done, for a document of the information file.")
class DocumentAccepted(Accepted):
    @field(description="The document in its latest version.")
    def document(self) -> Document | None:
        name: Any = self.outcome.found("document")
        found = self.outcome.at.process.documents.get(
            name if isinstance(name, str) else getattr(name, "id", "")
        )
        return document_of(self.outcome.at, found) if found else None


@strawberry.type(description="Done, for a ballot.")
class BallotAccepted(Accepted):
    @field(description="The ballot as it stands now.")
    def ballot(self) -> Ballot | None:
        return ballot_of(self.outcome.at, self.outcome.found("ballot"))


@strawberry.type(description="Done, for a hearing.")
class HearingAccepted(Accepted):
    @field(description="The hearing as it stands now.")
    def hearing(self) -> Hearing | None:
        found = self.outcome.at.process.hearings.get(self.outcome.found("hearing") or "")
        return hearing_of(self.outcome.at, found) if found else None


@strawberry.type(description="Done, for a meeting of the council.")
class MeetingAccepted(Accepted):
    @field(description="The meeting as it stands now.")
    def meeting(self) -> Meeting | None:
        return meeting_by_key(self.outcome.at, self.outcome.found("meeting"))


@strawberry.type(description="Done, for a request to be heard.")
class RequestAccepted(Accepted):
    @field(description="The request as it stands now.")
    def request(self) -> HearingRequest | None:
        found = self.outcome.at.process.requests.get(self.outcome.found("request") or "")
        return request_of(self.outcome.at, found) if found else None


@strawberry.type(description="Done, for the council's opinion.")
class OpinionAccepted(Accepted):
    @field(description="The opinion as it stands now.")
    def opinion(self) -> Opinion | None:
        command = self.outcome.command
        run = self.outcome.at.process.runs.get(command.stage or "")
        round_ = command.round or (run.round if run else 0)
        found = self.outcome.at.process.opinions.get(stage_in_round(round_, command.stage or ""))
        return opinion_of(self.outcome.at, found) if found else None

    @field(description="The reservation that was made, where one was.")
    def reservation(self) -> Reservation | None:
        opinion = self.opinion()
        found = opinion.opinion.reservations.get(self.outcome.found("reservation") or "") if opinion else None
        return reservation_of(self.outcome.at, found) if found else None


@strawberry.type(description="Done, for the synthesis.")
class SynthesisAccepted(Accepted):
    @field(description="The synthesis as it stands now.")
    def synthesis(self) -> Synthesis | None:
        command = self.outcome.command
        run = self.outcome.at.process.runs.get(command.stage or "")
        round_ = command.round or (run.round if run else 0)
        found = self.outcome.at.process.syntheses.get(stage_in_round(round_, command.stage or ""))
        return synthesis_of(self.outcome.at, found) if found else None


@strawberry.type(description="Done, for a recommendation: made, or answered.")
class RecommendationAccepted(Accepted):
    @field(description="The recommendation as it stands now, with its responses.")
    def recommendation(self) -> Recommendation | None:
        return recommendation_by_key(self.outcome.at, self.outcome.found("recommendation") or "")


@strawberry.type(description="Done, for an item of the synthesis.")
class ItemAccepted(Accepted):
    @field(description="The item as it stands now.")
    def item(self) -> SynthesisItem | None:
        name = self.outcome.found("item") or self.outcome.found("ascertainment")
        return item_by_key(self.outcome.at, name or "")


@strawberry.type(description="Done, for the treatment of contributions.")
class TreatmentAccepted(SynthesisAccepted):
    @field(description="What has become of all sources now.")
    async def treatment(self, info: Info) -> Treatment | None:
        found = self.synthesis()
        return await found.treatment(info) if found is not None else None


@strawberry.type(description="Done, for the decision.")
class DecisionAccepted(Accepted):
    @field(description="The decision in force.")
    def decision(self) -> Decision | None:
        decisions = self.outcome.at.process.decisions
        return decision_of(self.outcome.at, decisions[-1]) if decisions else None


@strawberry.type(description="Done, for a commitment.")
class CommitmentAccepted(Accepted):
    @field(description="The commitment as it stands now.")
    def commitment(self) -> Commitment | None:
        found = self.outcome.at.process.commitments.get(self.outcome.found("commitment") or "")
        return commitment_of(self.outcome.at, found) if found else None


@strawberry.type(
    description="Not done yet: the act waits, publicly, for the signatures that it needs, and may lapse."
)
class SignOffPending(Refusal, Accepted):
    @field(description="The ballot that gathers the signatures.")
    def ballot(self) -> Ballot | None:
        return ballot_of(self.outcome.at, self.outcome.signatures())


@strawberry.type(description="The contribution was received.")
class ContributionAccepted:
    at: Private[Snapshot]
    receipt: Receipt = field(description="The receipt.")

    @field(description="The concertation as it stands now.")
    def concertation(self) -> Concertation:
        return concertation_of(self.at)


@strawberry.type(description="The procedure was published, or was before with the same content.")
class ProcedureAccepted:
    procedure: Procedure = field(description="The procedure.")
