"""A procedure as data: stages, colleges, offices, ballots and rules that a concertation follows.

Only shapes live here, one module for each theme. What makes a procedure sound is in `check`, its dates
are in `calendar`, its graph is in `graph`.
"""

from __future__ import annotations

from domain.notation import Identifier as Identifier
from domain.notation import Label as Label
from domain.procedure.ballots import Approval as Approval
from domain.procedure.ballots import BallotRule as BallotRule
from domain.procedure.ballots import Gate as Gate
from domain.procedure.ballots import Majority as Majority
from domain.procedure.ballots import ReferBack as ReferBack
from domain.procedure.ballots import Refused as Refused
from domain.procedure.ballots import Signoff as Signoff
from domain.procedure.ballots import Silence as Silence
from domain.procedure.meetings import MeetingRule as MeetingRule
from domain.procedure.part import Part as Part
from domain.procedure.people import ROLES as ROLES
from domain.procedure.people import Appointment as Appointment
from domain.procedure.people import Channel as Channel
from domain.procedure.people import College as College
from domain.procedure.people import Lane as Lane
from domain.procedure.people import Office as Office
from domain.procedure.people import Role as Role
from domain.procedure.people import Theme as Theme
from domain.procedure.stages import VISIBLE as VISIBLE
from domain.procedure.stages import Duration as Duration
from domain.procedure.stages import Kind as Kind
from domain.procedure.stages import QuorumFailure as QuorumFailure
from domain.procedure.stages import Stage as Stage
from domain.procedure.stages import Treatment as Treatment
from domain.procedure.stages import Visibility as Visibility
from domain.procedure.whole import SIGNABLE as SIGNABLE
from domain.procedure.whole import Overrule as Overrule
from domain.procedure.whole import Procedure as Procedure
from domain.procedure.whole import Rounds as Rounds
from domain.procedure.whole import Signable as Signable
