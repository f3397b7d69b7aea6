"""The follow-up list of a stage: who was invited, and where each stands. For those who conduct the concertation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import ID, Private, argument, field

from api.connections import After, Connection, First, connection, limit, position
from api.context import Info
from api.ids import global_id
from api.organisations import Organisation, organisation_of
from api.people import Member, member_of
from api.places import Place, place_of
from api.snapshot import Snapshot
from api.stages import Stage, stage_of
from api.structure import College, college
from domain.rights import may
from store import follow_up, organisations
from store.follow_up import Followed, FollowUpCount, InvitationState, Where
from store.organisations import Organisation as OrganisationRow
from store.pages import Page
from store.pool import Connection as StoreConnection

_SENTENCES = {
    InvitationState.INVITED: "Nothing was heard yet.",
    InvitationState.OPENED: "The invitation was opened, or accepted.",
    InvitationState.DRAFT: "They have begun to write.",
    InvitationState.ANSWERED: "They have answered.",
    InvitationState.DECLINED: "They will not answer.",
}
strawberry.enum(InvitationState, name="InvitationState", description="Where an invitation stands.")
for _value in vars(InvitationState)["__strawberry_definition__"].values:
    _value.description = _SENTENCES[InvitationState(_value.value)]


@strawberry.type(description="Somebody who was invited, and where that stands.")
class InvitationStatus:
    at: Private[Snapshot]
    row: Private[Followed]
    organisation: Organisation | None = field(description="The organisation that was invited, where one was.")
    id: ID = field(description="The id of the invitation.")
    state: InvitationState = field(description="Where it stands.")
    invited_at: datetime = field(description="When they were invited.")
    opened_at: datetime | None = field(description="When a code was first opened.")
    accepted_at: datetime | None = field(description="When it was accepted.")
    declined_at: datetime | None = field(description="When it was declined.")
    decline_reason: str | None = field(description="Why it was declined.")
    reminded_at: datetime | None = field(description="When the last reminder was written.")

    @field(description="The member who was invited, where one was.")
    def member(self) -> Member | None:
        return member_of(self.at, self.row.member)

    @field(description="The college that it is counted in.")
    def college(self) -> College | None:
        return college(self.at, self.row.college)

    @field(description="The département that it is counted in.")
    def departement(self) -> Place | None:
        return place_of(self.row.departement)


@strawberry.type(description="How many invitations of a college and a département stand in a state.")
class InvitationCount:
    at: Private[Snapshot]
    row: Private[FollowUpCount]
    state: InvitationState = field(description="The state.")
    count: int = field(description="The number.")

    @field(description="The college.")
    def college(self) -> College | None:
        return college(self.at, self.row.college)

    @field(description="The département.")
    def departement(self) -> Place | None:
        return place_of(self.row.departement)


@strawberry.type(description="Who was invited to answer a stage in a round, and where each stands.")
class FollowUp:
    at: Private[Snapshot]
    where: Private[Where]

    @field(description="The stage.")
    def stage(self) -> Stage | None:
        return stage_of(self.at, self.where.stage, self.where.round)

    @field(description="How many stand where, by college and département.")
    async def counts(self, info: Info) -> list[InvitationCount]:
        found = await info.context.reading.ask(lambda connection: follow_up.counts(connection, self.where))
        return [InvitationCount(at=self.at, row=one, state=one.state, count=one.count) for one in found]

    @field(description="Those who were invited, in the order of inviting.")
    async def invitations(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        states: Annotated[list[InvitationState] | None, argument(description="Only in these states.")] = None,
        college: Annotated[str | None, argument(description="Only of this college, by its key.")] = None,
        departement: Annotated[str | None, argument(description="Only of this one, by its number.")] = None,
    ) -> Connection[InvitationStatus]:
        size, seen = limit(first), position(after, int)

        async def question(
            store: StoreConnection,
        ) -> tuple[Page[Followed], dict[str, OrganisationRow]]:
            page = await follow_up.page(
                store, self.where, first=size, after=seen, states=states, college=college, departement=departement
            )  # fmt: skip
            named = [row.organisation for row in page.rows if row.organisation]
            return page, await organisations.get_many(store, self.at.id, named)

        page, known = await info.context.reading.ask(question)
        items = [(row.number, _status(self.at, row, known.get(row.organisation or ""))) for row in page.rows]
        return connection(items, more=page.more, total=page.total, after=after)

    @field(description="How many days before the closing those who have not answered are reminded.")
    async def reminder_days(self, info: Info) -> Sequence[int]:
        return await info.context.reading.ask(
            lambda connection: follow_up.reminder_days(connection, self.where)
        )


def _status(at: Snapshot, row: Followed, organisation: OrganisationRow | None) -> InvitationStatus:
    return InvitationStatus(
        at=at,
        row=row,
        organisation=organisation_of(at, organisation) if organisation else None,
        id=global_id("Invitation", at.id, row.id),
        state=row.state,
        invited_at=row.invited_at,
        opened_at=row.opened_at,
        accepted_at=row.accepted_at,
        declined_at=row.declined_at,
        decline_reason=row.decline_reason,
        reminded_at=row.reminded_at,
    )


@strawberry.type
class WithFollowUp:
    """Fields of the type Concertation."""

    at: Private[Snapshot]

    @field(
        description="Who was invited to answer a stage, and where each stands; nothing for who may not know."
    )
    def follow_up(
        self,
        info: Info,
        stage: Annotated[str, argument(description="The key of the stage.")],
        round: Annotated[int | None, argument(description="The round; the current one if unset.")] = None,
    ) -> FollowUp | None:
        found = stage_of(self.at, stage, round)
        if found is None or not may(info.context.viewer, "read_follow_up", self.at.process, self.at.now):
            return None
        return FollowUp(at=self.at, where=Where(concertation=self.at.id, round=found.round, stage=stage))
