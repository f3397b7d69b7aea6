"""Ballots counted once more, without one of their members."""

from __future__ import annotations

import strawberry
from strawberry import ID, field

from api.ballots import Count, count_of
from api.enumerations import BallotOutcome
from api.ids import read_global_id
from api.publication import votes_are_published
from api.snapshot import Snapshot
from domain import process
from domain.council.without import is_open_to_recount, outcome_without, tally_of
from domain.deciding.counting import reaches


@strawberry.type(description="What the votes of a ballot come to without one of its members.")
class OutcomeWithout:
    count: Count = field(description="The count without them.")
    passes: bool = field(description="Whether the subject would be approved all the same.")
    same: bool = field(description="Whether the outcome is the same as with them.")


def without(at: Snapshot, ballot: process.Ballot, member_id: ID) -> OutcomeWithout | None:
    """Count a ballot that is over once more, without a member."""
    found = read_global_id(member_id)
    public = ballot.rule.secret or votes_are_published(at, ballot)
    if (
        found is None
        or found[0] != "Member"
        or found[1][0] != at.id
        or ballot.closed_at is None
        or ballot.count is None
        or not public
        or not is_open_to_recount(ballot, ballot.outcome)
    ):
        return None
    passed = ballot.outcome is BallotOutcome.PASSED
    broken = passed and not reaches(ballot, ballot.count)
    tally = tally_of(ballot.id, ballot.count, broken=broken) if ballot.rule.secret else None
    counted = outcome_without(at.process, ballot, found[1][-1], ballot.closed_at, tally)
    if counted is None:
        return None
    return OutcomeWithout(
        count=count_of(counted.count),
        passes=counted.carries,
        same=counted.carries is passed,
    )
