"""Organisations and their representatives. What an organisation is stays out of the ledger; who speaks for it is in."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry
from strawberry import ID, Private, argument, field

from api.accepting import MemberAccepted
from api.answers import AnyRefusal
from api.concertation import Concertation, concertation_of
from api.context import Info
from api.ids import concertation_key
from api.mutations.entering import NewAuthorInput
from api.organisations import Organisation, organisation_of
from api.performing import ActInput, Making, Refusing, mutation, refuse
from api.refusals import IdempotencyKeyReused, NotAllowed, Refused, refusal_of
from api.snapshot import Snapshot
from domain.acts import Act, AssignOrganisation, EnrolMember
from domain.free_text import is_storable, key_fault
from domain.organisations.registration import OrganisationKind, Registration, checked
from domain.refusals import Code, Refusal
from domain.rights import Scope, may
from store import organisations
from store.organisations import Organisation as Row


@strawberry.type(description="Done, for an organisation.")
class OrganisationAccepted:
    at: Private[Snapshot]
    organisation: Organisation = field(description="The organisation as it stands now.")

    @field(description="The concertation.")
    def concertation(self) -> Concertation:
        return concertation_of(self.at)


@strawberry.input(description="An organisation to register.")
class RegisterOrganisationInput:
    idempotency_key: str = field(
        description="Chosen by the client, 200 characters at most. Sent again with the same content: the same answer."
    )
    concertation_id: ID = field(description="The concertation.")
    name: str = field(description="Its name, 300 characters at most.")
    kind: OrganisationKind = field(description="What it is.")
    college: str = field(description="The key of the college that its representatives answer in.")
    reference: str | None = field(
        default=None, description="How another system calls it; unique in the concertation."
    )
    siren: str | None = field(default=None, description="Its SIREN; checked.")
    siret: str | None = field(default=None, description="The SIRET of its establishment; checked.")
    place: str | None = field(
        default=None, description="The code of its commune, group of communes, département or region."
    )
    email: str | None = field(
        default=None, description="Where invitations and reminders are sent. It is never shown again."
    )


@strawberry.input(description="What an organisation is, said anew. Unset means: none.")
class AmendOrganisationInput(RegisterOrganisationInput):
    organisation_id: ID = field(description="The organisation.")


RegisterOrganisationResult = Annotated[
    OrganisationAccepted | AnyRefusal,
    strawberry.union("RegisterOrganisationResult", description="What `registerOrganisation` answers."),
]
AmendOrganisationResult = Annotated[
    OrganisationAccepted | AnyRefusal,
    strawberry.union("AmendOrganisationResult", description="What `amendOrganisation` answers."),
]
_MEMBERS = (OrganisationAccepted, NotAllowed, IdempotencyKeyReused, Refused)


async def _keep(info: Info, input: RegisterOrganisationInput) -> Any:
    context = info.context
    at: Snapshot | None = None
    try:
        concertation = concertation_key(input.concertation_id)
        at = await context.reading.snapshot(concertation) if concertation else None
        if at is None:
            raise refuse(Code.UNKNOWN_CONCERTATION, "concertation_id")
        if fault := key_fault(input.idempotency_key):
            raise Refusing(fault)
        making = Making(context=context, concertation=at.id, key=input.idempotency_key, at=at)
        said = _said(making, at, input)
        row = await _written(making, at, input, said)
    except Refusing as refused:
        return refusal_of(info, refused.refusal, at, _MEMBERS)
    context.changed = True
    return OrganisationAccepted(at=at, organisation=organisation_of(at, row))


def _said(making: Making, at: Snapshot, input: RegisterOrganisationInput) -> Registration:
    """Read what is said, as far as the viewer may say it: clerks, of the places of their territory."""
    procedure = at.process.procedure
    colleges = {college.id for college in procedure.colleges} if procedure else set()
    given = (input.name, input.reference, input.siren, input.siret, input.place, input.email)
    if not all(is_storable(text) for text in (*given, input.college) if text is not None):
        raise refuse(Code.TEXT_INVALID)
    scope = Scope(territory=input.place or "", whole=True)
    if not may(making.context.viewer, "register_organisation", at.process, at.now, scope):
        raise refuse(Code.NOT_ALLOWED, act="register_organisation")
    said, faults = checked(
        Registration(
            name=input.name, kind=input.kind, college=input.college, reference=input.reference, siren=input.siren,
            siret=input.siret, place=input.place, email=input.email,
        ),
        colleges,
    )  # fmt: skip
    if faults:
        raise Refusing(faults[0])
    return said


async def _written(making: Making, at: Snapshot, input: RegisterOrganisationInput, said: Registration) -> Row:
    reading = making.context.reading
    if isinstance(input, AmendOrganisationInput):
        known = await _known(making, input.organisation_id)
        scope = Scope(territory=known.place or "", whole=True)
        if not may(making.context.viewer, "register_organisation", at.process, at.now, scope):
            raise refuse(Code.NOT_ALLOWED, act="register_organisation")
        row = await reading.ask(
            lambda connection: organisations.amend(connection, id=known.id, concertation=at.id, said=said)
        )
    else:
        row = await reading.ask(
            lambda connection: organisations.register(
                connection, id=making.made("organisation"), concertation=at.id, said=said, by=making.member
            )
        )
    if isinstance(row, Refusal):
        raise Refusing(row)
    return row


async def _known(making: Making, id: ID) -> Row:
    """Give the organisation that an id names in this concertation."""
    key = making.read(id, "Organisation", Code.UNKNOWN_ORGANISATION, "organisation_id")
    found = await making.context.reading.ask(
        lambda connection: organisations.get(connection, making.concertation, key)
    )
    if found is None:
        raise refuse(Code.UNKNOWN_ORGANISATION, "organisation_id")
    return found


@strawberry.input(one_of=True, description="Who speaks for an organisation: exactly one of these.")
class RepresentativeInput:
    member_id: ID | None = field(default=strawberry.UNSET, description="A member.")
    person: NewAuthorInput | None = field(
        default=strawberry.UNSET, description="A person who becomes a member."
    )


@strawberry.input(description="Somebody who speaks for an organisation from now on.")
class AddRepresentativeInput(ActInput):
    organisation_id: ID = field(description="The organisation.")
    representative: RepresentativeInput = field(
        description="A member of its college, or a person who becomes one by this."
    )
    pseudonym: str | None = field(
        default=None, description="The pseudonymous id (a UUID) of a person who has one."
    )

    async def act(self, making: Making) -> Act:
        organisation = await _known(making, self.organisation_id)
        assert making.at is not None, "a concertation that does not exist was refused before"
        if not self.representative.member_id:
            person = self.representative.person
            return EnrolMember(
                member=making.person(person.name if person else None, self.pseudonym),
                college=organisation.college,
                organisation=organisation.id,
                territory=organisation.place,
            )
        key = making.member_key(self.representative.member_id, "representative")
        member = making.at.process.members.get(key)
        if member is not None and member.college != organisation.college:
            raise refuse(Code.COLLEGE_OF_ORGANISATION, "representative", college=organisation.college)
        return AssignOrganisation(member=key, organisation=organisation.id)


@strawberry.input(description="A member who does not speak for an organisation any more.")
class RemoveRepresentativeInput(ActInput):
    organisation_id: ID = field(description="The organisation.")
    member_id: ID = field(description="The member. They stay one, in their own name.")

    async def act(self, making: Making) -> Act:
        organisation = await _known(making, self.organisation_id)
        key = making.member_key(self.member_id, "member_id")
        assert making.at is not None, "a concertation that does not exist was refused before"
        member = making.at.process.members.get(key)
        if member is None or member.organisation not in (organisation.id, None):
            raise refuse(Code.NOT_REPRESENTATIVE, "member_id")
        return AssignOrganisation(member=key)


AddRepresentativeResult = Annotated[
    MemberAccepted | AnyRefusal,
    strawberry.union("AddRepresentativeResult", description="What `addRepresentative` answers."),
]
RemoveRepresentativeResult = Annotated[
    MemberAccepted | AnyRefusal,
    strawberry.union("RemoveRepresentativeResult", description="What `removeRepresentative` answers."),
]


@strawberry.type
class OrganisationMutations:
    """Fields of the type Mutation."""

    @strawberry.mutation(
        description="Register an organisation: its numbers and its place are checked.",
        graphql_type=RegisterOrganisationResult,
    )
    async def register_organisation(
        self,
        info: Info,
        input: Annotated[RegisterOrganisationInput, argument(description="What is asked for.")],
    ) -> Any:
        return await _keep(info, input)

    @strawberry.mutation(
        description="Say anew what an organisation is.", graphql_type=AmendOrganisationResult
    )
    async def amend_organisation(
        self,
        info: Info,
        input: Annotated[AmendOrganisationInput, argument(description="What is asked for.")],
    ) -> Any:
        return await _keep(info, input)

    add_representative = mutation(
        AddRepresentativeInput,
        AddRepresentativeResult,
        MemberAccepted,
        "Let a member, or a person who becomes one, speak for an organisation.",
    )
    remove_representative = mutation(
        RemoveRepresentativeInput,
        RemoveRepresentativeResult,
        MemberAccepted,
        "End that a member speaks for an organisation.",
    )
