"""Who asks."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import ID, Private, argument, field

from api.context import Info
from api.drafts import ContributionDraft, draft_for
from api.ids import concertation_key
from domain import rights


@strawberry.type(description="Who asks.")
class Viewer:
    viewer: Private[rights.Viewer]

    @field(description="Whether the request carries a valid token.")
    def authenticated(self) -> bool:
        return self.viewer.member is not None

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
