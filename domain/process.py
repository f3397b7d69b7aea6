"""The state of one concertation: what decisions need, and nothing else.

Folded from events by `evolve`; cached as the snapshot. Frozen: every change is a new value.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from domain.acts import Act, Answer, Body, Conclusion, Position, SealFigures, TermEnd
from domain.enumeration import direct
from domain.procedure import Appointment, BallotRule, Gate, Label, Procedure, Role, Stage


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


@direct
class State(StrEnum):
    """Where a stage stands in its round. Suspension is laid over any of them."""

    PENDING = "pending"
    AWAITING_OPENING = "awaiting_opening"
    OPEN = "open"
    CLOSED = "closed"
    SEALING = "sealing"
    SEALED = "sealed"
    AWAITING_CONCLUSION = "awaiting_conclusion"
    CONCLUDED = "concluded"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, kw_only=True)
class PlannedStage:
    """The dates of a stage as announced."""

    opens_at: datetime
    closes_at: datetime
    gate_opens_at: datetime | None = None
    """When the ballot before the opening begins, where there is one."""
    concludes_at: datetime
    """When the stage will be concluded if every window is used to its end."""


@dataclass(frozen=True, kw_only=True)
class Seal:
    """A frozen set. A rectification adds a supplementary seal; earlier roots stay published."""

    at: datetime
    figures: SealFigures
    supplementary: bool = False


@dataclass(frozen=True, kw_only=True)
class StageRun:
    """One stage in one round."""

    key: str
    round: int
    state: State = State.PENDING
    planned_opens_at: datetime
    planned_closes_at: datetime
    opens_at: datetime | None = None
    """When it opened; unset before."""
    closes_at: datetime | None = None
    entry_closes_at: datetime | None = None
    closed_at: datetime | None = None
    concluded_at: datetime | None = None
    suspended_at: datetime | None = None
    suspended_for: timedelta = timedelta(0)
    """Length of past suspensions between opening and closing."""
    overdue_since: datetime | None = None
    automatic_extensions: int = 0
    reopenings: int = 0
    gate_ballot: str | None = None
    """The running ballot of the gate that the stage waits at."""
    opening_passed: bool = False
    conclusion_passed: bool = False
    gate_returned: bool = False
    """The gate refused and the subject is back with its authors."""
    quorum_missed: dict[str, int] = field(default_factory=dict)
    """Per college, or `hearings`, what was reached where the quorum was missed."""
    seals: tuple[Seal, ...] = ()
    rectifying_until: datetime | None = None

    @property
    def root(self) -> str | None:
        """The root of the latest seal."""
        return self.seals[-1].figures.root if self.seals else None


@dataclass(frozen=True, kw_only=True)
class Member:
    """A person in this concertation, known by a pseudonymous id."""

    id: str
    college: str | None = None
    organisation: str | None = None
    territory: str | None = None
    elected: bool = False
    left_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Term:
    """A member holding a seat: the half-open interval [since, until)."""

    seat: int
    member: str
    since: datetime
    until: datetime | None = None
    cause: TermEnd | None = None

    def runs(self, now: datetime) -> bool:
        """Say whether the term runs at `now`."""
        return self.since <= now and (self.until is None or now < self.until)


@dataclass(frozen=True, kw_only=True)
class OfficeHeld:
    """An office with all terms, past and running."""

    id: str
    role: Role
    label: Label
    seats: int
    required: int
    college: str | None
    lane: str | None
    territory: str | None
    appointment: Appointment
    terms: tuple[Term, ...] = ()

    def holder(self, seat: int, now: datetime) -> str | None:
        """Give the member who holds a seat at `now`."""
        for term in self.terms:
            if term.seat == seat and term.runs(now):
                return term.member
        return None


@dataclass(frozen=True, kw_only=True)
class Delegation:
    """The holder of a seat lets another member act for it."""

    id: str
    office: str
    seat: int
    giver: str
    to: str
    since: datetime
    until: datetime
    revoked_at: datetime | None = None

    def runs(self, now: datetime) -> bool:
        """Say whether the delegation runs at `now`."""
        return self.since <= now and not self.is_over(now)

    def is_over(self, now: datetime) -> bool:
        """Say whether the delegation has come to its end, or was revoked."""
        return self.until <= now or (self.revoked_at is not None and self.revoked_at <= now)


@dataclass(frozen=True, kw_only=True)
class Document:
    """The latest version of a document of the information file."""

    id: str
    digest: str
    title: Label
    stage: str | None
    questionnaire: bool
    version: int
    attached_at: datetime


@direct
class Purpose(StrEnum):
    """What a ballot decides."""

    OPENING = "opening"
    CONCLUSION = "conclusion"
    OPINION = "opinion"
    SIGNATURES = "signatures"
    RECORD = "record"


@direct
class BallotState(StrEnum):
    """Where a ballot stands. `held`: its window is over and it waits, publicly, for votes."""

    OPEN = "open"
    HELD = "held"
    CLOSED = "closed"


@direct
class BallotOutcome(StrEnum):
    """How a ballot ended."""

    PASSED = "passed"
    REFUSED = "refused"
    DEEMED_GIVEN = "deemed_given"
    DEEMED_FAVOURABLE = "deemed_favourable"
    LAPSED = "lapsed"
    SUPERSEDED = "superseded"
    """Its subject changed, or what it was about is over."""
    WITHDRAWN = "withdrawn"

    @property
    def passes(self) -> bool:
        """Say whether the subject is approved."""
        return self in (BallotOutcome.PASSED, BallotOutcome.DEEMED_GIVEN, BallotOutcome.DEEMED_FAVOURABLE)


@dataclass(frozen=True, kw_only=True)
class Vote:
    """A vote of a seat. Votes belong to seats and stand when the holder changes."""

    seat: str
    member: str
    position: Position | None
    """`None` in a secret ballot."""
    at: datetime
    by_proxy: bool = False
    on_behalf_of: str | None = None
    """The holder of the seat, where a delegate or the holder of a proxy voted."""

    @property
    def principal(self) -> str:
        """The member whose vote it is."""
        return self.on_behalf_of or self.member


@dataclass(frozen=True, kw_only=True)
class Count:
    """The count of a ballot as it was evaluated."""

    entitled: int
    present: int
    favourable: int
    unfavourable: int
    abstain: int
    quorum: int
    """Number of present or represented seats that the quorum asks for."""


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """An act that waits for signatures, with the place it was addressed to."""

    act: Act
    actor: str
    on_behalf_of: str | None
    round: int | None
    stage: str | None


@dataclass(frozen=True, kw_only=True)
class Ballot:
    """A ballot. Seats are `office/number`; for records, member ids."""

    id: str
    purpose: Purpose
    stage: str | None
    round: int
    subject: str
    """Digest that every vote binds."""
    rule: BallotRule
    seats: tuple[str, ...]
    opens_at: datetime
    closes_at: datetime | None
    state: BallotState = BallotState.OPEN
    convening: int = 1
    escalated: bool = False
    votes: dict[str, Vote] = field(default_factory=dict)
    proxies: dict[str, str] = field(default_factory=dict)
    """From the seat represented to the member who holds its mandate."""
    outcome: BallotOutcome | None = None
    closed_at: datetime | None = None
    count: Count | None = None
    proposal: Proposal | None = None
    about: str | None = None
    """The hearing or the opinion that the ballot is about."""
    lapse_reason: str | None = None


@direct
class HearingState(StrEnum):
    """Where a hearing stands."""

    SCHEDULED = "scheduled"
    HELD = "held"
    CANCELLED = "cancelled"
    RECORDED = "recorded"
    APPROVED = "approved"


@dataclass(frozen=True, kw_only=True)
class Hearing:
    """A hearing in the window of its stage."""

    id: str
    stage: str
    round: int
    starts_at: datetime
    ends_at: datetime
    witnesses: tuple[str, ...]
    state: HearingState = HearingState.SCHEDULED
    place: Body | None = None
    heard: tuple[str, ...] = ()
    record: Body | None = None
    ballot: str | None = None
    approval: BallotOutcome | None = None


@dataclass(frozen=True, kw_only=True)
class Interest:
    """What a member declared."""

    member: str
    at: datetime
    themes: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    statement: Body | None = None


@dataclass(frozen=True, kw_only=True)
class Withdrawal:
    """A member who takes no part: by their own act, or recused by the chair. `stage` unset: in anything."""

    member: str
    at: datetime
    stage: str | None
    recused: bool
    reason: str


@dataclass(frozen=True, kw_only=True)
class MemberPosition:
    """An individual position before the collective opinion."""

    member: str
    position: Conclusion
    statement: Body
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Reservation:
    """A reservation of the council."""

    id: str
    member: str
    text: Body


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """The council's collective opinion on one stage in one round."""

    stage: str
    round: int
    text: Body | None = None
    conclusion: Conclusion | None = None
    version: int = 0
    ballot: str | None = None
    adopted_at: datetime | None = None
    tacit: bool = False
    given_up: bool = False
    """The council refused its own text when no round was left: the stage goes on without an opinion."""
    positions: dict[str, MemberPosition] = field(default_factory=dict)
    reservations: dict[str, Reservation] = field(default_factory=dict)
    dissents: dict[str, Body] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """A chapter of the synthesis."""

    lane: str | None
    text: Body
    member: str
    version: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Recommendation:
    """A recommendation, with what it comes from and who owes an answer."""

    id: str
    stage: str
    round: int
    lane: str | None
    themes: tuple[str, ...]
    addressees: tuple[str, ...]
    """Ids of offices of role `addressee`."""
    sources: tuple[str, ...]
    text: Body
    version: int


