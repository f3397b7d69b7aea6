"""Contributions: what participants sent, by whichever channel, and the figures over them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import Private, field
from strawberry.scalars import JSON

from api.batches import Batch, batch_of
from api.context import Info
from api.enumerations import Channel, Kind, State
from api.files import File, file_of, files_of
from api.hearings import hearing_of
from api.ids import global_id
from api.nodes import Node
from api.people import Member, person_of
from api.publication import sees
from api.review import reservation_seen
from api.snapshot import Snapshot
from api.stages import Stage, Tally, runs_of, stage_of, tallies
from api.structure import College, Theme, college, themes
from api.versions import ContributionVersion, typed_by, version_of
from api.viewing import holds_receipts, moderates, sees_author, sees_scan
from domain.process import StageRun
from store import contributions
from store.contributions import Contribution as Row
from store.versions import Version

if TYPE_CHECKING:
    from api.grouping import Grouping
    from api.items import Source
    from api.lineage import Whereabouts
    from api.moderation import Measure
    from api.synthesis import Recommendation


@strawberry.type(description="A contribution. Every channel has the same weight.")
class Contribution(Node):
    at: Private[Snapshot]
    row: Private[Row]
    known: Private[Version | None]
    key: str = field(description="Its name in the ledger, for the sources of recommendations.")
    round: int = field(description="The round that it was sent in.")
    channel: Channel = field(description="How it arrived.")
    territory: str | None = field(description="The code of the author's territory.")
    organisation: str | None = field(description="The organisation that the author speaks for.")
    submitted_at: datetime = field(description="When it was sent or entered.")
    posted_at: datetime | None = field(description="The postmark, for what came on paper.")
    received_at: datetime | None = field(
        description="When it was handed in, for what came on paper or by voice."
    )
    digest: str = field(description="SHA-256 over a salt and the content: the leaf of the seal.")
    hidden_at: datetime | None = field(
        description="Since when moderation hides its text. It counts all the same, and its leaf stays."
    )
    redacted_at: datetime | None = field(description="When its text was destroyed. It counts all the same.")

    @field(description="The stage that it answers.")
    def stage(self) -> Stage | None:
        return stage_of(self.at, self.row.stage, self.row.round)

    @field(description="The college that it is counted in.")
    def college(self) -> College | None:
        return college(self.at, self.row.college)

    @field(description="The themes that it carries.")
    def themes(self) -> list[Theme]:
        return themes(self.at, self.row.themes)

    @field(description="The code of its receipt; for its author alone, and for tokens that contribute.")
    def receipt_code(self, info: Info) -> str | None:
        return self.row.receipt if holds_receipts(info.context.viewer) else None

    def withheld(self, info: Info) -> bool:
        """Say whether moderation keeps the text from the viewer: it is for its author and those who moderate."""
        viewer = info.context.viewer
        its_author = self.row.receipt is not None or self.row.member == viewer.member
        return self.row.hidden_at is not None and not its_author and not moderates(viewer, self.at)

    @field(description="What it says; empty where moderation hides it from the viewer, or destroyed it.")
    def body(self, info: Info) -> str:
        return "" if self.withheld(info) else self.row.body

    @field(description="The latest measure of moderation against it.")
    async def moderation(self, info: Info) -> Annotated[Measure, strawberry.lazy("api.moderation")] | None:
        from api.moderation import measure_against

        its_author = self.row.receipt is not None or self.row.member == info.context.viewer.member
        return await measure_against(info, self.at, self.key, its_author)

    @field(description="Who wrote it, where the viewer may know.")
    def author(self, info: Info) -> Member | None:
        seen = sees_author(info.context.viewer, self.at, self.row.member)
        return person_of(self.at, self.row.member) if seen else None

    async def known_version(self, info: Info) -> Version | None:
        """Give what is known of this version beside its text: read at most once a page."""
        if self.known is None:
            found = await info.context.reading.versions(self.at, self.key)
            self.known = next((version for version in found if version.id == self.key), None)
        return self.known

    @field(description="The number of this version, from 1.")
    async def version(self, info: Info) -> int:
        known = await self.known_version(info)
        return known.version if known else 1

    @field(
        description="All its versions that the viewer may see, the first one first: old ones are for their author and "
        "those who keep the concertation."
    )
    async def versions(self, info: Info) -> list[ContributionVersion]:
        if self.withheld(info):
            return []
        return [version_of(self.at, v) for v in await info.context.reading.versions(self.at, self.key)]

    @field(description="Since when a later version counts in its place.")
    async def superseded_at(self, info: Info) -> datetime | None:
        known = await self.known_version(info)
        return known.superseded_at if known else None

    @field(description="Why a clerk let it take the place of what its author had contributed by another way.")
    async def supersede_reason(self, info: Info) -> str | None:
        known = await self.known_version(info)
        return known.supersede_reason if known else None

    @field(description="When its author withdrew it: from then on nobody else reads it.")
    async def withdrawn_at(self, info: Info) -> datetime | None:
        known = await self.known_version(info)
        return known.withdrawn_at if known else None

    @field(description="The answers by question; nothing for plain text.")
    async def answers(self, info: Info) -> JSON | None:
        known = await self.known_version(info)
        shown = known and known.answers is not None and not self.withheld(info)
        return JSON(known.answers) if known and shown else None

    @field(description="The files that its answers name, in the order of their names.")
    async def files(self, info: Info) -> list[File]:
        return files_of(self.at, await info.context.reading.files.of_contribution(self.at, self.key))

    @field(
        description="The scan of the form that it was typed from: for its author, the clerks of its territory and "
        "those who moderate. Destroyed with its text."
    )
    async def scan(self, info: Info) -> File | None:
        if not sees_scan(info.context.viewer, self.at, self.row, by_author=self.row.receipt is not None):
            return None
        found = await info.context.reading.files.scan_of(self.key)
        return file_of(self.at, found) if found and self.redacted_at is None else None

    @field(description="The digest of the questionnaire that it answers.")
    async def questionnaire_digest(self, info: Info) -> str | None:
        known = await self.known_version(info)
        return known.questionnaire if known else None

    @field(description="Whether a clerk entered it for its author.")
    async def entered_by_clerk(self, info: Info) -> bool:
        known = await self.known_version(info)
        return known is not None and known.actor != known.member

    @field(description="Who typed it, where the viewer may know: the author, or the clerk who entered it.")
    async def typed_by(self, info: Info) -> Member | None:
        known = await self.known_version(info)
        return typed_by(info, self.at, known) if known else None

    @field(description="Where it was handed in or heard; for its author and those who keep the concertation.")
    async def place(self, info: Info) -> str | None:
        known = await self._form(info)
        return known.place if known else None

    @field(description="What the clerk's service calls the form; for those who see its place.")
    async def reference(self, info: Info) -> str | None:
        known = await self._form(info)
        return known.reference if known else None

    @field(description="The batch that the form arrived in; for those who see its place.")
    async def batch(self, info: Info) -> Batch | None:
        known = await self._form(info)
        found = await info.context.reading.batch(self.at, known.batch) if known and known.batch else None
        return batch_of(self.at, found) if found else None

    async def _form(self, info: Info) -> Version | None:
        known = await self.known_version(info)
        return known if known and sees_author(info.context.viewer, self.at, self.row.member) else None

    @field(description="Whether it was said in an earlier round and counts in this one as it stood.")
    async def carried_over(self, info: Info) -> bool:
        known = await self.known_version(info)
        return known is not None and known.carried_from is not None

    @field(
        description="The groupings that it is in, with what it is merged: those that were made; for its author and for "
        "those who keep groupings those that are asked for, too."
    )
    async def groupings(self, info: Info) -> list[Annotated[Grouping, strawberry.lazy("api.grouping")]]:
        from api.grouping import groupings_with

        its_author = self.row.receipt is not None or self.row.member == info.context.viewer.member
        return list(await groupings_with(info, self.at, self.key, its_author))

    @field(description="How many contributions its text stands for: itself, and those merged under it.")
    async def voices(self, info: Info) -> int:
        from api.grouping import voices_of

        return await voices_of(info, self.key)

    @field(
        description="The recommendations that come from it, or from the one that it is merged under, once they are "
        "published: where it went."
    )
    async def recommendations(
        self, info: Info
    ) -> list[Annotated[Recommendation, strawberry.lazy("api.synthesis")]]:
        from api.items import items_seen
        from api.synthesis import Recommendation

        said = await info.context.reading.treatment.whereabouts(self.at.id, self.key)
        keys = dict.fromkeys(found.item for found in said if found.item is not None)
        items = items_seen(info, self.at, keys)
        return [item for item in items if isinstance(item, Recommendation)]

    @field(
        description="What became of it in each published synthesis: the items that come from it, by any version or "
        "copy of it or by what it is merged under; or why it was set aside."
    )
    async def whereabouts(self, info: Info) -> list[Annotated[Whereabouts, strawberry.lazy("api.lineage")]]:
        from api.lineage import whereabouts_of

        return await whereabouts_of(info, self.at, self.key)


def contribution_of(at: Snapshot, row: Row, known: Version | None = None) -> Contribution:
    """Make a contribution, of which a version may be known already."""
    return Contribution(
        id=global_id("Contribution", at.id, row.id),
        at=at,
        row=row,
        known=known,
        key=str(row.id),
        round=row.round,
        channel=row.channel,
        territory=row.territory,
        organisation=row.organisation,
        submitted_at=row.submitted_at,
        posted_at=row.posted_at,
        received_at=row.received_at,
        digest=row.digest,
        hidden_at=row.hidden_at,
        redacted_at=row.redacted_at,
    )


async def sources_of(info: Info, at: Snapshot, keys: Sequence[str]) -> list[Source]:
    """Make the sources of a recommendation out of their names in the ledger."""
    from api.items import Source

    hearings = at.process.hearings
    reservations = {key for opinion in at.process.opinions.values() for key in opinion.reservations}
    others = [key for key in keys if key not in hearings and key not in reservations]
    rows = await info.context.reading.contributions(at, others)
    return [
        Source(
            at=at,
            key=key,
            contribution=contribution_of(at, rows[key]) if key in rows else None,
            hearing=hearing_of(at, hearings[key]) if key in hearings else None,
            reservation=reservation_seen(info, at, key) if key in reservations else None,
        )
        for key in keys
    ]


@strawberry.type(description="The public figures of one stage in one round, live while it is open.")
class Figures:
    at: Private[Snapshot]
    stage_key: Private[str]
    round: int = field(description="The round.")
    total: int = field(description="The number of contributions.")
    by_college: list[Tally] = field(description="Contributions by college.")
    by_channel: list[Tally] = field(description="Contributions by channel.")

    @field(description="The stage.")
    def stage(self) -> Stage | None:
        return stage_of(self.at, self.stage_key, self.round)


def figures_made(at: Snapshot, run: StageRun, counted: contributions.Figures) -> Figures:
    """Make the figures of a run of a stage."""
    return Figures(
        at=at,
        stage_key=run.key,
        round=run.round,
        total=counted.total,
        by_college=tallies(counted.by_college),
        by_channel=tallies(counted.by_channel),
    )


def open_calls(at: Snapshot) -> list[StageRun]:
    """Give the calls for input that are open, as far as the fold says."""
    return [
        run
        for run in at.process.runs.values()
        if at.process.stages[run.key].kind is Kind.CALL_FOR_INPUT and run.state is State.OPEN
    ]


async def figures_of(info: Info, at: Snapshot, round: int | None = None) -> list[Figures]:
    """Count the contributions of each call for input of a round, the current one if none is said."""
    runs = [run for run in runs_of(at) if at.process.stages[run.key].kind is Kind.CALL_FOR_INPUT]
    wanted = [
        run
        for run in runs
        if (run.round == round or (round is None and run is at.process.runs.get(run.key)))
        and sees(info.context.viewer, at, run.key, run.round, "figures")
    ]
    counted = await info.context.reading.figures(at.id, [(run.round, run.key) for run in wanted])
    return [figures_made(at, run, count) for run, count in zip(wanted, counted, strict=True)]
