"""Facts about people: members, organisations, terms, delegations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from domain.acts import TermEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberEnrolled:
    """A person became a member."""

    kind: Literal["member_enrolled"] = "member_enrolled"
    member: str
    college: str | None = None
    organisation: str | None = None
    territory: str | None = None
    elected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationAssigned:
    """A member speaks for an organisation from now on; unset: for themself."""

    kind: Literal["organisation_assigned"] = "organisation_assigned"
    member: str
    organisation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLeft:
    """A member left; their running terms and delegations ended with it."""

    kind: Literal["member_left"] = "member_left"
    member: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberAppointed:
    """A member holds a seat of an office for a term."""

    kind: Literal["member_appointed"] = "member_appointed"
    office: str
    seat: int
    member: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TermEnded:
    """A term ended before, or at, its end."""

    kind: Literal["term_ended"] = "term_ended"
    office: str
    seat: int
    member: str
    cause: TermEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegationGiven:
    """A holder lets another member act for their seat."""

    kind: Literal["delegation_given"] = "delegation_given"
    delegation: str
    office: str
    seat: int
    giver: str
    to: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegationRevoked:
    """A delegation ended before its time."""

    kind: Literal["delegation_revoked"] = "delegation_revoked"
    delegation: str


PeopleFact = (
    MemberEnrolled
    | OrganisationAssigned
    | MemberLeft
    | MemberAppointed
    | TermEnded
    | DelegationGiven
    | DelegationRevoked
)
