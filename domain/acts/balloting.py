"""Acts in ballots, whatever they decide: votes, proxies, proposals that wait for signatures."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from domain.enumeration import direct


@direct
class Position(StrEnum):
    """What a vote says."""

    FAVOURABLE = "favourable"
    UNFAVOURABLE = "unfavourable"
    ABSTAIN = "abstain"


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


BallotingAct = CastVote | GiveProxy | RevokeProxy | WithdrawProposal
