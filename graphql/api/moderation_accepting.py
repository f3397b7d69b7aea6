"""What mutations of moderation answer when they were done. None of it is in the ledger."""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry import Private, field

from api.context import Info
from api.contributions import Contribution, contribution_of
from api.moderation import Measure
from api.snapshot import Snapshot


@strawberry.type(description="Done, for a contribution.")
class ModerationAccepted:
    at: Private[Snapshot]
    contribution_key: Private[str]
    measure: Measure | None = field(
        description="The measure as it stands now; none where reports were closed."
    )

    @field(description="The contribution as it stands now.")
    async def contribution(self, info: Info) -> Contribution | None:
        row = await info.context.reading.moderation.contribution(self.at.id, self.contribution_key)
        return contribution_of(self.at, row) if row else None


@strawberry.type(description="The appeal was made. Somebody else than who decided the measure will decide.")
class AppealAccepted:
    measure: Measure | None = field(description="The measure as it stands now.")


@strawberry.type(description="The report was taken, and is in the queue of those who moderate.")
class ReportAccepted:
    reported_at: datetime = field(description="When.")
