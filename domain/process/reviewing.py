"""The state of the scientific review: interests, withdrawals, opinions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from domain.acts import Body, Conclusion
from domain.process.articles import Amendment, Article


@dataclass(frozen=True, kw_only=True)
class Interest:
    """What a member declared."""

    member: str
    at: datetime
    themes: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    """Names, of those that are not registered."""
    statement: Body | None = None
    organisation_ids: tuple[str, ...] = ()
    """Organisations of the concertation."""


@dataclass(frozen=True, kw_only=True)
class Withdrawal:
    """A member who takes no part: by their own act, or recused by the chair. `stage` unset: in anything."""

    member: str
    at: datetime
    stage: str | None
    recused: bool
    reason: str


@dataclass(frozen=True, kw_only=True)
class ProposedWithdrawal:
    """The engine proposes to a member to withdraw: a declared interest meets an organisation that is concerned."""

    member: str
    organisation: str
    stage: str
    round: int
    at: datetime
    declined_at: datetime | None = None
    reason: str | None = None
    """Why the member did not."""


@dataclass(frozen=True, kw_only=True)
class MemberPosition:
    """An individual position before the collective opinion."""

    member: str
    position: Conclusion
    statement: Body
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """The evaluation grid as a member of the council filled it in last."""

    member: str
    questionnaire: str
    """Digest of the grid."""
    marks: dict[str, int]
    at: datetime
    reasons: Body | None = None


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
    articles: dict[str, Article] = field(default_factory=dict)
    amendments: dict[str, Amendment] = field(default_factory=dict)
    drawn_from: dict[str, str] = field(default_factory=dict)
    """The articles that the latest version was drafted from, with the digests of their texts."""
    evaluations: dict[str, Evaluation] = field(default_factory=dict)
    reservations: dict[str, Reservation] = field(default_factory=dict)
    dissents: dict[str, Body] = field(default_factory=dict)
