"""The state of ballots: votes, proxies, counts, proposals that wait for signatures."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.acts import Act, Position
from domain.enumeration import direct
from domain.procedure import BallotRule


@direct
class Purpose(StrEnum):
    """What a ballot decides."""

    OPENING = "opening"
    CONCLUSION = "conclusion"
    OPINION = "opinion"
    ARTICLE = "article"
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
    """The hearing, the opinion, or the article (`article_ballot`) that the ballot is about."""
    lapse_reason: str | None = None
    meeting: str | None = None
    """The meeting of the council in which it was opened."""


def running_ballots(ballots: dict[str, Ballot]) -> tuple[str, ...]:
    """Give the ballots that are not closed, in the order they were opened."""
    return tuple(key for key, ballot in ballots.items() if ballot.state is not BallotState.CLOSED)
