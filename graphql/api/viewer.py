"""Who asks."""

from __future__ import annotations

import strawberry
from strawberry import Private, field

from api.context import Info
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
