"""Who asks."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import ID, Private, argument, field

from api.access_tokens import AccessToken, access_tokens_of
from api.agenda import Agenda
from api.agendas import GOOD_FOR, agenda
from api.browser_sessions import Account, BrowserSession, account_of, sessions_of
from api.context import Info
from api.contributions import Contribution, contribution_of
from api.drafts import ContributionDraft, draft_for
from api.ids import concertation_key
from api.notices import MOST_NOTICES, Contact, Notice, contact_of, notices_of
from api.viewing import holds_addresses, holds_receipts
from domain import rights
from store import contributions


@strawberry.type(description="Who asks.")
class Viewer:
    viewer: Private[rights.Viewer]

    @field(description="Whether the request carries a valid token.")
    def authenticated(self) -> bool:
        return self.viewer.member is not None or self.viewer.bound is not None

    @field(description="The pseudonymous id of the viewer, as it stands in ledgers.")
    def pseudonym(self) -> str | None:
        return self.viewer.member

    @field(description="The roles on the platform; those in a concertation are in its offices.")
    def platform_roles(self) -> list[str]:
        return sorted(self.viewer.platform_roles)

    @field(description="The name of the viewer, where it is known.")
    async def name(self, info: Info) -> str | None:
        return await info.context.reading.name(self.viewer.member) if self.viewer.member else None

    @field(
        description="What the viewer has begun to write for a stage in its current round; after a referral back, what "
        "they said before, where the procedure asks them for it anew."
    )
    async def draft(
        self,
        info: Info,
        concertation_id: Annotated[ID, argument(description="The concertation.")],
        stage: Annotated[str, argument(description="The key of the stage.")],
    ) -> ContributionDraft | None:
        key = concertation_key(concertation_id)
        at = await info.context.reading.snapshot(key) if key else None
        return await draft_for(info, at, stage) if at else None

    @field(
        description="What the viewer has contributed, by any channel, in any round, in its latest versions, in the "
        "order of reception; what they withdrew among it. By the code of an invitation, what is of its stage. Empty "
        "without a token."
    )
    async def contributions(
        self, info: Info, concertation_id: Annotated[ID, argument(description="The concertation.")]
    ) -> list[Contribution]:
        bound, key = self.viewer.bound, concertation_key(concertation_id)
        member = self.viewer.member or (bound.member if bound and bound.concertation == key else None)
        at = await info.context.reading.snapshot(key) if key else None
        if at is None or member is None:
            return []
        own = await info.context.reading.ask(lambda connection: contributions.own(connection, member, at.id))
        return [
            contribution_of(at, row)
            for row in own
            if bound is None or (row.round, row.stage) == (bound.round, bound.stage)
        ]

    @field(
        description="The hearings of the viewer, and their iCalendar file. Nothing without a token, or with a personal "
        "access token: the address of the file would outlive it."
    )
    async def agenda(self, info: Info) -> Agenda | None:
        if self.viewer.member is None or not holds_addresses(self.viewer):
            return None
        reading = info.context.reading
        until = await reading.now() + GOOD_FOR
        return Agenda(
            found=await agenda(reading, self.viewer.member),
            url=info.context.agendas.address(self.viewer.member, until),
            until=until,
        )

    @field(description="How the viewer wants to be told of what happens. Nothing without a token.")
    async def contact(self, info: Info) -> Contact | None:
        return await contact_of(info, self.viewer.member) if self.viewer.member else None

    @field(
        description="What the viewer was told, the latest first. Nothing with a personal access token that does not "
        "contribute: notices name receipts."
    )
    async def notices(
        self,
        info: Info,
        concertation_id: Annotated[ID | None, argument(description="Of this concertation alone.")] = None,
        first: Annotated[int, argument(description="So many, 200 at most.")] = 50,
    ) -> list[Notice]:
        key = concertation_key(concertation_id) if concertation_id else None
        if self.viewer.member is None or (concertation_id and key is None) or not holds_receipts(self.viewer):
            return []
        return await notices_of(info, self.viewer.member, key, max(0, min(first, MOST_NOTICES)))

    @field(
        description="The viewer's personal access tokens that work, in the order of creation. Nothing to whoever comes "
        "with such a token."
    )
    async def access_tokens(self, info: Info) -> list[AccessToken]:
        return await access_tokens_of(info, self.viewer.member)

    @field(
        description="How the browser that asks was signed in. Nothing to whoever comes with a token, or as nobody."
    )
    def account(self, info: Info) -> Account | None:
        return account_of(info)

    @field(
        description="The browsers that are signed in as the viewer, in the order of signing in. Nothing to whoever "
        "comes with a personal access token."
    )
    async def sessions(self, info: Info) -> list[BrowserSession]:
        return await sessions_of(info, self.viewer.member)
