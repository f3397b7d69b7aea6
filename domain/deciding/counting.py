"""Counting a ballot: quorum, majority, casting vote."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

from domain.acts import Position, SecretTally
from domain.deciding.seats import chair_seat, entitled, standing_vote
from domain.procedure import Majority
from domain.process import Ballot, Count, Process, Purpose


def count(process: Process, ballot: Ballot, now: datetime, tally: SecretTally | None = None) -> Count:
    """Count a ballot as it stands. In a secret one the positions come from the store's tally."""
    seats = entitled(process, ballot, now)
    votes = [vote for seat in seats if (vote := standing_vote(process, ballot, seat)) is not None]
    positions = [vote.position for vote in votes]
    return Count(
        entitled=len(seats),
        present=len(votes),
        favourable=tally.favourable if tally else positions.count(Position.FAVOURABLE),
        unfavourable=tally.unfavourable if tally else positions.count(Position.UNFAVOURABLE),
        abstain=tally.abstain if tally else positions.count(Position.ABSTAIN),
        quorum=0 if ballot.convening > 1 else at_least(ballot.rule.quorum, len(seats)),
    )


def at_least(share: Fraction, number: int) -> int:
    """Give the least whole number that is this share of `number`."""
    return -(-share.numerator * number // share.denominator)


def has_quorum(counted: Count) -> bool:
    """Say whether enough seats are present or represented. Somebody must always be."""
    return counted.present > 0 and counted.present >= counted.quorum


def casting_position(process: Process, ballot: Ballot, tally: SecretTally | None) -> Position | None:
    """Give the chair's position, where the rule gives it weight in a tie."""
    if not ballot.rule.casting_vote:
        return None
    if tally is not None:
        return tally.chair
    seat = chair_seat(process, ballot)
    vote = standing_vote(process, ballot, seat) if seat is not None else None
    return vote.position if vote is not None else None


def is_tie(ballot: Ballot, counted: Count) -> bool:
    """Say whether the favourable and the others weigh the same under the rule."""
    if ballot.rule.threshold is not None:
        return False
    match ballot.rule.majority:
        case Majority.SIMPLE:
            return counted.favourable == counted.unfavourable
        case Majority.PRESENT:
            return counted.favourable * 2 == counted.present
        case Majority.ABSOLUTE | Majority.TWO_THIRDS | Majority.UNANIMOUS:
            return False


def reaches(ballot: Ballot, counted: Count) -> bool:
    """Say whether the favourable votes reach what the rule asks, ties aside."""
    favourable, unfavourable = counted.favourable, counted.unfavourable
    if ballot.rule.threshold is not None:
        return favourable > 0 and Fraction(favourable, favourable + unfavourable) >= ballot.rule.threshold
    match ballot.rule.majority:
        case Majority.SIMPLE:
            return favourable > unfavourable
        case Majority.PRESENT:
            return favourable * 2 > counted.present
        case Majority.ABSOLUTE:
            return favourable * 2 > counted.entitled
        case Majority.TWO_THIRDS:
            return favourable > 0 and favourable * 3 >= (favourable + unfavourable) * 2
        case Majority.UNANIMOUS:
            return counted.entitled > 0 and favourable == counted.entitled


def carries(process: Process, ballot: Ballot, counted: Count, tally: SecretTally | None = None) -> bool:
    """Say whether votes approve the subject: with a quorum, and by what the rule asks; all sign, where they sign."""
    if ballot.purpose is Purpose.SIGNATURES:
        return counted.unfavourable == 0 and counted.favourable == counted.entitled
    if not has_quorum(counted):
        return False
    if is_tie(ballot, counted) and not reaches(ballot, counted):
        return casting_position(process, ballot, tally) is Position.FAVOURABLE
    return reaches(ballot, counted)
