"""Events: what has happened to a concertation, in order, never changed.

An `Event` is the envelope (who, on whose behalf, when, round, stage) of one fact. No personal data.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field, TypeAdapter

from domain.acts import Act, Answer, Body, Conclusion, Position, SealFigures, TermEnd
from domain.procedure import BallotRule, Label, Office, Procedure
from domain.process import BallotOutcome, Count, Outcome, PlannedStage, Purpose

# Draft, people, launch ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcertationDrafted:
    """A concertation began as a draft; it carries its whole procedure, so that the ledger is enough."""

    kind: Literal["concertation_drafted"] = "concertation_drafted"
    slug: str
    title: Label
    procedure: Procedure
    procedure_digest: str
    lanes: dict[str, Label]
    themes: dict[str, Label]
    territories: tuple[str, ...]
    parent: str | None = None
    copied_from: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftAmended:
    """Title or territories changed."""

    kind: Literal["draft_amended"] = "draft_amended"
    title: Label
    territories: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeCreated:
    """An office was added."""

    kind: Literal["office_created"] = "office_created"
    office: Office


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberEnrolled:
    """A person became a member."""

    kind: Literal["member_enrolled"] = "member_enrolled"
    member: str
    college: str | None = None
    organisation: str | None = None
    territory: str | None = None
    elected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationAssigned:
    """A member speaks for an organisation from now on; unset: for themself."""

    kind: Literal["organisation_assigned"] = "organisation_assigned"
    member: str
    organisation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLeft:
    """A member left; their running terms and delegations ended with it."""

    kind: Literal["member_left"] = "member_left"
    member: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberAppointed:
    """A member holds a seat of an office for a term."""

    kind: Literal["member_appointed"] = "member_appointed"
    office: str
    seat: int
    member: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TermEnded:
    """A term ended before, or at, its end."""

    kind: Literal["term_ended"] = "term_ended"
    office: str
    seat: int
    member: str
    cause: TermEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegationGiven:
    """A holder lets another member act for their seat."""

    kind: Literal["delegation_given"] = "delegation_given"
    delegation: str
    office: str
    seat: int
    giver: str
    to: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegationRevoked:
    """A delegation ended before its time."""

    kind: Literal["delegation_revoked"] = "delegation_revoked"
    delegation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentAttached:
    """A version of a document joined the information file (of one stage, or of all)."""

    kind: Literal["document_attached"] = "document_attached"
    document: str
    digest: str
    title: Label
    for_stage: str | None
    questionnaire: bool
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcertationLaunched:
    """The concertation was announced, with its planned calendar."""

    kind: Literal["concertation_launched"] = "concertation_launched"
    opens_at: datetime
    calendar: dict[str, PlannedStage]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundOpened:
    """A referral back opened the next round at a stage; it carries the new planned calendar."""

    kind: Literal["round_opened"] = "round_opened"
    number: int
    from_stage: str
    calendar: dict[str, PlannedStage]


# Stages -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class StageAwaitsOpening:
    """The stage waits at the gate before its opening."""

    kind: Literal["stage_awaits_opening"] = "stage_awaits_opening"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageOpened:
    """The stage is open in [opens_at, closes_at). `late`: the announced dates could not be kept."""

    kind: Literal["stage_opened"] = "stage_opened"
    opens_at: datetime
    closes_at: datetime
    entry_closes_at: datetime
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StageExtended:
    """The closing moved to a later instant (prorogation)."""

    kind: Literal["stage_extended"] = "stage_extended"
    closes_at: datetime
    entry_closes_at: datetime
    before: datetime
    reason: str
    automatic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePostponed:
    """The planned opening moved to a later instant (report)."""

    kind: Literal["stage_postponed"] = "stage_postponed"
    opens_at: datetime
    closes_at: datetime
    before: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StageClosingAdvanced:
    """The closing moved to an earlier instant, not before the minimum."""

    kind: Literal["stage_closing_advanced"] = "stage_closing_advanced"
    closes_at: datetime
    entry_closes_at: datetime
    before: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StageOverdue:
    """The term of a stage has passed and its work is not delivered: it waits, in public."""

    kind: Literal["stage_overdue"] = "stage_overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageClosed:
    """The answering ended at `closes_at`; what arrived in time on paper may still be entered."""

    kind: Literal["stage_closed"] = "stage_closed"
    closes_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SealingBegun:
    """Nothing can be entered any more; the set is being sealed."""

    kind: Literal["sealing_begun"] = "sealing_begun"
    supplementary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QuorumMissed:
    """A finding: colleges (or `hearings`) that missed what was asked, with what was reached and asked."""

    kind: Literal["quorum_missed"] = "quorum_missed"
    reached: dict[str, int]
    asked: dict[str, int]
    consequence: Literal["extend", "go_on_published", "stop"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSealed:
    """The set is frozen: counts and Merkle root."""

    kind: Literal["stage_sealed"] = "stage_sealed"
    figures: SealFigures
    supplementary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StageAwaitsConclusion:
    """The stage waits at the gate before its conclusion."""

    kind: Literal["stage_awaits_conclusion"] = "stage_awaits_conclusion"


@dataclass(frozen=True, slots=True, kw_only=True)
class GatePassed:
    """A gate was passed (or, where the procedure says so, refused and gone on from, published)."""

    kind: Literal["gate_passed"] = "gate_passed"
    gate: Literal["opening", "conclusion"]
    ballot: str
    in_spite_of_refusal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GateReturned:
    """A gate refused: its subject is back with its authors."""

    kind: Literal["gate_returned"] = "gate_returned"
    gate: Literal["opening", "conclusion"]
    ballot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StageConcluded:
    """The stage is over; what comes after it may begin."""

    kind: Literal["stage_concluded"] = "stage_concluded"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageReopened:
    """A closed stage is open again (réouverture), or a gate sent it back."""

    kind: Literal["stage_reopened"] = "stage_reopened"
    closes_at: datetime
    entry_closes_at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RectificationOpened:
    """Clerks may add what was left out of a sealed set, until an instant."""

    kind: Literal["rectification_opened"] = "rectification_opened"
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspended:
    """The clock of a stage (or of everything, where the event names no stage) stopped."""

    kind: Literal["suspended"] = "suspended"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """The clock runs again; what was left is shifted by `seconds`."""

    kind: Literal["resumed"] = "resumed"
    seconds: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LastResortApplied:
    """No round was left (or no time): the procedure's last resort applies."""

    kind: Literal["last_resort_applied"] = "last_resort_applied"
    consequence: Literal["go_on_published", "stop"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcertationEnded:
    """The end, and how."""

    kind: Literal["concertation_ended"] = "concertation_ended"
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcertationAbandoned:
    """The end, without a decision."""

    kind: Literal["concertation_abandoned"] = "concertation_abandoned"
    reason: str


# Ballots ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotOpened:
    """A ballot began. `act` is the proposal, where the ballot gathers signatures."""

    kind: Literal["ballot_opened"] = "ballot_opened"
    ballot: str
    purpose: Purpose
    subject: str
    rule: BallotRule
    seats: tuple[str, ...]
    closes_at: datetime
    about: str | None = None
    act: Annotated[Act, Field(discriminator="kind")] | None = None
    act_round: int | None = None
    act_stage: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteCast:
    """A seat voted, or revised its vote. A secret position is not here: `commitment` binds it."""

    kind: Literal["vote_cast"] = "vote_cast"
    ballot: str
    seat: str
    position: Position | None
    subject: str
    by_proxy: bool = False
    commitment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyGiven:
    """A seat gave its mandate to another voter."""

    kind: Literal["proxy_given"] = "proxy_given"
    ballot: str
    seat: str
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyRevoked:
    """A seat took its mandate back."""

    kind: Literal["proxy_revoked"] = "proxy_revoked"
    ballot: str
    seat: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotReconvened:
    """The quorum was not met (constat de défaut de quorum): second convening, without quorum."""

    kind: Literal["ballot_reconvened"] = "ballot_reconvened"
    ballot: str
    count: Count
    closes_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotHeld:
    """The window ended without enough votes; the ballot waits for them, in public."""

    kind: Literal["ballot_held"] = "ballot_held"
    ballot: str
    count: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotEscalated:
    """The window ended without enough votes; others are asked instead."""

    kind: Literal["ballot_escalated"] = "ballot_escalated"
    ballot: str
    count: Count
    seats: tuple[str, ...]
    closes_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotClosed:
    """A ballot ended, with its count and outcome."""

    kind: Literal["ballot_closed"] = "ballot_closed"
    ballot: str
    outcome: BallotOutcome
    count: Count | None = None
    casting_vote: bool = False
    lapse_reason: str | None = None
    """Why an act that was signed could not be done any more: a refusal code."""


# Hearings -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingScheduled:
    """A hearing was set."""

    kind: Literal["hearing_scheduled"] = "hearing_scheduled"
    hearing: str
    starts_at: datetime
    ends_at: datetime
    witnesses: tuple[str, ...]
    place: Body | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingHeld:
    """A hearing took place."""

    kind: Literal["hearing_held"] = "hearing_held"
    hearing: str
    heard: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingCancelled:
    """A hearing was cancelled."""

    kind: Literal["hearing_cancelled"] = "hearing_cancelled"
    hearing: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingRecorded:
    """The record of a hearing was handed in."""

    kind: Literal["hearing_recorded"] = "hearing_recorded"
    hearing: str
    record: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingRecordApproved:
    """The record stands: approved by those heard, by vote or by silence, or without need of it."""

    kind: Literal["hearing_record_approved"] = "hearing_record_approved"
    hearing: str
    outcome: BallotOutcome


# Scientific review --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class InterestDeclared:
    """A member declared interests (or none)."""

    kind: Literal["interest_declared"] = "interest_declared"
    member: str
    themes: tuple[str, ...]
    organisations: tuple[str, ...]
    statement: Body | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberWithdrew:
    """A member takes no part (déport); in the stage that the event names, or in anything."""

    kind: Literal["member_withdrew"] = "member_withdrew"
    member: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRecused:
    """The chair recused a member (récusation)."""

    kind: Literal["member_recused"] = "member_recused"
    member: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionStated:
    """A member's individual position."""

    kind: Literal["position_stated"] = "position_stated"
    member: str
    position: Conclusion
    statement: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionDrafted:
    """A version of the collective opinion."""

    kind: Literal["opinion_drafted"] = "opinion_drafted"
    text: Body
    conclusion: Conclusion
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationMade:
    """A reservation joined the draft opinion."""

    kind: Literal["reservation_made"] = "reservation_made"
    reservation: str
    member: str
    text: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionAdopted:
    """The collective opinion was adopted; `tacit` where silence stood for it."""

    kind: Literal["opinion_adopted"] = "opinion_adopted"
    conclusion: Conclusion
    ballot: str | None = None
    tacit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionRejected:
    """The ballot did not adopt the text; the council drafts again."""

    kind: Literal["opinion_rejected"] = "opinion_rejected"
    ballot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DissentRecorded:
    """A member's dissent from the adopted opinion."""

    kind: Literal["dissent_recorded"] = "dissent_recorded"
    member: str
    text: Body


# Synthesis, decision, follow-up -------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ChapterSubmitted:
    """A chapter was handed in."""

    kind: Literal["chapter_submitted"] = "chapter_submitted"
    lane: str | None
    text: Body
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendationMade:
    """A recommendation was added or replaced."""

    kind: Literal["recommendation_made"] = "recommendation_made"
    recommendation: str
    lane: str | None
    themes: tuple[str, ...]
    addressees: tuple[str, ...]
    sources: tuple[str, ...]
    text: Body
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SynthesisAssembled:
    """The chapters were assembled; chapters and recommendations are fixed."""

    kind: Literal["synthesis_assembled"] = "synthesis_assembled"
    text: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseGiven:
    """An addressee answered a recommendation, with reasons."""

    kind: Literal["response_given"] = "response_given"
    recommendation: str
    addressee: str
    answer: Answer
    reasons: Body
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionIssued:
    """The decision is out."""

    kind: Literal["decision_issued"] = "decision_issued"
    text: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRectified:
    """A new version of the decision; the old one is kept."""

    kind: Literal["decision_rectified"] = "decision_rectified"
    text: Body
    reason: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentMade:
    """A commitment with its owner and date."""

    kind: Literal["commitment_made"] = "commitment_made"
    commitment: str
    recommendation: str
    owner: str
    due_at: datetime
    text: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentLate:
    """The date of a commitment has passed and it is not kept: public."""

    kind: Literal["commitment_late"] = "commitment_late"
    commitment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressReported:
    """A report on a commitment."""

    kind: Literal["progress_reported"] = "progress_reported"
    commitment: str
    status: Literal["under_way", "kept", "late", "given_up"]
    report: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class ImplementationReported:
    """The implementation report is out."""

    kind: Literal["implementation_reported"] = "implementation_reported"
    text: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationPublished:
    """The guarantor published an observation."""

    kind: Literal["observation_published"] = "observation_published"
    text: Body


Fact = (
    ConcertationDrafted | DraftAmended | OfficeCreated | MemberEnrolled | OrganisationAssigned | MemberLeft
    | MemberAppointed | TermEnded | DelegationGiven | DelegationRevoked | DocumentAttached
    | ConcertationLaunched | RoundOpened | StageAwaitsOpening | StageOpened | StageExtended | StagePostponed
    | StageClosingAdvanced | StageOverdue | StageClosed | SealingBegun | QuorumMissed | StageSealed
    | StageAwaitsConclusion | GatePassed | GateReturned | StageConcluded | StageReopened | RectificationOpened
    | Suspended | Resumed | LastResortApplied | ConcertationEnded | ConcertationAbandoned | BallotOpened
    | VoteCast | ProxyGiven | ProxyRevoked | BallotReconvened | BallotHeld | BallotEscalated | BallotClosed
    | HearingScheduled | HearingHeld | HearingCancelled | HearingRecorded | HearingRecordApproved
    | InterestDeclared | MemberWithdrew | MemberRecused | PositionStated | OpinionDrafted | ReservationMade
    | OpinionAdopted | OpinionRejected | DissentRecorded | ChapterSubmitted | RecommendationMade
    | SynthesisAssembled | ResponseGiven | DecisionIssued | DecisionRectified | CommitmentMade | CommitmentLate
    | ProgressReported | ImplementationReported | ObservationPublished
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Event:
    """One fact, with who, on whose behalf, when, in which round and stage."""

    #: Reading and writing them is prepared when it is first asked for: many a command never does.
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(defer_build=True)

    at: datetime
    actor: str
    fact: Annotated[Fact, Field(discriminator="kind")]
    on_behalf_of: str | None = None
    round: int | None = None
    stage: str | None = None

    def __init__(
        self,
        *,
        at: datetime,
        actor: str,
        fact: Fact,
        on_behalf_of: str | None = None,
        round: int | None = None,
        stage: str | None = None,
    ) -> None:
        """Fill the instance at once: every fact has one, and the generated constructor takes twice as long."""
        filled = self.__dict__
        filled["at"] = at
        filled["actor"] = actor
        filled["fact"] = fact
        filled["on_behalf_of"] = on_behalf_of
        filled["round"] = round
        filled["stage"] = stage


EVENT: TypeAdapter[Event] = TypeAdapter(Event)


def event_content(event: Event) -> Any:
    """Give the JSON form of an event, as the ledger keeps and hashes it."""
    return EVENT.dump_python(event, mode="json")
