"""The agenda of the viewer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import Private, field

from api.hearings import Hearing, hearing_of
from api.snapshot import Snapshot
from domain import process


@strawberry.type(description="The hearings that a person is called to, and those that they conduct.")
class Agenda:
    found: Private[list[tuple[Snapshot, process.Hearing]]]
    url: str = field(
        description="The iCalendar file, for a calendar program to fetch again and again, without a token: whoever "
        "has the address reads it."
    )
    until: datetime = field(description="Until when the address is good; ask for a new one before that.")

    @field(description="The hearings, in the order of their beginning, cancelled ones too.")
    def hearings(
        self,
        since: Annotated[
            datetime | None, strawberry.argument(description="Only those that end after this instant.")
        ] = None,
    ) -> list[Hearing]:
        later = [(at, h) for at, h in self.found if since is None or h.ends_at > since]
        return [hearing_of(at, h) for at, h in sorted(later, key=lambda pair: pair[1].starts_at)]
