"""The state of people: members, the offices they hold for a term, delegations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.acts import TermEnd
from domain.procedure import Appointment, Label, Office, Role


@dataclass(frozen=True, kw_only=True)
class Member:
    """A person in this concertation, known by a pseudonymous id."""

    id: str
    college: str | None = None
    organisation: str | None = None
    territory: str | None = None
    elected: bool = False
    left_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Term:
    """A member holding a seat: the half-open interval [since, until)."""

    seat: int
    member: str
    since: datetime
    until: datetime | None = None
    cause: TermEnd | None = None

    def runs(self, now: datetime) -> bool:
        """Say whether the term runs at `now`."""
        return self.since <= now and (self.until is None or now < self.until)


@dataclass(frozen=True, kw_only=True)
class OfficeHeld:
    """An office with all terms, past and running."""

    id: str
    role: Role
    label: Label
    seats: int
    required: int
    college: str | None
    lane: str | None
    territory: str | None
    appointment: Appointment
    terms: tuple[Term, ...] = ()

    def holder(self, seat: int, now: datetime) -> str | None:
        """Give the member who holds a seat at `now`."""
        for term in self.terms:
            if term.seat == seat and term.runs(now):
                return term.member
        return None


def as_held(office: Office) -> OfficeHeld:
    """Give an office that nobody holds yet."""
    return OfficeHeld(
        id=office.id,
        role=office.role,
        label=office.label,
        seats=office.seats,
        required=office.required,
        college=office.college,
        lane=office.lane,
        territory=office.territory,
        appointment=office.appointment,
    )


@dataclass(frozen=True, kw_only=True)
class Delegation:
    """The holder of a seat lets another member act for it."""

    id: str
    office: str
    seat: int
    giver: str
    to: str
    since: datetime
    until: datetime
    revoked_at: datetime | None = None

    def runs(self, now: datetime) -> bool:
        """Say whether the delegation runs at `now`."""
        return self.since <= now and not self.is_over(now)

    def is_over(self, now: datetime) -> bool:
        """Say whether the delegation has come to its end, or was revoked."""
        return self.until <= now or (self.revoked_at is not None and self.revoked_at <= now)


def offices_of(offices: dict[str, OfficeHeld], member: str) -> tuple[str, ...]:
    """Give the offices in which a member holds or held a seat."""
    return tuple(
        key for key, office in offices.items() if any(term.member == member for term in office.terms)
    )


def offices_by_member(offices: dict[str, OfficeHeld]) -> dict[str, tuple[str, ...]]:
    """Give, by member, the offices in which they hold or held a seat."""
    held: dict[str, tuple[str, ...]] = {}
    for key, office in offices.items():
        for member in {term.member for term in office.terms}:
            held[member] = (*held.get(member, ()), key)
    return held


def next_end_of_term(offices: dict[str, OfficeHeld]) -> datetime | None:
    """Give the next end of a term that has not been recorded."""
    ends = (
        term.until
        for office in offices.values()
        for term in office.terms
        if term.cause is None and term.until is not None
    )
    return min(ends, default=None)