@dataclass(frozen=True, kw_only=True)
class Synthesis:
    """The synthesis of one stage in one round."""

    stage: str
    round: int
    chapters: dict[str, Chapter] = field(default_factory=dict)
    """By lane; the only chapter of a synthesis without axes is under the empty name."""
    recommendations: dict[str, Recommendation] = field(default_factory=dict)
    text: Body | None = None
    assembled_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Response:
    """The reasoned response of one addressee to one recommendation."""

    recommendation: str
    addressee: str
    answer: Answer
    reasons: Body
    at: datetime
    version: int


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A version of the decision."""

    text: Body
    at: datetime
    round: int
    stage: str
    version: int
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class Progress:
    """A report on a commitment."""

    at: datetime
    status: str
    report: Body


@dataclass(frozen=True, kw_only=True)
class Commitment:
    """Something promised in answer to a recommendation."""

    id: str
    recommendation: str
    owner: str
    due_at: datetime
    text: Body
    progress: tuple[Progress, ...] = ()
    late_since: datetime | None = None

    @property
    def pending(self) -> bool:
        """Say whether it can still be late: it is not yet, and was neither kept nor given up."""
        return self.late_since is None and not (self.progress and self.progress[-1].status in _SETTLED)


@dataclass(frozen=True, kw_only=True)
class Observation:
    """What the guarantor published."""

    at: datetime
    member: str
    text: Body


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
    interests: dict[str, Interest] = field(default_factory=dict)
    withdrawals: tuple[Withdrawal, ...] = ()
    opinions: dict[str, Opinion] = field(default_factory=dict)
    """By `round/stage`."""
    syntheses: dict[str, Synthesis] = field(default_factory=dict)
    """By `round/stage`."""
    responses: dict[str, Response] = field(default_factory=dict)
    """By `recommendation/addressee`: the latest version."""
    decisions: tuple[Decision, ...] = ()
    commitments: dict[str, Commitment] = field(default_factory=dict)
    commitment_due_at: datetime | None = field(init=False, default=None)
    """When the next commitment will be late that is neither kept, nor given up, nor late already."""
    observations: tuple[Observation, ...] = ()
    implementation_report: Body | None = None
    last_resorts: tuple[str, ...] = ()
    """Stages at which no round was left and the last resort applied."""

    def __post_init__(self) -> None:
        """Derive what follows from the rest."""
        derive = object.__setattr__
        derive(self, "live", live_stages(self.stages, self.runs))
        derive(self, "offices_of", _offices_by_member(self.offices))
        derive(self, "terms_end_at", next_end_of_term(self.offices))
        derive(self, "running", _running(self.ballots))
        derive(self, "commitment_due_at", next_due(self.commitments))

    @property
    def over(self) -> bool:
        """Say whether nothing can happen any more."""
        return self.phase in _OVER

    def gate(self, key: str, gate: Gate) -> BallotRule | None:
        """Give the rule of a stage's gate, if it has one."""
        return self.stages[key].approval(gate)


