"""Acts: what people ask of a concertation. Bodies (texts, files) are named by id and digest.

`Command` is the envelope: who, which concertation, and the round and stage that its author saw.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter

from domain.enumeration import direct
from domain.procedure import Label, Office, Procedure


@direct
class Position(StrEnum):
    """What a vote says."""

    FAVOURABLE = "favourable"
    UNFAVOURABLE = "unfavourable"
    ABSTAIN = "abstain"


@direct
class Conclusion(StrEnum):
    """What a collective opinion concludes."""

    FAVOURABLE = "favourable"
    FAVOURABLE_WITH_RESERVATIONS = "favourable_with_reservations"
    UNFAVOURABLE = "unfavourable"
    REFER_BACK = "refer_back"


@direct
class Answer(StrEnum):
    """What an addressee answers to a recommendation."""

    FOLLOWED = "followed"
    FOLLOWED_IN_PART = "followed_in_part"
    NOT_FOLLOWED = "not_followed"
    DEFERRED = "deferred"


@direct
class TermEnd(StrEnum):
    """Why a term ended."""

    RESIGNATION = "resignation"
    END_OF_TERM = "end_of_term"
    DEATH = "death"
    REVOCATION = "revocation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A text or file kept in the store, named by its id and the SHA-256 of its canonical content."""

    id: str
    digest: str


# Draft and launch ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftConcertation:
    """Begin a concertation as a draft. Its author becomes its first coordinator."""

    kind: Literal["draft_concertation"] = "draft_concertation"
    slug: str
    title: Label
    procedure: Procedure
    procedure_digest: str
    lanes: dict[str, Label] | None = None
    """Axes of this concertation; unset: those of the procedure."""
    themes: dict[str, Label] | None = None
    territories: tuple[str, ...] | None = None
    parent: str | None = None
    copied_from: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendDraft:
    """Change title or territories while it is a draft. Unset means unchanged."""

    kind: Literal["amend_draft"] = "amend_draft"
    title: Label | None = None
    territories: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateOffice:
    """Add an office that this concertation needs beyond those of its procedure (an addressee, say)."""

    kind: Literal["create_office"] = "create_office"
    office: Office


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolMember:
    """Admit a person as a member, in a college or (council, secretariat) in none."""

    kind: Literal["enrol_member"] = "enrol_member"
    member: str
    college: str | None = None
    organisation: str | None = None
    territory: str | None = None
    elected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolMembers:
    """Admit several people at once, all or none: what a list brings in. `MOST_AT_ONCE` at most."""

    kind: Literal["enrol_members"] = "enrol_members"
    members: tuple[EnrolMember, ...]


