"""Where a contribution went: into which items, by which of its versions or merges, or why it was set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import Private, field

from api.context import Info
from api.items import SynthesisItem, item_by_key
from api.publication import sees
from api.snapshot import Snapshot
from domain.summaries import Names

if TYPE_CHECKING:
    from api.synthesis import Synthesis


@strawberry.type(
    description="What became of a contribution in one synthesis: a source of an item, or set aside."
)
class Whereabouts:
    synthesis: Annotated[Synthesis, strawberry.lazy("api.synthesis")] = field(description="The synthesis.")
    item: SynthesisItem | None = field(description="The item that comes from it.")
    at: Private[Snapshot]
    reason: str | None = field(description="Why it was set aside: the French text that names the reason.")
    through: str = field(
        description="The key of the contribution that is named: itself, another version or copy of it, or that which "
        "it is merged under."
    )

    @field(description="Why it was set aside, in the language of the request.")
    def reason_label(self, info: Info) -> str | None:
        return (
            Names(self.at.process, info.context.languages).set_aside_reason(self.reason)
            if self.reason
            else None
        )


async def whereabouts_of(info: Info, at: Snapshot, key: str) -> list[Whereabouts]:
    """Give what became of a contribution, as far as the viewer sees the syntheses."""
    from api.synthesis import synthesis_of

    found = await info.context.reading.treatment.whereabouts(at.id, key)
    return [
        Whereabouts(
            at=at,
            synthesis=synthesis_of(at, synthesis),
            item=item_by_key(at, said.item) if said.item else None,
            reason=said.reason,
            through=said.through,
        )
        for said in found
        if (synthesis := at.process.syntheses.get(f"{said.round}/{said.stage}")) is not None
        and sees(info.context.viewer, at, said.stage, said.round, "recommendations")
    ]
