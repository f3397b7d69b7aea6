"""Counting closed ballots again: from the votes that stand, and as if a member had stood aside from the beginning."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from domain.acts import Position, SecretTally
from domain.deciding.balloting import counted_at
from domain.deciding.counting import casting_position, count, has_quorum, is_tie, reaches
from domain.deciding.seats import voting_seats
from domain.events import BallotClosed
from domain.process import Ballot, BallotOutcome, Count, Process, Purpose, Withdrawal

_BY_VOTES = (BallotOutcome.PASSED, BallotOutcome.REFUSED)


def _tally(fact: BallotClosed) -> SecretTally:
    """Take the positions of a secret ballot from its count: nothing else tells them."""
    assert fact.count is not None
    return SecretTally(
        ballot=fact.ballot,
        favourable=fact.count.favourable,
        unfavourable=fact.count.unfavourable,
        abstain=fact.count.abstain,
        chair=Position.FAVOURABLE if fact.casting_vote else None,
    )


def recount(process: Process, fact: BallotClosed, at: datetime) -> bool:
    """Say whether a ballot that is closed at `at` was counted right, and its outcome follows from the count.

    Of a secret one: who was entitled, who voted, the quorum, and that no more positions were counted than votes.
    """
    ballot = process.ballots[fact.ballot]
    secret = ballot.rule.secret and fact.count is not None and bool(_positions(fact.count))
    tally = _tally(fact) if secret else None
    counted = count(process, ballot, counted_at(process, ballot, at), tally)
    if counted != fact.count or _positions(counted) > counted.present:
        return False
    return fact.outcome not in _BY_VOTES or _passes(process, ballot, counted, tally) is (
        fact.outcome is BallotOutcome.PASSED
    )


def _positions(counted: Count) -> int:
    return counted.favourable + counted.unfavourable + counted.abstain


def _passes(process: Process, ballot: Ballot, counted: Count, tally: SecretTally | None = None) -> bool:
    if ballot.purpose is Purpose.SIGNATURES:
        return counted.unfavourable == 0 and counted.favourable == counted.entitled
    if not has_quorum(counted):
        return False
    if is_tie(ballot, counted) and not reaches(ballot, counted):
        return casting_position(process, ballot, tally) is Position.FAVOURABLE
    return reaches(ballot, counted)


def holds_without(process: Process, fact: BallotClosed, member: str, at: datetime) -> bool | None:
    """Say whether votes would have given the same outcome if a member had stood aside from the opening on.

    `None`: it cannot be told, the ballot being secret and the member's position in it. What a member has no part in,
    or what votes did not decide, is the same without them.
    """
    ballot = process.ballots[fact.ballot]
    if fact.outcome not in _BY_VOTES or ballot.purpose in (Purpose.SIGNATURES, Purpose.RECORD):
        return True
    without = replace(
        process,
        withdrawals=(
            *process.withdrawals,
            Withdrawal(member=member, at=ballot.opens_at, stage=None, recused=True, reason=""),
        ),
    )
    when = counted_at(process, ballot, at)
    if voting_seats(without, ballot, when) != voting_seats(process, ballot, when) and ballot.rule.secret:
        return None
    tally = _tally(fact) if ballot.rule.secret else None
    counted = count(without, ballot, when, tally)
    return _passes(without, ballot, counted, tally) is (fact.outcome is BallotOutcome.PASSED)