MOST_AT_ONCE = 1000
"""People whom one command enrols."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignOrganisation:
    """A member speaks for an organisation of their college from now on; unset: for themself."""

    kind: Literal["assign_organisation"] = "assign_organisation"
    member: str
    organisation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmitInvited:
    """The engine's own: whoever took up the invitation of an organisation becomes its representative.

    That the invitation exists and is theirs was found where invitations are kept, before it was asked.
    """

    kind: Literal["admit_invited"] = "admit_invited"
    member: str
    college: str | None
    organisation: str
    territory: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveMember:
    """A member leaves. Their offices end with it; what they said stays."""

    kind: Literal["remove_member"] = "remove_member"
    member: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointMember:
    """Give a member a seat of an office for a term. `seat` unset: the first that is free."""

    kind: Literal["appoint_member"] = "appoint_member"
    office: str
    member: str
    seat: int | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndTerm:
    """End a term. A successor, if named, takes the rest of it. The holder may resign themself."""

    kind: Literal["end_term"] = "end_term"
    office: str
    seat: int
    cause: TermEnd
    successor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveDelegation:
    """The holder of a seat lets another member act for it during a period."""

    kind: Literal["give_delegation"] = "give_delegation"
    office: str
    to: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeDelegation:
    """End a delegation before its time."""

    kind: Literal["revoke_delegation"] = "revoke_delegation"
    delegation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachDocument:
    """Put a version of a document into the information file, of one stage or of the whole."""

    kind: Literal["attach_document"] = "attach_document"
    document: Body
    title: Label
    stage: str | None = None
    questionnaire: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """Announce the concertation, with its first opening. Everything then runs by its calendar."""

    kind: Literal["launch"] = "launch"
    opens_at: datetime


# The schedule of a stage --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendStage:
    """Move the closing of an open stage to a later instant (prorogation)."""

    kind: Literal["extend_stage"] = "extend_stage"
    closes_at: datetime
    seen_closes_at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostponeStage:
    """Move the opening of a stage that has not opened (report); its closing moves as much."""

    kind: Literal["postpone_stage"] = "postpone_stage"
    opens_at: datetime
    seen_opens_at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseStageEarly:
    """Move the closing of an open stage to an earlier instant, never before its minimum."""

    kind: Literal["close_stage_early"] = "close_stage_early"
    closes_at: datetime
    seen_closes_at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspend:
    """Stop the clock: of the stage that the command names, or of everything."""

    kind: Literal["suspend"] = "suspend"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """Start the clock again; what was left is shifted by the length of the suspension."""

    kind: Literal["resume"] = "resume"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenStage:
    """Open a closed stage again after an incident (réouverture)."""

    kind: Literal["reopen_stage"] = "reopen_stage"
    closes_at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RectifyStage:
    """Let clerks add what was left out of a sealed set until an instant; a supplementary seal follows."""

    kind: Literal["rectify_stage"] = "rectify_stage"
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Abandon:
    """End the concertation without a decision."""

    kind: Literal["abandon"] = "abandon"
    reason: str


# Ballots ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CastVote:
    """Vote in a ballot. `subject` is the digest that the voter saw; `seat` names a mandate held by proxy.

    In a secret ballot `position` is `None` here and in the ledger: the store keeps it with its salt,
    and `commitment` is the digest of both.
    """

    kind: Literal["cast_vote"] = "cast_vote"
    ballot: str
    subject: str
    position: Position | None
    commitment: str | None = None
    seat: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveProxy:
    """Let another voter of the same ballot vote for one's seat (procuration)."""

    kind: Literal["give_proxy"] = "give_proxy"
    ballot: str
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeProxy:
    """Take a proxy back, as long as it has not voted."""

    kind: Literal["revoke_proxy"] = "revoke_proxy"
    ballot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawProposal:
    """Take back a proposal that waits for signatures."""

    kind: Literal["withdraw_proposal"] = "withdraw_proposal"
    ballot: str


# Hearings -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleHearing:
    """Set a hearing inside the window of its stage. `place` is a body (address, room, link)."""

    kind: Literal["schedule_hearing"] = "schedule_hearing"
    hearing: str
    starts_at: datetime
    ends_at: datetime
    witnesses: tuple[str, ...]
    place: Body | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldHearing:
    """Record that a hearing took place, and who was heard."""

    kind: Literal["hold_hearing"] = "hold_hearing"
    hearing: str
    heard: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelHearing:
    """Cancel a hearing, with a reason."""

    kind: Literal["cancel_hearing"] = "cancel_hearing"
    hearing: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordHearing:
    """Hand in the record of a hearing; those heard approve it where the procedure says so."""

    kind: Literal["record_hearing"] = "record_hearing"
    hearing: str
    record: Body


# Scientific review --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclareInterest:
    """Declare one's interests. An empty declaration says that there are none."""

    kind: Literal["declare_interest"] = "declare_interest"
    themes: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    statement: Body | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawFromReview:
    """One's own act (déport): take no part in the ballots of the stage, or of the lane's whole work."""

    kind: Literal["withdraw_from_review"] = "withdraw_from_review"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecuseMember:
    """The chair's act (récusation)."""

    kind: Literal["recuse_member"] = "recuse_member"
    member: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatePosition:
    """A council member's individual position before the collective opinion."""

    kind: Literal["state_position"] = "state_position"
    position: Conclusion
    statement: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftOpinion:
    """Hand in a version of the council's collective opinion."""

    kind: Literal["draft_opinion"] = "draft_opinion"
    text: Body
    conclusion: Conclusion


@dataclass(frozen=True, slots=True, kw_only=True)
class PutOpinionToVote:
    """Open the ballot on the collective opinion. `text` is the digest that the author saw."""

    kind: Literal["put_opinion_to_vote"] = "put_opinion_to_vote"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeReservation:
    """Add a reservation to the draft opinion: an item that the synthesis must lift or declare maintained."""

    kind: Literal["make_reservation"] = "make_reservation"
    reservation: str
    text: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDissent:
    """Record one's dissent from an adopted opinion."""

    kind: Literal["record_dissent"] = "record_dissent"
    text: Body


