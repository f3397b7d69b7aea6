"""Drafts of contributions: what the viewer has begun to write, and what they may begin from after a referral back."""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry import Private, field
from strawberry.scalars import JSON

from api.context import Info
from api.snapshot import Snapshot
from api.structure import Theme, themes
from domain.rights import invited
from store import drafts
from store.drafts import Draft


@strawberry.type(description="What the viewer has begun to write: for their eyes alone, and never counted.")
class ContributionDraft:
    at: Private[Snapshot]
    draft: Private[Draft]
    body: str = field(description="As it is written so far; empty perhaps.")
    college: str | None = field(description="The key of the college in whose name.")
    saved_at: datetime | None = field(
        description="When it was saved; nothing where it is only offered to begin from."
    )
    carried_from_round: int | None = field(
        description="The earlier round in which the viewer said this: sent again, it counts in this round."
    )

    @field(description="The answers by question, as they were left: not validated.")
    def answers(self) -> JSON | None:
        return None if self.draft.answers is None else JSON(self.draft.answers)

    @field(description="The themes that it carries.")
    def themes(self) -> list[Theme]:
        return themes(self.at, self.draft.themes)


def draft_of(at: Snapshot, draft: Draft) -> ContributionDraft:
    """Make a draft."""
    return ContributionDraft(
        at=at,
        draft=draft,
        body=draft.body,
        college=draft.college,
        saved_at=draft.saved_at,
        carried_from_round=draft.carried_from_round,
    )


async def draft_for(info: Info, at: Snapshot, stage: str) -> ContributionDraft | None:
    """Give the viewer's draft for a stage in its current round; else what they said before, where they are asked."""
    run = at.process.runs.get(stage)
    member = invited(info.context.viewer, at.id, stage, run.round).member if run else None
    if member is None or run is None:
        return None
    place = (member, at.id, run.round, stage)
    found = await info.context.reading.ask(lambda connection: drafts.get(connection, *place))
    followed = at.process.procedure
    if found is None and run.round > 1 and followed and followed.rounds.carry_over == "ask":
        found = await info.context.reading.ask(lambda connection: drafts.offered(connection, *place))
    return draft_of(at, found) if found else None
