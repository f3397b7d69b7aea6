"""Batches: forms that arrived together, announced and entered."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import ID, Private, argument, field

from api.context import Info
from api.enumerations import Channel
from api.ids import concertation_key, global_id
from api.people import Member, member_of
from api.snapshot import Snapshot
from api.stages import Stage, stage_of
from domain.rights import may
from store import batches

if TYPE_CHECKING:
    from api.hearings import Hearing


@strawberry.type(description="Forms that arrived together. A missing one shows: announced, and not entered.")
class Batch:
    at: Private[Snapshot]
    row: Private[batches.Batch]
    id: ID = field(description="Its id: entries name it.")
    channel: Channel = field(description="How its forms arrived.")
    territory: str | None = field(description="The code of the territory of the clerk's service.")
    announced: int = field(description="How many forms it holds.")
    entered: int = field(description="How many of them are typed. Corrected typing does not count again.")
    reference: str | None = field(description="What the clerk's service calls it.")
    opened_at: datetime = field(description="When it was announced.")
    round: int = field(description="The round of its stage.")

    @field(description="The stage that its forms answer.")
    def stage(self) -> Stage | None:
        return stage_of(self.at, self.row.stage, self.row.round)

    @field(description="The hearing at which its contributions were said, where they were.")
    def hearing(self) -> Annotated[Hearing, strawberry.lazy("api.hearings")] | None:
        from api.hearings import hearing_of

        found = self.at.process.hearings.get(self.row.hearing or "")
        return hearing_of(self.at, found) if found else None

    @field(description="The clerk who announced it.")
    def opened_by(self) -> Member | None:
        return member_of(self.at, self.row.actor)


def batch_of(at: Snapshot, row: batches.Batch) -> Batch:
    """Make a batch."""
    return Batch(
        at=at,
        row=row,
        id=global_id("Batch", at.id, row.id),
        channel=row.channel,
        territory=row.territory,
        announced=row.announced,
        entered=row.entered,
        reference=row.reference,
        opened_at=row.opened_at,
        round=row.round,
    )


def sees_batches(info: Info, at: Snapshot) -> bool:
    """Clerks see the batches, and those who keep the concertation."""
    return may(info.context.viewer, "read_names", at.process, at.now)


@strawberry.type
class BatchQueries:
    """Fields of the type Query."""

    @field(description="The batches of a stage, in the order they were announced: for clerks and keepers.")
    async def batches(
        self,
        info: Info,
        concertation_id: Annotated[ID, argument(description="The concertation.")],
        stage: Annotated[str, argument(description="The key of the stage.")],
        round: Annotated[int | None, argument(description="Its round; the current one if unset.")] = None,
    ) -> list[Batch]:
        key = concertation_key(concertation_id)
        at = await info.context.reading.snapshot(key) if key else None
        run = at.process.runs.get(stage) if at else None
        if at is None or run is None or not sees_batches(info, at):
            return []
        wanted = run.round if round is None else round
        if not 0 < wanted < 2**31:
            return []
        rows = await info.context.reading.ask(
            lambda connection: batches.of_stage(connection, at.id, wanted, stage)
        )
        return [batch_of(at, row) for row in rows]
