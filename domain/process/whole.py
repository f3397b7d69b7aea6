"""The whole state of one concertation."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from domain.acts import Body
from domain.enumeration import direct
from domain.notation import UNSET
from domain.procedure import BallotRule, Gate, Label, Procedure, Stage
from domain.process.balloting import Ballot, running_ballots
from domain.process.deciding import Decision, Response, next_embargo_end
from domain.process.documents import Document
from domain.process.following import Commitment, GuarantorReport, Observation, next_due
from domain.process.hearing import Hearing, HearingRequest
from domain.process.meeting import Meeting
from domain.process.people import (
    Delegation,
    Member,
    OfficeHeld,
    next_end_of_term,
    offices_by_member,
)
from domain.process.reviewing import Interest, Opinion, ProposedWithdrawal, Withdrawal
from domain.process.stages import RemovedStage, StageRun, live_stages
from domain.process.synthesising import Synthesis, replaced_items


@direct
class Phase(StrEnum):
    """Where the whole concertation stands."""

    VOID = "void"
    """Nothing has happened yet."""
    DRAFT = "draft"
    LAUNCHED = "launched"
    ENDED = "ended"
    ABANDONED = "abandoned"


@direct
class Outcome(StrEnum):
    """How a concertation ended."""

    COMPLETED = "completed"
    STOPPED_NO_QUORUM = "stopped_no_quorum"
    STOPPED_NO_ROUND_LEFT = "stopped_no_round_left"
    ABANDONED = "abandoned"


@dataclass(frozen=True, kw_only=True)
class Process:
    """One concertation, as far as decisions need it.

    Fields without a place in the constructor follow from the others. They are derived here when a process is read
    from JSON, whatever that says of them, and kept in step by `evolve`.
    """

    id: str
    seq: int = 0
    """Number of events folded; the sequence number of the last one."""
    at: datetime | None = None
    """When the last event happened."""
    phase: Phase = Phase.VOID
    outcome: Outcome | None = None
    slug: str = ""
    title: Label = field(default_factory=dict)
    procedure: Procedure | None = None
    procedure_digest: str = ""
    parent: str | None = None
    lanes: dict[str, Label] = field(default_factory=dict)
    themes: dict[str, Label] = field(default_factory=dict)
    territories: tuple[str, ...] = ()
    stages: dict[str, Stage] = field(default_factory=dict)
    """The definitions by key, expanded by axis."""
    round: int = 0
    launched_at: datetime | None = None
    ended_at: datetime | None = None
    suspended_at: datetime | None = None
    runs: dict[str, StageRun] = field(default_factory=dict)
    """The current run of each stage."""
    live: tuple[str, ...] = field(init=False, default=())
    """The stages that time can move, in the order of `runs`: none before them is unfinished, or they have begun all
    the same; and they are not concluded, or are being rectified. Empty only when all are concluded for good."""
    past_runs: tuple[StageRun, ...] = ()
    removed: Annotated[dict[str, RemovedStage] | None, UNSET] = None
    """By key: stages that a migration took out before they began; unset, and then not written: none."""
    members: dict[str, Member] = field(default_factory=dict)
    offices: dict[str, OfficeHeld] = field(default_factory=dict)
    offices_of: dict[str, tuple[str, ...]] = field(init=False, default_factory=dict)
    """By member: the offices in which they hold a seat, or once held one, in the order of `offices`."""
    terms_end_at: datetime | None = field(init=False, default=None)
    """The next end of a term that has not been recorded."""
    delegations: dict[str, Delegation] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    ballots: dict[str, Ballot] = field(default_factory=dict)
    running: tuple[str, ...] = field(init=False, default=())
    """The ballots that are not closed, in the order they were opened."""
    hearings: dict[str, Hearing] = field(default_factory=dict)
    meetings: dict[str, Meeting] = field(default_factory=dict)
    requests: dict[str, HearingRequest] = field(default_factory=dict)
    """Requests to be heard."""
    interests: dict[str, Interest] = field(default_factory=dict)
    withdrawals: tuple[Withdrawal, ...] = ()
    proposed_withdrawals: tuple[ProposedWithdrawal, ...] = ()
    opinions: dict[str, Opinion] = field(default_factory=dict)
    """By `round/stage`."""
    syntheses: dict[str, Synthesis] = field(default_factory=dict)
    """By `round/stage`."""
    replaced: tuple[str, ...] = field(init=False, default=())
    """The items whose place another item of the same synthesis has taken. No two items have the same name."""
    responses: dict[str, Response] = field(default_factory=dict)
    """By `recommendation/addressee`: the latest version."""
    late_responses: dict[str, datetime] = field(default_factory=dict)
    """By `recommendation/addressee`: since when a response was late, whether it has come since or not."""
    decisions: tuple[Decision, ...] = ()
    embargo_ends_at: datetime | None = field(init=False, default=None)
    """When the next embargo ends that is not over."""
    commitments: dict[str, Commitment] = field(default_factory=dict)
    commitment_due_at: datetime | None = field(init=False, default=None)
    """When the next commitment will be late that is neither kept, nor given up, nor late already."""
    observations: tuple[Observation, ...] = ()
    guarantor_reports: tuple[GuarantorReport, ...] = ()
    """Every version of the guarantor's report."""
    implementation_report: Body | None = None
    last_resorts: tuple[str, ...] = ()
    """Stages at which no round was left and the last resort applied."""

    def __post_init__(self) -> None:
        """Derive what follows from the rest."""
        derive = object.__setattr__
        derive(self, "live", live_stages(self.stages, self.runs))
        derive(self, "offices_of", offices_by_member(self.offices))
        derive(self, "terms_end_at", next_end_of_term(self.offices))
        derive(self, "running", running_ballots(self.ballots))
        derive(self, "replaced", replaced_items(self.syntheses))
        derive(self, "embargo_ends_at", next_embargo_end(self.decisions))
        derive(self, "commitment_due_at", next_due(self.commitments))

    @property
    def over(self) -> bool:
        """Say whether nothing can happen any more."""
        return self.phase in _OVER

    def gate(self, key: str, gate: Gate) -> BallotRule | None:
        """Give the rule of a stage's gate, if it has one."""
        return self.stages[key].approval(gate)


_OVER = (Phase.ENDED, Phase.ABANDONED)
