"""Organisations of one concertation, and who represents them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry
from strawberry import Private, argument, field

from api.connections import After, Connection, First, connection, limit, position
from api.context import Info
from api.faults import BadInput, InputFault
from api.ids import global_id
from api.nodes import Node
from api.people import Member, member_of
from api.places import Place, place_of
from api.snapshot import Snapshot
from api.structure import College, college
from domain.organisations.registration import OrganisationKind
from store import organisations
from store.organisations import Organisation as Row
from store.organisations import Wanted

_SENTENCES = {
    OrganisationKind.STATE: "A ministry, a service or an agency of the State.",
    OrganisationKind.REGION: "A region.",
    OrganisationKind.DEPARTEMENT: "A département.",
    OrganisationKind.INTERCOMMUNALITY: "A group of communes.",
    OrganisationKind.COMMUNE: "A commune.",
    OrganisationKind.PUBLIC_BODY: "Any other public body.",
    OrganisationKind.ELECTED_ASSOCIATION: "An association of elected officials or of local authorities.",
    OrganisationKind.UNION: "A union of agents or employees.",
    OrganisationKind.EMPLOYERS: "An organisation of employers.",
    OrganisationKind.RESEARCH: "Teaching and research.",
    OrganisationKind.ASSOCIATION: "An association.",
    OrganisationKind.COMPANY: "A company.",
    OrganisationKind.OTHER: "None of the others.",
}
strawberry.enum(OrganisationKind, name="OrganisationKind", description="What an organisation is.")
for _value in vars(OrganisationKind)["__strawberry_definition__"].values:
    _value.description = _SENTENCES[OrganisationKind(_value.value)]


@strawberry.type(description="An organisation of a concertation: those who represent it answer for it.")
class Organisation(Node):
    at: Private[Snapshot]
    row: Private[Row]
    key: str = field(
        description="Its name in the ledger: what `organisation` of members and contributions says."
    )
    name: str = field(description="Its name.")
    kind: OrganisationKind = field(description="What it is.")
    reference: str | None = field(description="How another system calls it.")
    siren: str | None = field(description="Its SIREN, checked.")
    siret: str | None = field(description="The SIRET of its establishment, checked.")
    registered_at: datetime = field(description="When it was registered.")
    updated_at: datetime = field(description="When it was last changed.")

    @field(description="The college that its representatives answer in.")
    def college(self) -> College | None:
        return college(self.at, self.row.college)

    @field(description="The place that it is of, or has its seat in.")
    def place(self) -> Place | None:
        return place_of(self.row.place)

    @field(description="The members who speak for it.")
    def representatives(self) -> list[Member]:
        return [
            found
            for member in self.at.process.members.values()
            if member.organisation == self.key and member.left_at is None
            if (found := member_of(self.at, member.id))
        ]


def organisation_of(at: Snapshot, row: Row) -> Organisation:
    """Make an organisation."""
    return Organisation(
        id=global_id("Organisation", at.id, row.id),
        at=at,
        row=row,
        key=row.id,
        name=row.name,
        kind=row.kind,
        reference=row.reference,
        siren=row.siren,
        siret=row.siret,
        registered_at=row.registered_at,
        updated_at=row.updated_at,
    )


@strawberry.input(description="Which organisations. What is unset is whatever.")
class OrganisationFilter:
    college: str | None = field(default=None, description="Only of this college, by its key.")
    kind: OrganisationKind | None = field(default=None, description="Only of this kind.")
    departement: str | None = field(default=None, description="Only of this département, by its number.")
    name: str | None = field(
        default=None, description="Only those whose name begins like this, whatever the accents."
    )


async def find_organisation(info: Info, at: Snapshot, key: str) -> Row | None:
    """Give an organisation of a concertation."""
    return await info.context.reading.ask(lambda connection: organisations.get(connection, at.id, key))


@strawberry.type
class WithOrganisations:
    """Fields of the type Concertation."""

    at: Private[Snapshot]

    @field(description="The organisations that may answer or be asked to, by name.")
    async def organisations(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        filter: Annotated[OrganisationFilter | None, argument(description="Only these.")] = None,
    ) -> Connection[Organisation]:
        at, seen, size = self.at, position(after, str, str), limit(first)
        try:
            place = (str(seen[0]), str(UUID(seen[1]))) if seen else None
        except ValueError as fault:
            raise BadInput(InputFault.CURSOR, path=("after",)) from fault
        said = filter or OrganisationFilter()
        wanted = Wanted(
            college=said.college, kind=said.kind, departement=said.departement, name=said.name or None
        )
        page = await info.context.reading.ask(
            lambda connection: organisations.page(connection, at.id, first=size, after=place, wanted=wanted)
        )
        items = [([row.sort_name, row.id], organisation_of(at, row)) for row in page.rows]
        return connection(items, more=page.more, total=page.total, after=after)
