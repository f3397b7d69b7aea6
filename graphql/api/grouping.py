"""Groupings: contributions that say the same, under one of them, with the consent of their authors."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import Private, field

from api.connections import After, Connection, First, connection, limit, position
from api.context import Info
from api.contributions import Contribution, contribution_of
from api.ids import global_id
from api.nodes import Node
from api.people import Author
from api.snapshot import Snapshot
from api.stages import Stage, stage_of
from domain.grouping import GroupingState, Part
from domain.rights import Viewer, may
from store.grouping_log import Entry

strawberry.enum(GroupingState, description="Where a grouping stands.")
for _value, _description in (
    ("ASKED", "The authors are asked for their consent, and may take it back."),
    ("MERGED", "It was made: of those whose authors agreed."),
    ("UNDONE", "It was given up before it was made, or taken apart after it."),
):
    next(
        v for v in vars(GroupingState)["__strawberry_definition__"].values if v.name == _value
    ).description = _description


def keeps_groupings(viewer: Viewer, at: Snapshot) -> bool:
    """Say whether the viewer sees all groupings with all answers."""
    return may(viewer, "read_groupings", at.process, at.now)


def sees_grouping(viewer: Viewer, at: Snapshot, entry: Entry) -> bool:
    """What was made is public, what is asked for is its keepers' and its authors'."""
    authors = {part.author for part in entry.grouping.parts.values()}
    return entry.grouping.merged_at is not None or viewer.member in authors or keeps_groupings(viewer, at)


@strawberry.type(description="One contribution in a grouping.")
class GroupingPart:
    at: Private[Snapshot]
    key: Private[str]
    part: Private[Part]
    #: Whether whoever asks holds the receipt of this contribution, or wrote it.
    by_author: Private[bool]
    merged: bool = field(description="Whether it is in the merge.")
    counts: bool = field(
        description="Whether it is one of the voices: merged, and since then neither revised nor withdrawn."
    )

    def _sees(self, info: Info) -> bool:
        viewer = info.context.viewer
        return self.by_author or self.part.author == viewer.member or keeps_groupings(viewer, self.at)

    @field(description="The contribution, if the viewer may read it.")
    async def contribution(self, info: Info) -> Contribution | None:
        row = await info.context.reading.grouping.contribution(self.at, self.key)
        return contribution_of(self.at, row) if row else None

    @field(
        description="Whether its author agrees; nothing where they have not answered, and for all but the author and "
        "those who keep groupings."
    )
    def consents(self, info: Info) -> bool | None:
        return self.part.consents if self._sees(info) else None

    @field(description="When its author answered; for those who see the answer.")
    def answered_at(self, info: Info) -> datetime | None:
        return self.part.answered_at if self._sees(info) else None


@strawberry.type(
    description="Contributions that a person found to say the same, under one of them. Nothing is deleted: each keeps "
    "its receipt and its leaf, and counts as before."
)
class Grouping(Node):
    at: Private[Snapshot]
    entry: Private[Entry]
    #: The contribution whose receipt the reader holds, if by that they came here.
    of: Private[str | None]
    state: GroupingState = field(description="Where it stands.")
    round: int = field(description="The round of the contributions.")
    asked_at: datetime = field(description="When the authors were asked.")
    merged_at: datetime | None = field(description="When it was made.")
    undone_at: datetime | None = field(description="When it was undone.")
    undone_because: str | None = field(description="Why it was undone.")
    voices: int = field(
        description="How many contributions it speaks for, the kept one counted; 0 where it is not made, or not any "
        "more."
    )

    @field(description="The stage of the contributions.")
    def stage(self) -> Stage | None:
        return stage_of(self.at, self.entry.stage, self.entry.round)

    @field(description="The contribution whose text stands for all.")
    async def kept(self, info: Info) -> Contribution | None:
        row = await info.context.reading.grouping.contribution(self.at, self.entry.grouping.kept)
        return contribution_of(self.at, row) if row else None

    @field(
        description="Its contributions, the kept one first. Those that are not in the merge: for those who keep "
        "groupings and for their authors."
    )
    def parts(self, info: Info) -> list[GroupingPart]:
        viewer, grouping = info.context.viewer, self.entry.grouping
        keeps = keeps_groupings(viewer, self.at)
        shown = {
            key: part
            for key, part in grouping.parts.items()
            if part.merged
            or keeps
            or grouping.merged_at is None
            or key == self.of
            or part.author == viewer.member
        }
        return [
            GroupingPart(
                at=self.at,
                key=key,
                part=shown[key],
                by_author=key == self.of,
                merged=shown[key].merged,
                counts=self.entry.stands and key in self.entry.voices,
            )
            for key in sorted(shown, key=lambda key: (key != grouping.kept, key))
        ]

    @field(
        description="The grouping of the round before, which goes on in this one because the contributions do: who "
        "asked and made it, and when, is said of that one."
    )
    async def carried_from(self, info: Info) -> Annotated[Grouping, strawberry.lazy("api.grouping")] | None:
        key = self.entry.carried_from
        return await grouping_by_key(info, self.at, key) if key else None

    @field(description="Who asked the authors.")
    def asked_by(self) -> Author:
        return Author(at=self.at, pseudonym=self.entry.grouping.asked_by.member)

    @field(description="Who made it of those who agreed.")
    def merged_by(self) -> Author | None:
        by = self.entry.grouping.merged_by
        return Author(at=self.at, pseudonym=by.member) if by else None

    @field(description="Who undid it.")
    def undone_by(self) -> Author | None:
        by = self.entry.grouping.undone_by
        return Author(at=self.at, pseudonym=by.member) if by else None


def grouping_of(at: Snapshot, entry: Entry, *, of: str | None = None) -> Grouping:
    """Make a grouping. `of`: the contribution whose author asks, by account or receipt."""
    grouping = entry.grouping
    return Grouping(
        id=global_id("Grouping", at.id, grouping.id),
        at=at,
        entry=entry,
        of=of,
        state=grouping.state,
        round=entry.round,
        asked_at=grouping.asked_at,
        merged_at=grouping.merged_at,
        undone_at=grouping.undone_at,
        undone_because=grouping.undone_why,
        voices=len(entry.voices) if entry.stands else 0,
    )


async def grouping_by_key(info: Info, at: Snapshot, key: str) -> Grouping | None:
    """Give a grouping of a concertation, if the viewer may see it."""
    entry = await info.context.reading.grouping.entry(key)
    seen = entry and entry.concertation == at.id and sees_grouping(info.context.viewer, at, entry)
    return grouping_of(at, entry) if entry and seen else None


async def groupings_with(info: Info, at: Snapshot, key: str, its_author: bool) -> Sequence[Grouping]:
    """Give those of a contribution that are asked for or made, as far as the viewer may see them."""
    entries = await info.context.reading.grouping.of_contribution(key)
    shown = [
        entry
        for entry in entries
        if entry.grouping.state is not GroupingState.UNDONE
        and (
            its_author
            or entry.grouping.parts[key].merged
            or keeps_groupings(info.context.viewer, at)
            or (entry.grouping.merged_at is None and sees_grouping(info.context.viewer, at, entry))
        )
    ]
    return [grouping_of(at, entry, of=key if its_author else None) for entry in shown]


async def kept_for(info: Info, key: str) -> set[str]:
    """Give the contribution itself and those whose text now stands for it."""
    entries = await info.context.reading.grouping.of_contribution(key)
    return {key} | {entry.grouping.kept for entry in entries if entry.stands and key in entry.voices}


async def voices_of(info: Info, key: str) -> int:
    """Say how many contributions one speaks for, itself counted."""
    entries = await info.context.reading.grouping.of_contribution(key)
    voices = {voice for e in entries if e.stands and e.grouping.kept == key for voice in e.voices}
    return len(voices | {key})


@strawberry.type
class WithGroupings:
    """Fields of the type Concertation."""

    at: Private[Snapshot]

    @field(
        description="The log of groupings, the latest first: those that were made, and for those who keep them those "
        "that are asked for or were given up, too."
    )
    async def groupings(self, info: Info, first: First = None, after: After = None) -> Connection[Grouping]:
        page = await info.context.reading.grouping.page(
            self.at.id,
            first=limit(first),
            after=position(after, str),
            asked=keeps_groupings(info.context.viewer, self.at),
        )
        items = [(entry.grouping.id, grouping_of(self.at, entry)) for entry in page.rows]
        return connection(items, more=page.more, total=page.total, after=after)

    @field(description="Those that wait for the viewer's consent, the first one first.")
    async def groupings_awaiting_consent(self, info: Info) -> list[Grouping]:
        member = info.context.viewer.member
        if member is None:
            return []
        entries = await info.context.reading.grouping.asked_of(self.at.id, member)
        return [grouping_of(self.at, entry) for entry in entries]
