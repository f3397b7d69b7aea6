"""Acts: what people ask of a concertation. Bodies (texts, files) are named by id and digest.

One module for each theme; here what they have in common: `Act`, any of them, and `Command`, the envelope: who, which
concertation, and the round and stage that its author saw.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import ConfigDict, Field, TypeAdapter

from domain.acts.articles import ArticleAct
from domain.acts.articles import DraftArticle as DraftArticle
from domain.acts.articles import ProposeAmendment as ProposeAmendment
from domain.acts.articles import PutArticleToVote as PutArticleToVote
from domain.acts.articles import SettleAmendment as SettleAmendment
from domain.acts.balloting import BallotingAct
from domain.acts.balloting import CastVote as CastVote
from domain.acts.balloting import GiveProxy as GiveProxy
from domain.acts.balloting import Position as Position
from domain.acts.balloting import RevokeProxy as RevokeProxy
from domain.acts.balloting import WithdrawProposal as WithdrawProposal
from domain.acts.body import Body as Body
from domain.acts.deciding import Answer as Answer
from domain.acts.deciding import DecidingAct
from domain.acts.deciding import IssueDecision as IssueDecision
from domain.acts.deciding import RectifyDecision as RectifyDecision
from domain.acts.deciding import Respond as Respond
from domain.acts.drafting import AmendDraft as AmendDraft
from domain.acts.drafting import AttachDocument as AttachDocument
from domain.acts.drafting import CreateOffice as CreateOffice
from domain.acts.drafting import DraftConcertation as DraftConcertation
from domain.acts.drafting import DraftingAct
from domain.acts.drafting import Launch as Launch
from domain.acts.engine import EngineAct
from domain.acts.engine import RecordSeal as RecordSeal
from domain.acts.engine import SealFigures as SealFigures
from domain.acts.engine import SecretTally as SecretTally
from domain.acts.engine import Tick as Tick
from domain.acts.evaluating import Evaluate as Evaluate
from domain.acts.evaluating import EvaluatingAct
from domain.acts.following import AnswerGuarantorReport as AnswerGuarantorReport
from domain.acts.following import FollowingAct
from domain.acts.following import MakeCommitment as MakeCommitment
from domain.acts.following import PublishGuarantorReport as PublishGuarantorReport
from domain.acts.following import PublishImplementationReport as PublishImplementationReport
from domain.acts.following import PublishObservation as PublishObservation
from domain.acts.following import ReportProgress as ReportProgress
from domain.acts.hearing import AnswerCall as AnswerCall
from domain.acts.hearing import CallWitness as CallWitness
from domain.acts.hearing import CancelHearing as CancelHearing
from domain.acts.hearing import CorrectRecord as CorrectRecord
from domain.acts.hearing import DeclineRequest as DeclineRequest
from domain.acts.hearing import DraftRecord as DraftRecord
from domain.acts.hearing import HearingAct
from domain.acts.hearing import HoldHearing as HoldHearing
from domain.acts.hearing import MoveHearing as MoveHearing
from domain.acts.hearing import RecordHearing as RecordHearing
from domain.acts.hearing import ReplaceWitness as ReplaceWitness
from domain.acts.hearing import RequestHearing as RequestHearing
from domain.acts.hearing import ScheduleHearing as ScheduleHearing
from domain.acts.hearing import WithdrawRequest as WithdrawRequest
from domain.acts.meeting import Attendance as Attendance
from domain.acts.meeting import CancelMeeting as CancelMeeting
from domain.acts.meeting import ConveneMeeting as ConveneMeeting
from domain.acts.meeting import HoldMeeting as HoldMeeting
from domain.acts.meeting import MeetingAct
from domain.acts.meeting import RecordMinutes as RecordMinutes
from domain.acts.migrating import MigrateProcedure as MigrateProcedure
from domain.acts.migrating import MigratingAct
from domain.acts.people import MOST_AT_ONCE as MOST_AT_ONCE
from domain.acts.people import AdmitInvited as AdmitInvited
from domain.acts.people import AppointMember as AppointMember
from domain.acts.people import AssignOrganisation as AssignOrganisation
from domain.acts.people import EndTerm as EndTerm
from domain.acts.people import EnrolMember as EnrolMember
from domain.acts.people import EnrolMembers as EnrolMembers
from domain.acts.people import GiveDelegation as GiveDelegation
from domain.acts.people import PeopleAct
from domain.acts.people import RemoveMember as RemoveMember
from domain.acts.people import RevokeDelegation as RevokeDelegation
from domain.acts.people import TermEnd as TermEnd
from domain.acts.reviewing import Conclusion as Conclusion
from domain.acts.reviewing import DeclareInterest as DeclareInterest
from domain.acts.reviewing import DeclineWithdrawal as DeclineWithdrawal
from domain.acts.reviewing import DraftOpinion as DraftOpinion
from domain.acts.reviewing import MakeReservation as MakeReservation
from domain.acts.reviewing import PutOpinionToVote as PutOpinionToVote
from domain.acts.reviewing import RecordDissent as RecordDissent
from domain.acts.reviewing import RecuseMember as RecuseMember
from domain.acts.reviewing import ReviewingAct
from domain.acts.reviewing import StatePosition as StatePosition
from domain.acts.reviewing import WithdrawFromReview as WithdrawFromReview
from domain.acts.scheduling import Abandon as Abandon
from domain.acts.scheduling import CloseStageEarly as CloseStageEarly
from domain.acts.scheduling import ExtendStage as ExtendStage
from domain.acts.scheduling import PostponeStage as PostponeStage
from domain.acts.scheduling import RectifyStage as RectifyStage
from domain.acts.scheduling import ReopenStage as ReopenStage
from domain.acts.scheduling import Resume as Resume
from domain.acts.scheduling import SchedulingAct
from domain.acts.scheduling import Suspend as Suspend
from domain.acts.synthesising import MOST_SOURCES as MOST_SOURCES
from domain.acts.synthesising import AnswerReservation as AnswerReservation
from domain.acts.synthesising import AssembleSynthesis as AssembleSynthesis
from domain.acts.synthesising import CiteSources as CiteSources
from domain.acts.synthesising import Comment as Comment
from domain.acts.synthesising import MakeAscertainment as MakeAscertainment
from domain.acts.synthesising import MakeRecommendation as MakeRecommendation
from domain.acts.synthesising import SetAside as SetAside
from domain.acts.synthesising import Settlement as Settlement
from domain.acts.synthesising import SubmitChapter as SubmitChapter
from domain.acts.synthesising import SynthesisingAct
from domain.acts.synthesising import TakeBack as TakeBack
from domain.acts.synthesising import Treated as Treated
from domain.acts.synthesising import TreatmentFigures as TreatmentFigures

Act = (
    DraftingAct
    | PeopleAct
    | SchedulingAct
    | MigratingAct
    | BallotingAct
    | HearingAct
    | MeetingAct
    | ReviewingAct
    | EvaluatingAct
    | ArticleAct
    | SynthesisingAct
    | DecidingAct
    | FollowingAct
    | EngineAct
)

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
