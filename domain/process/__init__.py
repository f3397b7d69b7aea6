"""The state of one concertation: what decisions need, and nothing else.

Folded from events by `evolve`; cached as the snapshot. Frozen: every change is a new value. One module for each theme.
"""

from __future__ import annotations

from domain.process.articles import Amendment as Amendment
from domain.process.articles import Article as Article
from domain.process.articles import article_ballot as article_ballot
from domain.process.articles import article_in as article_in
from domain.process.balloting import Ballot as Ballot
from domain.process.balloting import BallotOutcome as BallotOutcome
from domain.process.balloting import BallotState as BallotState
from domain.process.balloting import Count as Count
from domain.process.balloting import Proposal as Proposal
from domain.process.balloting import Purpose as Purpose
from domain.process.balloting import Vote as Vote
from domain.process.deciding import Decision as Decision
from domain.process.deciding import Response as Response
from domain.process.deciding import next_embargo_end as next_embargo_end
from domain.process.documents import Document as Document
from domain.process.following import Commitment as Commitment
from domain.process.following import GuarantorReport as GuarantorReport
from domain.process.following import Observation as Observation
from domain.process.following import Progress as Progress
from domain.process.following import next_due as next_due
from domain.process.hearing import Call as Call
from domain.process.hearing import Hearing as Hearing
from domain.process.hearing import HearingRequest as HearingRequest
from domain.process.hearing import HearingState as HearingState
from domain.process.hearing import RequestState as RequestState
from domain.process.hearing import Shared as Shared
from domain.process.meeting import Meeting as Meeting
from domain.process.meeting import MeetingState as MeetingState
from domain.process.meeting import Presence as Presence
from domain.process.people import Delegation as Delegation
from domain.process.people import Member as Member
from domain.process.people import OfficeHeld as OfficeHeld
from domain.process.people import Term as Term
from domain.process.people import as_held as as_held
from domain.process.people import next_end_of_term as next_end_of_term
from domain.process.people import offices_of as offices_of
from domain.process.reviewing import Evaluation as Evaluation
from domain.process.reviewing import Interest as Interest
from domain.process.reviewing import MemberPosition as MemberPosition
from domain.process.reviewing import Opinion as Opinion
from domain.process.reviewing import ProposedWithdrawal as ProposedWithdrawal
from domain.process.reviewing import Reservation as Reservation
from domain.process.reviewing import Withdrawal as Withdrawal
from domain.process.stages import PlannedStage as PlannedStage
from domain.process.stages import RemovedStage as RemovedStage
from domain.process.stages import Seal as Seal
from domain.process.stages import StageRun as StageRun
from domain.process.stages import State as State
from domain.process.stages import live_stages as live_stages
from domain.process.stages import stage_in_round as stage_in_round
from domain.process.synthesising import Ascertainment as Ascertainment
from domain.process.synthesising import Chapter as Chapter
from domain.process.synthesising import Item as Item
from domain.process.synthesising import Recommendation as Recommendation
from domain.process.synthesising import ReservationAnswer as ReservationAnswer
from domain.process.synthesising import Synthesis as Synthesis
from domain.process.synthesising import SynthesisComment as SynthesisComment
from domain.process.synthesising import items_of as items_of
from domain.process.synthesising import replaced_items as replaced_items
from domain.process.whole import Outcome as Outcome
from domain.process.whole import Phase as Phase
from domain.process.whole import Process as Process
