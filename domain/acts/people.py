"""Acts about people: members, organisations, terms, delegations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from domain.enumeration import direct


@direct
class TermEnd(StrEnum):
    """Why a term ended."""

    RESIGNATION = "resignation"
    END_OF_TERM = "end_of_term"
    DEATH = "death"
    REVOCATION = "revocation"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolMember:
    """Admit a person as a member, in a college or (council, secretariat) in none."""

    kind: Literal["enrol_member"] = "enrol_member"
    member: str
    college: str | None = None
    organisation: str | None = None
    territory: str | None = None
    elected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolMembers:
    """Admit several people at once, all or none: what a list brings in. `MOST_AT_ONCE` at most."""

    kind: Literal["enrol_members"] = "enrol_members"
    members: tuple[EnrolMember, ...]


MOST_AT_ONCE = 1000
"""People whom one command enrols."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignOrganisation:
    """A member speaks for an organisation of their college from now on; unset: for themself."""

    kind: Literal["assign_organisation"] = "assign_organisation"
    member: str
    organisation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmitInvited:
    """The engine's own: whoever took up the invitation of an organisation becomes its representative.

    That the invitation exists and is theirs was found where invitations are kept, before it was asked.
    """

    kind: Literal["admit_invited"] = "admit_invited"
    member: str
    college: str | None
    organisation: str
    territory: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveMember:
    """A member leaves. Their offices end with it; what they said stays."""

    kind: Literal["remove_member"] = "remove_member"
    member: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointMember:
    """Give a member a seat of an office for a term. `seat` unset: the first that is free."""

    kind: Literal["appoint_member"] = "appoint_member"
    office: str
    member: str
    seat: int | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndTerm:
    """End a term. A successor, if named, takes the rest of it. The holder may resign themself."""

    kind: Literal["end_term"] = "end_term"
    office: str
    seat: int
    cause: TermEnd
    successor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveDelegation:
    """The holder of a seat lets another member act for it during a period."""

    kind: Literal["give_delegation"] = "give_delegation"
    office: str
    to: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeDelegation:
    """End a delegation before its time."""

    kind: Literal["revoke_delegation"] = "revoke_delegation"
    delegation: str


PeopleAct = (
    EnrolMember
    | EnrolMembers
    | AssignOrganisation
    | RemoveMember
    | AppointMember
    | EndTerm
    | GiveDelegation
    | RevokeDelegation
    | AdmitInvited
)
