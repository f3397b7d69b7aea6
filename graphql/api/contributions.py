"""Contributions: what participants sent, by whichever channel, and the figures over them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import Private, field

from api.context import Info
from api.enumerations import Channel, Kind, State
from api.hearings import hearing_of
from api.ids import global_id
from api.nodes import Node
from api.people import Member, member_of
from api.publication import sees
from api.review import reservation_of
from api.snapshot import Snapshot
from api.stages import Stage, Tally, runs_of, stage_of, tallies
from api.structure import College, Theme, college, themes
from api.viewing import sees_author
from domain.process import StageRun
from store import contributions
from store.contributions import Contribution as Row

if TYPE_CHECKING:
    from api.synthesis import Recommendation, Source


@strawberry.type(description="A contribution. Every channel has the same weight.")
class Contribution(Node):
    at: Private[Snapshot]
    row: Private[Row]
    key: str = field(description="Its name in the ledger, for the sources of recommendations.")
    round: int = field(description="The round that it was sent in.")
    channel: Channel = field(description="How it arrived.")
    territory: str | None = field(description="The code of the author's territory.")
    organisation: str | None = field(description="The organisation that the author speaks for.")
    body: str = field(description="What it says.")
    submitted_at: datetime = field(description="When it was sent or entered.")
    posted_at: datetime | None = field(description="The postmark, for what came on paper.")
    received_at: datetime | None = field(
        description="When it was handed in, for what came on paper or by voice."
    )
    digest: str = field(description="SHA-256 over a salt and the content: the leaf of the seal.")
    receipt_code: str | None = field(description="The code of its receipt; for its author alone.")

    @field(description="The stage that it answers.")
    def stage(self) -> Stage | None:
        return stage_of(self.at, self.row.stage, self.row.round)

    @field(description="The college that it is counted in.")
    def college(self) -> College | None:
        return college(self.at, self.row.college)

    @field(description="The themes that it carries.")
    def themes(self) -> list[Theme]:
        return themes(self.at, self.row.themes)

    @field(description="Who wrote it, where the viewer may know.")
    def author(self, info: Info) -> Member | None:
        seen = sees_author(info.context.viewer, self.at, self.row.member)
        return member_of(self.at, self.row.member) if seen else None

    @field(description="The recommendations that come from it, once they are published: where it went.")
    def recommendations(
        self, info: Info
    ) -> list[Annotated[Recommendation, strawberry.lazy("api.synthesis")]]:
        from api.synthesis import recommendations_seen

        return [
            recommendation
            for synthesis in self.at.process.syntheses.values()
            for recommendation in recommendations_seen(info, self.at, synthesis)
            if self.key in recommendation.recommendation.sources
        ]


def contribution_of(at: Snapshot, row: Row) -> Contribution:
    """Make a contribution."""
    return Contribution(
        id=global_id("Contribution", at.id, row.id),
        at=at,
        row=row,
        key=str(row.id),
        round=row.round,
        channel=row.channel,
        territory=row.territory,
        organisation=row.organisation,
        body=row.body,
        submitted_at=row.submitted_at,
        posted_at=row.posted_at,
        received_at=row.received_at,
        digest=row.digest,
        receipt_code=row.receipt,
    )


async def sources_of(info: Info, at: Snapshot, keys: Sequence[str]) -> list[Source]:
    """Make the sources of a recommendation out of their names in the ledger."""
    from api.synthesis import Source

    hearings = at.process.hearings
    reservations = {k: r for o in at.process.opinions.values() for k, r in o.reservations.items()}
    others = [key for key in keys if key not in hearings and key not in reservations]
    rows = await info.context.reading.contributions(at, others)
    return [
        Source(
            at=at,
            key=key,
            contribution=contribution_of(at, rows[key]) if key in rows else None,
            hearing=hearing_of(at, hearings[key]) if key in hearings else None,
            reservation=reservation_of(at, reservations[key]) if key in reservations else None,
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
