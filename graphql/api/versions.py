"""The versions of a contribution: who spoke, who typed, what took the place of what."""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry import Private, field
from strawberry.scalars import JSON

from api.context import Info
from api.enumerations import Channel
from api.people import Member, member_of, person_of
from api.snapshot import Snapshot
from api.viewing import holds_receipts, sees_author
from store.versions import Version


@strawberry.type(
    description="One version of a contribution. The last one counts; each has its leaf and its receipt."
)
class ContributionVersion:
    at: Private[Snapshot]
    row: Private[Version]
    version: int = field(description="Its number, from 1.")
    channel: Channel = field(description="How it arrived.")
    body: str = field(description="What it says.")
    submitted_at: datetime = field(description="When it was sent or entered.")
    superseded_at: datetime | None = field(description="Since when a later version counts in its place.")
    supersede_reason: str | None = field(
        description="Why a clerk let it take the place of what had come by another way."
    )
    withdrawn_at: datetime | None = field(description="When its author withdrew it.")
    digest: str = field(description="SHA-256 over a salt and the content: the leaf of the seal.")

    @field(description="The answers by question; nothing for plain text.")
    def answers(self) -> JSON | None:
        return None if self.row.answers is None else JSON(self.row.answers)

    @field(description="Whether a clerk entered it for its author.")
    def entered_by_clerk(self) -> bool:
        return self.row.actor != self.row.member

    @field(description="The code of its receipt; for its author alone, and for tokens that contribute.")
    def receipt_code(self, info: Info) -> str | None:
        return self.row.receipt if holds_receipts(info.context.viewer) else None

    @field(description="Who typed it, where the viewer may know: the author, or the clerk who entered it.")
    def typed_by(self, info: Info) -> Member | None:
        return typed_by(info, self.at, self.row)


def version_of(at: Snapshot, row: Version) -> ContributionVersion:
    """Make a version."""
    return ContributionVersion(
        at=at,
        row=row,
        version=row.version,
        channel=row.channel,
        body=row.body,
        submitted_at=row.submitted_at,
        superseded_at=row.superseded_at,
        supersede_reason=row.supersede_reason,
        withdrawn_at=row.withdrawn_at,
        digest=row.digest,
    )


def typed_by(info: Info, at: Snapshot, row: Version) -> Member | None:
    """Make the person who typed a version, where the viewer may know."""
    seen = info.context.viewer.member == row.actor or sees_author(info.context.viewer, at, row.member)
    if not seen:
        return None
    return person_of(at, row.actor) if row.actor == row.member else member_of(at, row.actor)
