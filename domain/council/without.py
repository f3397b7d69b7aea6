"""A ballot without one of its members: a conflicted vote may void it (CRPA R133-12), so everybody may count again.

It is counted as if the member had stood aside from the opening on: their seat is not in the base, nor their vote.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from domain.acts import Position, SecretTally
from domain.deciding.counting import carries, count
from domain.deciding.seats import voting_seats
from domain.process import Ballot, BallotOutcome, Count, Process, Purpose, Withdrawal

_BY_VOTES = (BallotOutcome.PASSED, BallotOutcome.REFUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Without:
    """What votes come to without a member."""

    count: Count
    carries: bool
    """Whether the subject is approved all the same: with a quorum, and by what the rule asks."""


def is_open_to_recount(ballot: Ballot, outcome: BallotOutcome | None) -> bool:
    """Say whether votes decided a ballot in which one may stand aside: no signatures, and no record."""
    return outcome in _BY_VOTES and ballot.purpose not in (Purpose.SIGNATURES, Purpose.RECORD)


def tally_of(ballot: str, counted: Count | None, *, broken: bool) -> SecretTally:
    """Take the positions of a secret ballot from its count: nothing else tells them.

    `broken`: a tie, which the casting vote of the chair decided.
    """
    assert counted is not None
    return SecretTally(
        ballot=ballot,
        favourable=counted.favourable,
        unfavourable=counted.unfavourable,
        abstain=counted.abstain,
        chair=Position.FAVOURABLE if broken else None,
    )


def outcome_without(
    process: Process, ballot: Ballot, member: str, at: datetime, tally: SecretTally | None = None
) -> Without | None:
    """Count a ballot as of `at`, its end, without a member.

    Who stood aside later was still there. `None`: it cannot be told, the ballot being secret and the member's position
    in it.
    """
    until = tuple(withdrawal for withdrawal in process.withdrawals if withdrawal.at <= at)
    aside = Withdrawal(member=member, at=ballot.opens_at, stage=None, recused=True, reason="")
    then = replace(process, withdrawals=until)
    without = replace(process, withdrawals=(*until, aside))
    if ballot.rule.secret and voting_seats(without, ballot, at) != voting_seats(then, ballot, at):
        return None
    counted = count(without, ballot, at, tally)
    return Without(count=counted, carries=carries(without, ballot, counted, tally))
