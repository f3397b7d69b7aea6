"""Members, the offices they hold, and who acts for whom."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import Private, field

from api.context import Info
from api.enumerations import Appointment, Role, TermEnd
from api.ids import global_id
from api.nodes import Labelled, Node
from api.scalars import Multilingual
from api.snapshot import Snapshot
from api.viewing import sees_name
from domain import process
from domain.acts import SYSTEM
from domain.deciding.seats import speakers

if TYPE_CHECKING:
    from api.organisations import Organisation
    from api.structure import College, Lane

LazyCollege = Annotated["College", strawberry.lazy("api.structure")]
LazyLane = Annotated["Lane", strawberry.lazy("api.structure")]


@strawberry.type(description="A person in one concertation, known by a pseudonymous id.")
class Member(Node):
    at: Private[Snapshot]
    member: Private[process.Member]
    pseudonym: str = field(description="The pseudonymous id, as it stands in the ledger and in tokens.")
    organisation: str | None = field(description="The organisation that they represent.")
    territory: str | None = field(description="The code of their territory.")
    elected: bool = field(description="Whether they are an elected official.")
    left_at: datetime | None = field(description="When they left, if they did.")
    enrolled: bool = field(
        description="Whether they are or were enrolled. Who answers where everybody may need not be."
    )

    @field(description="The name, where the viewer may know it.")
    async def name(self, info: Info) -> str | None:
        if not sees_name(info.context.viewer, self.at, self.pseudonym):
            return None
        return await info.context.reading.name(self.pseudonym, self.at.id)

    @field(description="The college that they answer in; none for the council or the secretariat.")
    def college(self) -> LazyCollege | None:
        from api.structure import college

        return college(self.at, self.member.college)

    @field(description="The organisation that they represent, where it is registered.")
    async def represents(
        self, info: Info
    ) -> Annotated[Organisation, strawberry.lazy("api.organisations")] | None:
        from api.organisations import organisation_of

        key = self.member.organisation
        row = await info.context.reading.organisation(self.at.id, key) if key else None
        return organisation_of(self.at, row) if row else None

    @field(description="The terms that they hold or held.")
    def terms(self) -> list[Annotated[Term, strawberry.lazy("api.people")]]:
        return [
            term
            for office in self.at.process.offices.values()
            for term in terms_of(self.at, office)
            if term.term.member == self.pseudonym
        ]


def member_of(at: Snapshot, member: str | None) -> Member | None:
    """Make a member by their pseudonymous id, if they are one here."""
    return person_of(at, member) if member is not None and member in at.process.members else None


def person_of(at: Snapshot, pseudonym: str) -> Member:
    """Make a person by their pseudonymous id: a member or, where everybody may answer, somebody who is none."""
    enrolled = at.process.members.get(pseudonym)
    found = enrolled or process.Member(id=pseudonym)
    return Member(
        id=global_id("Member", at.id, found.id),
        at=at,
        member=found,
        pseudonym=found.id,
        organisation=found.organisation,
        territory=found.territory,
        elected=found.elected,
        left_at=found.left_at,
        enrolled=enrolled is not None,
    )


@strawberry.type(
    description="Whoever did something: a member, a person of the platform, or the engine itself."
)
class Author:
    at: Private[Snapshot]
    pseudonym: str = field(
        description="The pseudonymous id, as it stands in the ledger; `system` for the engine."
    )

    @field(description="Whether the engine did it, by its calendar.")
    def automatic(self) -> bool:
        return self.pseudonym == SYSTEM

    @field(description="The member, where they are one.")
    def member(self) -> Member | None:
        return member_of(self.at, self.pseudonym)


@strawberry.type(description="A member holding a seat of an office, for a time.")
class Term:
    at: Private[Snapshot]
    term: Private[process.Term]
    office_held: Private[process.OfficeHeld]
    seat: int = field(description="The number of the seat, from 1.")
    since: datetime = field(description="The first instant of the term.")
    until: datetime | None = field(description="The end of the term, if it has one.")
    cause: TermEnd | None = field(description="Why it ended before its end.")

    @field(description="Whether the term runs now.")
    def running(self) -> bool:
        return self.term.runs(self.at.now)

    @field(description="Who holds the seat.")
    def member(self) -> Member | None:
        return member_of(self.at, self.term.member)

    @field(description="The office.")
    def office(self) -> Annotated[Office, strawberry.lazy("api.people")]:
        return office_of(self.at, self.office_held)


@strawberry.type(
    description="An office: a role with a scope and a number of seats. People hold it for a term."
)
class Office(Node, Labelled):
    at: Private[Snapshot]
    held: Private[process.OfficeHeld]
    key: str = field(
        description="The name of the office in its procedure, for commands and `seats` of ballots."
    )
    role: Role = field(description="What it entitles to.")
    seats: int = field(description="The number of seats.")
    required: int = field(description="How many seats must be held before the launch.")
    territory: str | None = field(description="The territory that it is limited to.")
    appointment: Appointment = field(description="How holders come to it.")

    @field(description="The college that it speaks for.")
    def college(self) -> LazyCollege | None:
        from api.structure import college

        return college(self.at, self.held.college)

    @field(description="The axis that it is limited to.")
    def lane(self) -> LazyLane | None:
        from api.structure import lane

        return lane(self.at, self.held.lane)

    @field(description="All terms, past and running.")
    def terms(self) -> list[Term]:
        return terms_of(self.at, self.held)

    @field(description="The terms that run now.")
    def holders(self) -> list[Term]:
        return [term for term in terms_of(self.at, self.held) if term.term.runs(self.at.now)]


def office_of(at: Snapshot, held: process.OfficeHeld) -> Office:
    """Make an office."""
    return Office(
        id=global_id("Office", at.id, held.id),
        at=at,
        held=held,
        key=held.id,
        labels=Multilingual(held.label),
        role=held.role,
        seats=held.seats,
        required=held.required,
        territory=held.territory,
        appointment=held.appointment,
    )


def terms_of(at: Snapshot, held: process.OfficeHeld) -> list[Term]:
    """Make the terms of an office."""
    return [
        Term(at=at, term=t, office_held=held, seat=t.seat, since=t.since, until=t.until, cause=t.cause)
        for t in held.terms
    ]


@strawberry.type(description="The holder of a seat lets another member act for it, for a time.")
class Delegation(Node):
    at: Private[Snapshot]
    delegation: Private[process.Delegation]
    seat: int = field(description="The number of the seat.")
    since: datetime = field(description="When it begins.")
    until: datetime = field(description="When it ends.")
    revoked_at: datetime | None = field(description="When it was revoked, if it was.")

    @field(description="Whether it runs now.")
    def running(self) -> bool:
        return self.delegation.runs(self.at.now)

    @field(description="The office.")
    def office(self) -> Office:
        return office_of(self.at, self.at.process.offices[self.delegation.office])

    @field(description="The holder of the seat, who gave it.")
    def giver(self) -> Member | None:
        return member_of(self.at, self.delegation.giver)

    @field(description="Who acts for the seat.")
    def to(self) -> Member | None:
        return member_of(self.at, self.delegation.to)


def delegation_of(at: Snapshot, given: process.Delegation) -> Delegation:
    """Make a delegation."""
    return Delegation(
        id=global_id("Delegation", at.id, given.id),
        at=at,
        delegation=given,
        seat=given.seat,
        since=given.since,
        until=given.until,
        revoked_at=given.revoked_at,
    )


def speakers_for(at: Snapshot, key: str) -> list[Member]:
    """Give who may speak now for a seat (`office/number`), for an office, or for themself by their pseudonym."""
    return [m for member in speakers(at.process, key, at.now) if (m := member_of(at, member))]
