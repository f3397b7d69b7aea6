"""Facts of ballots, whatever they decide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from domain.acts import Act, Position
from domain.notation import UNSET
from domain.procedure import BallotRule
from domain.process import BallotOutcome, Count, Purpose


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
    meeting: Annotated[str | None, UNSET] = None
    """The meeting of the council in which it was opened."""


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


BallotingFact = (
    BallotOpened
    | VoteCast
    | ProxyGiven
    | ProxyRevoked
    | BallotReconvened
    | BallotHeld
    | BallotEscalated
    | BallotClosed
)
