"""Members, offices, terms and delegations."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import ID, field

from api.accepting import DelegationAccepted, MemberAccepted, OfficeAccepted
from api.answers import AnyRefusal
from api.enumerations import TermEnd
from api.performing import ActInput, Making, mutation, refuse
from domain.acts import (
    Act,
    AppointMember,
    EndTerm,
    EnrolMember,
    GiveDelegation,
    RemoveMember,
    RevokeDelegation,
)
from domain.refusals import Code


@strawberry.input(
    description="A person to admit as a member. Their name is kept apart, and never in the ledger."
)
class EnrolMemberInput(ActInput):
    name: str | None = field(
        default=None, description="Their name, where it is not known yet or has changed."
    )
    pseudonym: str | None = field(
        default=None,
        description="Their pseudonymous id (a UUID), where they have one; a new one is made otherwise.",
    )
    college: str | None = field(
        default=None,
        description="The key of their college; that of their organisation if unset, and none for the secretariat.",
    )
    organisation: str | None = field(
        default=None,
        description="The key of the registered organisation of their college that they represent.",
    )
    territory: str | None = field(
        default=None, description="The code of their territory; the place of their organisation if unset."
    )
    elected: bool = field(default=False, description="Whether they are an elected official.")

    async def act(self, making: Making) -> Act:
        member = making.person(self.name, self.pseudonym)
        if self.organisation is None:
            return EnrolMember(
                member=member, college=self.college, territory=self.territory, elected=self.elected
            )
        found = await making.context.reading.organisation(making.concertation, self.organisation)
        if found is None:
            raise refuse(Code.UNKNOWN_ORGANISATION, "organisation")
        if self.college not in (None, found.college):
            raise refuse(Code.COLLEGE_OF_ORGANISATION, "college", college=found.college)
        return EnrolMember(
            member=member,
            college=found.college,
            organisation=found.id,
            territory=found.place if self.territory is None else self.territory,
            elected=self.elected,
        )


EnrolMemberResult = Annotated[
    MemberAccepted | AnyRefusal,
    strawberry.union("EnrolMemberResult", description="What `enrolMember` answers."),
]


@strawberry.input(description="A member who leaves. Their offices end with it; what they said stays.")
class RemoveMemberInput(ActInput):
    member_id: ID = field(description="The member.")
    reason: str = field(description="Why.")

    async def act(self, making: Making) -> Act:
        return RemoveMember(member=making.member_key(self.member_id, "member_id"), reason=self.reason)


RemoveMemberResult = Annotated[
    MemberAccepted | AnyRefusal,
    strawberry.union("RemoveMemberResult", description="What `removeMember` answers."),
]


@strawberry.input(description="A member to give a seat of an office for a term.")
class AppointMemberInput(ActInput):
    office: str = field(description="The key of the office.")
    member_id: ID = field(description="The member.")
    seat: int | None = field(default=None, description="The seat; the first that is free if unset.")
    since: datetime | None = field(default=None, description="The beginning of the term; now if unset.")
    until: datetime | None = field(default=None, description="The end of the term; none if unset.")

    async def act(self, making: Making) -> Act:
        return AppointMember(
            office=self.office,
            member=making.member_key(self.member_id, "member_id"),
            seat=self.seat,
            since=self.since,
            until=self.until,
        )


AppointMemberResult = Annotated[
    OfficeAccepted | AnyRefusal,
    strawberry.union("AppointMemberResult", description="What `appointMember` answers."),
]


@strawberry.input(
    description="A term to end. The holder may resign themself; a successor takes the rest of the term."
)
class EndTermInput(ActInput):
    office: str = field(description="The key of the office.")
    seat: int = field(description="The seat.")
    cause: TermEnd = field(description="Why it ends.")
    successor_id: ID | None = field(default=None, description="The member who takes the rest of the term.")

    async def act(self, making: Making) -> Act:
        successor = making.member_key(self.successor_id, "successor_id") if self.successor_id else None
        return EndTerm(office=self.office, seat=self.seat, cause=self.cause, successor=successor)


EndTermResult = Annotated[
    OfficeAccepted | AnyRefusal,
    strawberry.union("EndTermResult", description="What `endTerm` answers."),
]


@strawberry.input(description="A member to act for one's own seat during a period.")
class GiveDelegationInput(ActInput):
    office: str = field(description="The key of the office.")
    to_id: ID = field(description="The member who acts for the seat.")
    since: datetime = field(description="The beginning.")
    until: datetime = field(description="The end.")

    async def act(self, making: Making) -> Act:
        return GiveDelegation(
            office=self.office, to=making.member_key(self.to_id, "to_id"), since=self.since, until=self.until
        )


GiveDelegationResult = Annotated[
    DelegationAccepted | AnyRefusal,
    strawberry.union("GiveDelegationResult", description="What `giveDelegation` answers."),
]


@strawberry.input(description="A delegation to end before its time.")
class RevokeDelegationInput(ActInput):
    delegation_id: ID = field(description="The delegation.")

    async def act(self, making: Making) -> Act:
        return RevokeDelegation(
            delegation=making.read(self.delegation_id, "Delegation", Code.NOT_ALLOWED, "delegation_id")
        )


RevokeDelegationResult = Annotated[
    DelegationAccepted | AnyRefusal,
    strawberry.union("RevokeDelegationResult", description="What `revokeDelegation` answers."),
]


@strawberry.type
class MemberMutations:
    """Fields of the type Mutation."""

    enrol_member = mutation(
        EnrolMemberInput, EnrolMemberResult, MemberAccepted, "Admit a person as a member."
    )
    remove_member = mutation(
        RemoveMemberInput, RemoveMemberResult, MemberAccepted, "Let a member leave, with a reason."
    )
    appoint_member = mutation(
        AppointMemberInput,
        AppointMemberResult,
        OfficeAccepted,
        "Give a member a seat of an office for a term.",
    )
    end_term = mutation(
        EndTermInput, EndTermResult, OfficeAccepted, "End a term; a successor takes the rest of it."
    )
    give_delegation = mutation(
        GiveDelegationInput,
        GiveDelegationResult,
        DelegationAccepted,
        "Let another member act for one's own seat during a period.",
    )
    revoke_delegation = mutation(
        RevokeDelegationInput, RevokeDelegationResult, DelegationAccepted, "End a delegation before its time."
    )
