"""Items of a synthesis: what recommendations and ascertainments have in common, and where they come from and go to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import Private, field

from api.connections import After, Connection, First, connection, limit, position
from api.context import Info
from api.ids import global_id
from api.nodes import Node, Text
from api.publication import sees
from api.review import Reservation
from api.snapshot import Snapshot
from api.stages import Stage, stage_of
from api.structure import Lane, Theme, lane, themes
from api.written_versions import TextVersion, versions_of
from domain import process
from domain.treatment.lineage import all_items, becoming

if TYPE_CHECKING:
    from api.contributions import Contribution
    from api.hearings import Hearing


@strawberry.type(description="What an item comes from: exactly one of its fields is set.")
class Source:
    at: Private[Snapshot]
    key: str = field(description="The name of the source in the ledger.")
    contribution: Annotated[Contribution, strawberry.lazy("api.contributions")] | None = field(
        description="A contribution, where it may be read."
    )
    hearing: Annotated[Hearing, strawberry.lazy("api.hearings")] | None = field(
        description="A hearing's record."
    )
    reservation: Reservation | None = field(
        description="A reservation of the council, once the opinion is published."
    )


@strawberry.interface(
    description="An item of the synthesis: a recommendation, which is answered, or an ascertainment (constat)."
)
class SynthesisItem(Node):
    at: Private[Snapshot]
    item: Private[process.Item]
    key: str = field(description="Its name in the ledger.")
    round: int = field(description="The round.")
    version: int = field(description="Its version, from 1.")

    @field(description="Its axis, where it has one.")
    def lane(self) -> Lane | None:
        return lane(self.at, self.item.lane)

    @field(description="What it says; its content once it is published.")
    def text(self, info: Info) -> Text:
        seen = sees(info.context.viewer, self.at, self.item.stage, self.item.round, "recommendations")
        return Text(body=self.item.text, hidden=not seen)

    @field(description="The stage of synthesis that it belongs to.")
    def stage(self) -> Stage | None:
        return stage_of(self.at, self.item.stage, self.item.round)

    @field(description="Its themes.")
    def themes(self) -> list[Theme]:
        return themes(self.at, self.item.themes)

    @field(
        description="What it comes from: records of hearings, reservations, and the first hundred contributions; all "
        "of these are in `sourceConnection`."
    )
    async def sources(self, info: Info) -> list[Source]:
        from api.contributions import sources_of

        cited = await info.context.reading.treatment.sources(self.at.id, self.item.id)
        return await sources_of(info, self.at, [*self.item.sources, *cited])

    @field(description="The contributions that it comes from, as they were received.")
    async def source_connection(
        self, info: Info, first: First = None, after: After = None
    ) -> Connection[Source]:
        from api.contributions import sources_of

        size, seen = limit(first), position(after, str)
        found = await info.context.reading.treatment.page(self.at.id, self.item.id, size + 1, seen)
        rows = await sources_of(info, self.at, found[:size])
        return connection(
            [(row.key, row) for row in rows], more=len(found) > size, total=self.item.cited, after=after
        )

    @field(description="Its versions with what changed, the first one first, once it is published.")
    async def versions(self, info: Info) -> list[TextVersion]:
        if not is_seen(info, self.at, self.item):
            return []
        return await versions_of(info, self.at, self.item.round, self.item.stage, ("item", self.item.id))

    @field(
        description="The items whose place it takes, of this round or an earlier one: their sources are its own."
    )
    def replaces(self, info: Info) -> list[SynthesisItem]:
        return items_seen(info, self.at, self.item.replaces)

    @field(
        description="The items that have taken its place, in this round or a later one: what became of it."
    )
    def becomes(self, info: Info) -> list[SynthesisItem]:
        return items_seen(info, self.at, becoming(self.at.process, self.item.id))


@strawberry.type(description="What the rapporteurs found, and asks nothing of anybody (constat).")
class Ascertainment(SynthesisItem):
    pass


def ascertainment_of(at: Snapshot, found: process.Ascertainment) -> Ascertainment:
    """Make an ascertainment."""
    return Ascertainment(
        id=global_id("Ascertainment", at.id, found.id),
        at=at,
        item=found,
        key=found.id,
        round=found.round,
        version=found.version,
    )


def item_of(at: Snapshot, item: process.Item) -> SynthesisItem:
    """Make an item of either kind."""
    from api.synthesis import recommendation_of

    if isinstance(item, process.Recommendation):
        return recommendation_of(at, item)
    assert isinstance(item, process.Ascertainment)
    return ascertainment_of(at, item)


def item_by_key(at: Snapshot, key: str) -> SynthesisItem | None:
    """Make an item by its name in the ledger."""
    found = all_items(at.process).get(key)
    return item_of(at, found) if found else None


def items_seen(info: Info, at: Snapshot, keys: Iterable[str]) -> list[SynthesisItem]:
    """Make items by their names, as far as the viewer sees them."""
    items = all_items(at.process)
    return [item_of(at, items[key]) for key in keys if key in items and is_seen(info, at, items[key])]


def is_seen(info: Info, at: Snapshot, item: process.Item) -> bool:
    """Say whether the viewer sees an item."""
    return sees(info.context.viewer, at, item.stage, item.round, "recommendations")