_SETTLED = ("kept", "given_up")
_OVER = (Phase.ENDED, Phase.ABANDONED)


def live_stages(stages: dict[str, Stage], runs: dict[str, StageRun]) -> tuple[str, ...]:
    """Give the stages that time can move; see `Process.live`."""
    live = []
    for key, run in runs.items():
        if run.state is State.PENDING:
            if all(
                name not in runs or runs[name].state is State.CONCLUDED for name in stages[key].after or ()
            ):
                live.append(key)
        elif run.state is not State.CONCLUDED or run.rectifying_until is not None:
            live.append(key)
    return tuple(live)


def offices_of(offices: dict[str, OfficeHeld], member: str) -> tuple[str, ...]:
    """Give the offices in which a member holds or held a seat."""
    return tuple(
        key for key, office in offices.items() if any(term.member == member for term in office.terms)
    )


def _offices_by_member(offices: dict[str, OfficeHeld]) -> dict[str, tuple[str, ...]]:
    held: dict[str, tuple[str, ...]] = {}
    for key, office in offices.items():
        for member in {term.member for term in office.terms}:
            held[member] = (*held.get(member, ()), key)
    return held


def _running(ballots: dict[str, Ballot]) -> tuple[str, ...]:
    return tuple(key for key, ballot in ballots.items() if ballot.state is not BallotState.CLOSED)


def next_end_of_term(offices: dict[str, OfficeHeld]) -> datetime | None:
    """Give the next end of a term that has not been recorded."""
    ends = (
        term.until
        for office in offices.values()
        for term in office.terms
        if term.cause is None and term.until is not None
    )
    return min(ends, default=None)


def next_due(commitments: dict[str, Commitment]) -> datetime | None:
    """Give when the next commitment will be late that can still be."""
    return min((c.due_at for c in commitments.values() if c.pending), default=None)


def stage_in_round(round_: int, key: str) -> str:
    """Name what belongs to one stage in one round."""
    return f"{round_}/{key}"
