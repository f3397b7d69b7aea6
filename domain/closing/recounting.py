"""Counting closed ballots again: from the votes that stand, and as if a member had stood aside from the beginning."""

from __future__ import annotations

from datetime import datetime

from domain.council.without import is_open_to_recount, outcome_without, tally_of
from domain.deciding.balloting import counted_at
from domain.deciding.counting import carries, count
from domain.events import BallotClosed
from domain.process import BallotOutcome, Count, Process

_BY_VOTES = (BallotOutcome.PASSED, BallotOutcome.REFUSED)


def recount(process: Process, fact: BallotClosed, at: datetime) -> bool:
    """Say whether a ballot that is closed at `at` was counted right, and its outcome follows from the count.

    Of a secret one: who was entitled, who voted, the quorum, and that no more positions were counted than votes.
    """
    ballot = process.ballots[fact.ballot]
    secret = ballot.rule.secret and fact.count is not None and bool(_positions(fact.count))
    tally = tally_of(fact.ballot, fact.count, broken=fact.casting_vote) if secret else None
    counted = count(process, ballot, counted_at(process, ballot, at), tally)
    if counted != fact.count or _positions(counted) > counted.present:
        return False
    return fact.outcome not in _BY_VOTES or carries(process, ballot, counted, tally) is (
        fact.outcome is BallotOutcome.PASSED
    )


def _positions(counted: Count) -> int:
    return counted.favourable + counted.unfavourable + counted.abstain


def holds_without(process: Process, fact: BallotClosed, member: str, at: datetime) -> bool | None:
    """Say whether votes would have given the same outcome if a member had stood aside from the opening on.

    `None`: it cannot be told, the ballot being secret and the member's position in it. What a member has no part in,
    or what votes did not decide, is the same without them.
    """
    ballot = process.ballots[fact.ballot]
    if not is_open_to_recount(ballot, fact.outcome):
        return True
    tally = tally_of(fact.ballot, fact.count, broken=fact.casting_vote) if ballot.rule.secret else None
    found = outcome_without(process, ballot, member, counted_at(process, ballot, at), tally)
    return None if found is None else found.carries is (fact.outcome is BallotOutcome.PASSED)