# Synthesis and decision ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitChapter:
    """A rapporteur hands in the chapter of their axis (or the only one)."""

    kind: Literal["submit_chapter"] = "submit_chapter"
    lane: str | None
    text: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeRecommendation:
    """Add or replace a recommendation. `sources` are contribution, record or reservation ids."""

    kind: Literal["make_recommendation"] = "make_recommendation"
    recommendation: str
    lane: str | None
    themes: tuple[str, ...]
    addressees: tuple[str, ...]
    sources: tuple[str, ...]
    text: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class AssembleSynthesis:
    """The general rapporteur assembles the chapters. Chapters and recommendations are then fixed."""

    kind: Literal["assemble_synthesis"] = "assemble_synthesis"
    text: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class Respond:
    """An addressee's reasoned response to a recommendation: one each (D11)."""

    kind: Literal["respond"] = "respond"
    recommendation: str
    addressee: str
    answer: Answer
    reasons: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueDecision:
    """The deciding authority issues the decision, once every response is in."""

    kind: Literal["issue_decision"] = "issue_decision"
    text: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class RectifyDecision:
    """A new version of a decision that is out; the old one is kept."""

    kind: Literal["rectify_decision"] = "rectify_decision"
    text: Body
    reason: str


# Follow-up ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeCommitment:
    """Commit to something by a date, in answer to a recommendation. `text` says what and the indicator."""

    kind: Literal["make_commitment"] = "make_commitment"
    commitment: str
    recommendation: str
    owner: str
    due_at: datetime
    text: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportProgress:
    """Report on a commitment."""

    kind: Literal["report_progress"] = "report_progress"
    commitment: str
    status: Literal["under_way", "kept", "late", "given_up"]
    report: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishImplementationReport:
    """The report that lets the follow-up, and the concertation, end."""

    kind: Literal["publish_implementation_report"] = "publish_implementation_report"
    text: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishObservation:
    """The guarantor's observation; decides nothing."""

    kind: Literal["publish_observation"] = "publish_observation"
    text: Body


# The engine's own ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretTally:
    """The counts of a secret ballot, from the store, at the instant its window ends."""

    ballot: str
    favourable: int
    unfavourable: int
    abstain: int
    chair: Position | None = None
    """The chair's position, given only where a tie calls for the casting vote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """Time has passed: do all that is due. Sent by the workflow, harmless at any time."""

    kind: Literal["tick"] = "tick"
    tallies: tuple[SecretTally, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SealFigures:
    """What the seal of a set states: root, number of leaves, counts, and those entitled by college."""

    root: str
    count: int
    by_college: dict[str, int]
    by_channel: dict[str, int]
    entitled: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSeal:
    """The store has sealed the set of the stage that the command names."""

    kind: Literal["record_seal"] = "record_seal"
    figures: SealFigures


Act = (
    DraftConcertation | AmendDraft | CreateOffice | EnrolMember | EnrolMembers | AssignOrganisation | RemoveMember
    | AppointMember | EndTerm | GiveDelegation | RevokeDelegation | AttachDocument | Launch
    | ExtendStage | PostponeStage | CloseStageEarly | Suspend | Resume | ReopenStage | RectifyStage | Abandon
    | CastVote | GiveProxy | RevokeProxy | WithdrawProposal
    | ScheduleHearing | HoldHearing | CancelHearing | RecordHearing
    | DeclareInterest | WithdrawFromReview | RecuseMember | StatePosition | DraftOpinion | PutOpinionToVote
    | MakeReservation | RecordDissent
    | SubmitChapter | MakeRecommendation | AssembleSynthesis | Respond | IssueDecision | RectifyDecision
    | MakeCommitment | ReportProgress | PublishImplementationReport | PublishObservation
    | Tick | RecordSeal | AdmitInvited
)  # fmt: skip

SYSTEM = "system"
"""The actor of the engine's own commands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts: a pseudonymous member id, whom they act for, and roles on the platform (not in the concertation)."""

    member: str
    on_behalf_of: str | None = None
    platform_roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """An act addressed to a concertation. `id` is the idempotency key of its author."""

    id: str
    concertation: str
    actor: Actor
    act: Annotated[Act, Field(discriminator="kind")]
    round: int | None = None
    stage: str | None = None


ACT: TypeAdapter[Act] = TypeAdapter(
    Annotated[Act, Field(discriminator="kind")], config=ConfigDict(defer_build=True)
)


def act_content(act: Act) -> Any:
    """Give the JSON form of an act, for its digest and for the ledger."""
    return ACT.dump_python(act, mode="json")
