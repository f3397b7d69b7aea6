"""Seats of an electorate: who speaks for them, and who stands aside.

A seat is written `office/number`; an office where any holder suffices, by its id; for records, a member id.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from domain.procedure import Role
from domain.process import Ballot, Process, Purpose, Vote
from domain.rights import COUNCIL

SCIENTIFIC_COUNCIL = "scientific_council"


def offices_named(process: Process, names: Iterable[str], lane: str | None) -> tuple[str, ...]:
    """Give the offices that ids, roles or `scientific_council` name, within the lane."""
    wanted = tuple(names)
    return tuple(
        office.id
        for office in process.offices.values()
        if (
            office.id in wanted
            or office.role in wanted
            or (SCIENTIFIC_COUNCIL in wanted and office.role in COUNCIL)
        )
        and (office.lane is None or lane is None or office.lane == lane)
    )


def seats_named(process: Process, names: Iterable[str], lane: str | None) -> tuple[str, ...]:
    """Give every seat of the offices named."""
    return tuple(
        f"{office}/{number}"
        for office in offices_named(process, names, lane)
        for number in range(1, process.offices[office].seats + 1)
    )


def speakers(process: Process, seat: str, now: datetime) -> dict[str, str | None]:
    """Give who speaks for a seat at `now`: members, each with the one they act for where by delegation."""
    office_id, _, number = seat.partition("/")
    office = process.offices.get(office_id)
    if office is None:
        return {seat: None}
    numbers = (int(number),) if number else tuple(range(1, office.seats + 1))
    found: dict[str, str | None] = {}
    for seat_number in numbers:
        holder = office.holder(seat_number, now)
        if holder is None:
            continue
        found[holder] = None
        for delegation in process.delegations.values():
            if (
                delegation.office == office_id
                and delegation.seat == seat_number
                and delegation.giver == holder
                and delegation.runs(now)
            ):
                found.setdefault(delegation.to, holder)
    return found


def voters(process: Process, ballot: Ballot, seat: str, now: datetime) -> dict[str, str | None]:
    """Give who speaks for a seat in a ballot at `now`; those heard approve their record themselves."""
    personal = ballot.purpose is Purpose.RECORD and not ballot.escalated
    return {seat: None} if personal else speakers(process, seat, now)


def is_conducted(process: Process, now: datetime) -> bool:
    """Say whether somebody holds a seat of coordinator."""
    return is_held(process, Role.COORDINATOR, now)


def is_held(process: Process, role: Role, now: datetime) -> bool:
    """Say whether somebody holds a seat of an office of this role."""
    return any(
        term.runs(now) for office in process.offices.values() if office.role is role for term in office.terms
    )


def holder_of(process: Process, ballot: Ballot, seat: str, now: datetime) -> str | None:
    """Give the member whose seat it is at `now`."""
    office_id, _, number = seat.partition("/")
    office = process.offices.get(office_id) if number else None
    return (
        office.holder(int(number), now)
        if office is not None
        else next(iter(voters(process, ballot, seat, now)), None)
    )


def stands_aside(process: Process, member: str, stage: str | None) -> bool | None:
    """Say whether a member takes no part in the ballots of a stage: `True` recused, `False` withdrawn, else `None`."""
    for withdrawal in process.withdrawals:
        if withdrawal.member == member and withdrawal.stage in (None, stage):
            return withdrawal.recused
    return None


def is_aside(process: Process, ballot: Ballot, member: str) -> bool | None:
    """Say whether a member takes no part in a ballot, as `stands_aside` does.

    One withdraws from what the council decides: not from the record of one's own words, nor from signing for
    one's office.
    """
    if not process.withdrawals or ballot.purpose in (Purpose.RECORD, Purpose.SIGNATURES):
        return None
    return stands_aside(process, member, ballot.stage)


def entitled(process: Process, ballot: Ballot, now: datetime) -> tuple[str, ...]:
    """Give the seats that count in the base of a ballot at `now`.

    Held seats whose holder does not stand aside, one for each person, and seats whose former holder has
    voted: votes cast stand. Signatures count every office asked, held or not: nobody signs for an empty chair.
    """
    return tuple(seat for seat in ballot.seats if is_entitled(process, ballot, seat, now))


def is_entitled(process: Process, ballot: Ballot, seat: str, now: datetime) -> bool:
    """Say whether a seat counts in the base of a ballot at `now`; see `entitled`."""
    if ballot.purpose is Purpose.SIGNATURES:
        return True
    if standing_vote(process, ballot, seat) is not None:
        return True
    member = holder_of(process, ballot, seat, now)
    return (
        member is not None
        and is_aside(process, ballot, member) is None
        and not _counts_elsewhere(process, ballot, seat, member, now)
    )


def _counts_elsewhere(process: Process, ballot: Ballot, seat: str, member: str, now: datetime) -> bool:
    """Say whether the holder of a seat has another one in the ballot that counts: one person, one seat."""
    if any(vote.principal == member for other, vote in ballot.votes.items() if other != seat):
        return True
    for other in ballot.seats:
        if other == seat:
            return False
        if other not in ballot.votes and holder_of(process, ballot, other, now) == member:
            return True
    return False


def standing_vote(process: Process, ballot: Ballot, seat: str) -> Vote | None:
    """Give the vote of a seat, if it has one that stands.

    It falls when who cast it, or whose it is, stands aside since (CRPA R133-12): the seat has then not voted.
    """
    vote = ballot.votes.get(seat)
    if vote is None or is_aside(process, ballot, vote.member) is not None:
        return None
    if vote.on_behalf_of is not None and is_aside(process, ballot, vote.on_behalf_of) is not None:
        return None
    return vote


def voting_seats(process: Process, ballot: Ballot, now: datetime) -> tuple[str, ...]:
    """Give the seats of the base of a ballot whose vote counts: those present or represented."""
    return tuple(
        seat for seat in entitled(process, ballot, now) if standing_vote(process, ballot, seat) is not None
    )


def all_have_voted(process: Process, ballot: Ballot, now: datetime) -> bool:
    """Say whether every entitled seat has voted, and there is one."""
    if not ballot.votes:
        return False
    voted = False
    for seat in ballot.seats:
        if standing_vote(process, ballot, seat) is not None:
            voted = True
        elif is_entitled(process, ballot, seat, now):
            return False
    return voted


def chair_seat(process: Process, ballot: Ballot) -> str | None:
    """Give the seat of the chair in the electorate, who holds the casting vote."""
    return next(
        (
            seat
            for seat in ballot.seats
            if (office := process.offices.get(seat.partition("/")[0])) is not None
            and office.role is Role.COUNCIL_CHAIR
        ),
        None,
    )
