"""Events: what has happened to a concertation, in order, never changed. No personal data.

One module of facts for each theme; here what they have in common: `Fact`, any of them, and `Event`, the envelope: who,
on whose behalf, when, round and stage.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict, Field, TypeAdapter

from domain.events.advancing import AdvancingFact
from domain.events.advancing import ConcertationEnded as ConcertationEnded
from domain.events.advancing import GatePassed as GatePassed
from domain.events.advancing import GateReturned as GateReturned
from domain.events.advancing import LastResortApplied as LastResortApplied
from domain.events.advancing import QuorumMissed as QuorumMissed
from domain.events.advancing import RoundOpened as RoundOpened
from domain.events.advancing import SealingBegun as SealingBegun
from domain.events.advancing import StageAwaitsConclusion as StageAwaitsConclusion
from domain.events.advancing import StageAwaitsOpening as StageAwaitsOpening
from domain.events.advancing import StageClosed as StageClosed
from domain.events.advancing import StageConcluded as StageConcluded
from domain.events.advancing import StageOpened as StageOpened
from domain.events.advancing import StageOverdue as StageOverdue
from domain.events.advancing import StageSealed as StageSealed
from domain.events.articles import AmendmentProposed as AmendmentProposed
from domain.events.articles import AmendmentSettled as AmendmentSettled
from domain.events.articles import ArticleAdopted as ArticleAdopted
from domain.events.articles import ArticleDrafted as ArticleDrafted
from domain.events.articles import ArticleFact
from domain.events.articles import ArticleRefused as ArticleRefused
from domain.events.balloting import BallotClosed as BallotClosed
from domain.events.balloting import BallotEscalated as BallotEscalated
from domain.events.balloting import BallotHeld as BallotHeld
from domain.events.balloting import BallotingFact
from domain.events.balloting import BallotOpened as BallotOpened
from domain.events.balloting import BallotReconvened as BallotReconvened
from domain.events.balloting import ProxyGiven as ProxyGiven
from domain.events.balloting import ProxyRevoked as ProxyRevoked
from domain.events.balloting import VoteCast as VoteCast
from domain.events.deciding import DecidingFact
from domain.events.deciding import DecisionIssued as DecisionIssued
from domain.events.deciding import DecisionPublished as DecisionPublished
from domain.events.deciding import DecisionRectified as DecisionRectified
from domain.events.deciding import ResponseGiven as ResponseGiven
from domain.events.deciding import ResponseLate as ResponseLate
from domain.events.drafting import ConcertationDrafted as ConcertationDrafted
from domain.events.drafting import ConcertationLaunched as ConcertationLaunched
from domain.events.drafting import DocumentAttached as DocumentAttached
from domain.events.drafting import DraftAmended as DraftAmended
from domain.events.drafting import DraftingFact
from domain.events.drafting import OfficeCreated as OfficeCreated
from domain.events.evaluating import EvaluatingFact
from domain.events.evaluating import EvaluationGiven as EvaluationGiven
from domain.events.following import CommitmentLate as CommitmentLate
from domain.events.following import CommitmentMade as CommitmentMade
from domain.events.following import FollowingFact
from domain.events.following import GuarantorAnswered as GuarantorAnswered
from domain.events.following import GuarantorReported as GuarantorReported
from domain.events.following import ImplementationReported as ImplementationReported
from domain.events.following import ObservationPublished as ObservationPublished
from domain.events.following import ProgressReported as ProgressReported
from domain.events.hearing import CallAnswered as CallAnswered
from domain.events.hearing import HearingCancelled as HearingCancelled
from domain.events.hearing import HearingFact
from domain.events.hearing import HearingHeld as HearingHeld
from domain.events.hearing import HearingMoved as HearingMoved
from domain.events.hearing import HearingRecordApproved as HearingRecordApproved
from domain.events.hearing import HearingRecorded as HearingRecorded
from domain.events.hearing import HearingRequested as HearingRequested
from domain.events.hearing import HearingScheduled as HearingScheduled
from domain.events.hearing import RecordCorrected as RecordCorrected
from domain.events.hearing import RecordDrafted as RecordDrafted
from domain.events.hearing import RequestDeclined as RequestDeclined
from domain.events.hearing import RequestWithdrawn as RequestWithdrawn
from domain.events.hearing import WitnessCalled as WitnessCalled
from domain.events.hearing import WitnessReplaced as WitnessReplaced
from domain.events.meeting import MeetingCancelled as MeetingCancelled
from domain.events.meeting import MeetingConvened as MeetingConvened
from domain.events.meeting import MeetingFact
from domain.events.meeting import MeetingHeld as MeetingHeld
from domain.events.meeting import MinutesRecorded as MinutesRecorded
from domain.events.migrating import MigratingFact
from domain.events.migrating import ProcedureMigrated as ProcedureMigrated
from domain.events.people import DelegationGiven as DelegationGiven
from domain.events.people import DelegationRevoked as DelegationRevoked
from domain.events.people import MemberAppointed as MemberAppointed
from domain.events.people import MemberEnrolled as MemberEnrolled
from domain.events.people import MemberLeft as MemberLeft
from domain.events.people import OrganisationAssigned as OrganisationAssigned
from domain.events.people import PeopleFact
from domain.events.people import TermEnded as TermEnded
from domain.events.reviewing import DissentRecorded as DissentRecorded
from domain.events.reviewing import InterestDeclared as InterestDeclared
from domain.events.reviewing import MemberRecused as MemberRecused
from domain.events.reviewing import MemberWithdrew as MemberWithdrew
from domain.events.reviewing import OpinionAdopted as OpinionAdopted
from domain.events.reviewing import OpinionDrafted as OpinionDrafted
from domain.events.reviewing import OpinionRejected as OpinionRejected
from domain.events.reviewing import PositionStated as PositionStated
from domain.events.reviewing import ReservationMade as ReservationMade
from domain.events.reviewing import ReviewingFact
from domain.events.reviewing import WithdrawalDeclined as WithdrawalDeclined
from domain.events.reviewing import WithdrawalProposed as WithdrawalProposed
from domain.events.scheduling import ConcertationAbandoned as ConcertationAbandoned
from domain.events.scheduling import RectificationOpened as RectificationOpened
from domain.events.scheduling import Resumed as Resumed
from domain.events.scheduling import SchedulingFact
from domain.events.scheduling import StageClosingAdvanced as StageClosingAdvanced
from domain.events.scheduling import StageExtended as StageExtended
from domain.events.scheduling import StagePostponed as StagePostponed
from domain.events.scheduling import StageReopened as StageReopened
from domain.events.scheduling import Suspended as Suspended
from domain.events.synthesising import AscertainmentMade as AscertainmentMade
from domain.events.synthesising import ChapterSubmitted as ChapterSubmitted
from domain.events.synthesising import CommentMade as CommentMade
from domain.events.synthesising import ContributionsSetAside as ContributionsSetAside
from domain.events.synthesising import RecommendationMade as RecommendationMade
from domain.events.synthesising import ReservationAnswered as ReservationAnswered
from domain.events.synthesising import SetAsideTakenBack as SetAsideTakenBack
from domain.events.synthesising import SourcesCited as SourcesCited
from domain.events.synthesising import SynthesisAssembled as SynthesisAssembled
from domain.events.synthesising import SynthesisingFact

Fact = (
    DraftingFact
    | PeopleFact
    | SchedulingFact
    | MigratingFact
    | AdvancingFact
    | BallotingFact
    | HearingFact
    | MeetingFact
    | ReviewingFact
    | EvaluatingFact
    | ArticleFact
    | SynthesisingFact
    | DecidingFact
    | FollowingFact
)


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
