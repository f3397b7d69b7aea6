"""The versions of a chapter or an item, and what changed from one to another, word by word."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import Private, field

from api.context import Info
from api.enumerations import Operation
from api.nodes import Text
from api.people import Member, member_of
from api.snapshot import Snapshot
from domain.differences import differences
from domain.texts import localised
from store.written_versions import Written


@strawberry.type(description="A piece of two texts that are compared.")
class TextDifference:
    operation: Operation = field(description="What became of it.")
    text: str = field(description="The piece.")


@strawberry.type(description="One version of a chapter or of an item of the synthesis.")
class TextVersion:
    at_: Private[Snapshot]
    known: Private[tuple[Written, ...]]
    written: Private[Written]
    version: int = field(description="Its number, from 1.")
    text: Text = field(description="What it says.")
    at: datetime = field(description="When it was handed in.")

    @field(description="Who wrote it.")
    def member(self) -> Member | None:
        return member_of(self.at_, self.written.member)

    @field(
        description="What changed from another version to this one, in the language of the request; of very long texts "
        "line by line."
    )
    async def difference(
        self,
        info: Info,
        since: Annotated[
            int | None,
            strawberry.argument(description="The other version; the one before if nothing is said."),
        ] = None,
    ) -> list[TextDifference]:
        wanted = self.version - 1 if since is None else since
        other = next((w for w in self.known if w.version == wanted), None)
        reading, languages = info.context.reading, info.context.languages
        before = await reading.body(other.text) if other is not None else None
        after = await reading.body(self.written.text)
        pieces = await asyncio.to_thread(
            differences, localised(before or {}, languages), localised(after or {}, languages)
        )
        return [TextDifference(operation=piece.operation, text=piece.text) for piece in pieces]


async def versions_of(
    info: Info, at: Snapshot, round: int, stage: str, key: tuple[str, str]
) -> list[TextVersion]:
    """Make the versions of a chapter or an item, the first one first."""
    found = await info.context.reading.treatment.versions(at.id, round, stage)
    known = found.get(key, ())
    return [
        TextVersion(
            at_=at,
            known=known,
            written=written,
            version=written.version,
            text=Text(body=written.text),
            at=written.at,
        )
        for written in known
    ]
