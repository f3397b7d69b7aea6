"""Moderation: the public log of measures, without what they are about; what its author and moderators see of each."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import strawberry
from strawberry import ID, Private, argument, field

from api.connections import After, Connection, First, connection, limit, position
from api.context import Info
from api.contributions import Contribution, contribution_of
from api.ids import global_id
from api.nodes import Node
from api.people import Author
from api.snapshot import Snapshot
from api.stages import Stage, stage_of
from api.viewing import moderates
from domain import moderation as domain
from domain.moderation import AppealOutcome, MeasureState, ModerationReason
from domain.statement import Said, statement
from store import reports
from store.moderation_log import Done, Entry


def _publish(enum: type[StrEnum], description: str, values: Mapping[Any, str]) -> None:
    strawberry.enum(enum, description=description)
    definition: Any = vars(enum)["__strawberry_definition__"]
    for value in definition.values:
        value.description = values[enum(value.value)]


_publish(
    ModerationReason,
    "Why a contribution is reported, hidden or redacted: a fixed list.",
    {
        ModerationReason.UNLAWFUL: "Unlawful content: loi n° 2004-575 (LCEN), article 6.",
        ModerationReason.PERSONAL_DATA: "Personal data: GDPR, articles 5 and 6; CRPA, article L312-1-2.",
        ModerationReason.INSULT: "Insult or defamation: law of 29 July 1881, articles 29 and 33.",
        ModerationReason.COMMERCIAL: "Commercial content.",
        ModerationReason.OFF_TOPIC: "Off topic.",
        ModerationReason.DUPLICATE: "It repeats another contribution.",
    },
)
_publish(
    MeasureState,
    "Where a measure of moderation stands.",
    {
        MeasureState.HIDDEN: "The contribution is hidden; its text is kept.",
        MeasureState.RESTORED: "The measure was lifted.",
        MeasureState.REDACTED: "The text was destroyed.",
    },
)
_publish(
    AppealOutcome,
    "How an appeal against a measure was decided.",
    {AppealOutcome.UPHELD: "The measure stays.", AppealOutcome.GRANTED: "The measure is lifted."},
)


@strawberry.type(
    description="The appeal of an author against a measure: one for each, decided by somebody else."
)
class Appeal:
    made_at: datetime = field(description="When it was made.")
    decided_at: datetime | None = field(description="When it was decided.")
    outcome: AppealOutcome | None = field(description="How it was decided.")


@strawberry.type(description="One act of moderation, with the words of who did it. Not public.")
class ModerationAct:
    at_: Private[Snapshot]
    done: Private[Done]
    kind: str = field(description="`hide`, `restore`, `redact`, `appeal`, `decide_appeal`.")
    text: str = field(description="What was said: the facts, the reasons, the appeal.")
    urgency: str | None = field(description="Why a redaction could not wait for an appeal.")
    outcome: AppealOutcome | None = field(description="How an appeal was decided.")
    at: datetime = field(description="When.")

    @field(description="Who did it.")
    def actor(self) -> Author:
        return Author(at=self.at_, pseudonym=self.done.actor)

    @field(description="On whose behalf, where by delegation.")
    def on_behalf_of(self) -> Author | None:
        whom = self.done.on_behalf_of
        return Author(at=self.at_, pseudonym=whom) if whom else None


@strawberry.type(
    description="One hiding of a contribution, in all its versions, and what became of it. Its text is not part of it."
)
class Measure(Node):
    at: Private[Snapshot]
    entry: Private[Entry]
    by_author: Private[bool]
    reason: ModerationReason = field(description="Why.")
    ground: str | None = field(
        description="The law that the reason rests on; none: the rules of the concertation."
    )
    state: MeasureState = field(description="Where it stands.")
    round: int = field(description="The round of the contribution.")
    hidden_at: datetime = field(description="When the contribution was hidden.")
    reports: int = field(description="How many readers had reported it.")
    restored_at: datetime | None = field(description="When the measure was lifted.")
    redacted_at: datetime | None = field(
        description="When the text was destroyed. Its leaf, its receipt and its place in the counts remain."
    )
    urgent: bool = field(
        description="Whether it was destroyed before the time to appeal was over; the reason is recorded."
    )
    appeal_until: datetime = field(description="The end of the time to appeal, not included.")
    appeal: Appeal | None = field(description="The appeal of the author, where one was made.")

    @field(description="The stage of the contribution.")
    def stage(self) -> Stage | None:
        return stage_of(self.at, self.entry.stage, self.entry.round)

    @field(description="The contribution, for those who moderate.")
    async def contribution(self, info: Info) -> Contribution | None:
        if not moderates(info.context.viewer, self.at):
            return None
        row = await info.context.reading.moderation.contribution(self.at.id, self.entry.contribution)
        return contribution_of(self.at, row) if row else None

    @field(
        description="The statement of reasons that its author is given, with the ways to contest it: for the author, "
        "by their account or their receipt, and for those who moderate."
    )
    async def statement(self, info: Info) -> str | None:
        if not self.by_author and not moderates(info.context.viewer, self.at):
            return None
        reading = info.context.reading.moderation
        row = await reading.contribution(self.at.id, self.entry.contribution)
        acts = await reading.acts(self.entry.measure.id)
        submitted_at = row.submitted_at if row else self.entry.measure.hidden_at
        return statement(self.entry.measure, _said(acts), submitted_at, info.context.languages)

    @field(description="What was done about it, the first act first: for those who moderate.")
    async def acts(self, info: Info) -> list[ModerationAct]:
        if not moderates(info.context.viewer, self.at):
            return []
        done = await info.context.reading.moderation.acts(self.entry.measure.id)
        return [
            ModerationAct(
                at_=self.at,
                done=act,
                kind=act.kind,
                text=act.text,
                urgency=act.urgency,
                outcome=act.outcome,
                at=act.at,
            )
            for act in done
        ]


def measure_of(at: Snapshot, entry: Entry, *, by_author: bool = False) -> Measure:
    """Make a measure. `by_author`: whoever asks is the author, or holds the code of the receipt."""
    measure = entry.measure
    return Measure(
        id=global_id("Measure", at.id, measure.id),
        at=at,
        entry=entry,
        by_author=by_author,
        reason=measure.reason,
        ground=domain.GROUNDS.get(measure.reason),
        state=measure.state,
        round=entry.round,
        hidden_at=measure.hidden_at,
        reports=measure.reports,
        restored_at=measure.restored_at,
        redacted_at=measure.redacted_at,
        urgent=measure.urgent,
        appeal_until=measure.appeal_until,
        appeal=Appeal(made_at=measure.appealed_at, decided_at=measure.decided_at, outcome=measure.outcome)
        if measure.appealed_at
        else None,
    )


async def measure_by_key(info: Info, at: Snapshot, key: str) -> Measure | None:
    """Give a measure of a concertation."""
    entry = await info.context.reading.moderation.entry(key)
    return measure_of(at, entry) if entry and entry.concertation == at.id else None


async def measure_against(info: Info, at: Snapshot, key: str, by_author: bool) -> Measure | None:
    """Give the latest measure against a contribution."""
    entry = await info.context.reading.moderation.of_contribution(key)
    return measure_of(at, entry, by_author=by_author) if entry else None


def _said(acts: tuple[Done, ...]) -> Said:
    facts = next((act.text for act in acts if act.kind == "hide"), "")
    urgency = next((act.urgency for act in acts if act.urgency), None)
    reasons = next((act.text for act in acts if act.kind in ("decide_appeal", "restore")), None)
    return Said(facts=facts, urgency=urgency, reasons=reasons)


@strawberry.type(description="How many measures of one reason, and what became of them.")
class ModerationTally:
    reason: ModerationReason = field(description="The reason.")
    total: int = field(description="All measures.")
    hidden: int = field(description="Those that still hide a contribution whose text is kept.")
    restored: int = field(description="Those that were lifted.")
    redacted: int = field(description="Those whose text was destroyed.")
    appealed: int = field(description="Those that their author contested.")
    granted: int = field(description="Those that were lifted on appeal.")


@strawberry.type(description="The report of a reader. Who sent it is shown to nobody.")
class Report:
    reason: ModerationReason = field(description="The reason that the reader chose.")
    text: str = field(description="What the reader added; may be empty.")
    at: datetime = field(description="When.")


@strawberry.type(description="A contribution that readers reported and nobody has looked at yet.")
class ReportedContribution:
    contribution: Contribution | None = field(description="The contribution.")
    contribution_id: ID = field(description="Its id.")
    count: int = field(description="How many reports are open.")
    reports: list[Report] = field(description="The first twenty of them.")


@strawberry.type
class WithModeration:
    """Fields of the type Concertation."""

    at: Private[Snapshot]

    @field(
        description="The public log of moderation, the latest measure first: when, why, what became of it; no content."
    )
    async def moderation_log(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        reason: Annotated[ModerationReason | None, argument(description="Only this reason.")] = None,
        stage: Annotated[str | None, argument(description="Only this stage, by its key.")] = None,
        awaiting_decision: Annotated[
            bool, argument(description="Only those whose appeal is not decided.")
        ] = False,
    ) -> Connection[Measure]:
        page = await info.context.reading.moderation.page(
            self.at.id,
            first=limit(first),
            after=position(after, str),
            awaiting=awaiting_decision,
            reason=reason,
            stage=stage,
        )
        items = [(entry.measure.id, measure_of(self.at, entry)) for entry in page.rows]
        return connection(items, more=page.more, total=page.total, after=after)

    @field(description="The figures of moderation, by reason.")
    async def moderation_figures(self, info: Info) -> list[ModerationTally]:
        return [
            ModerationTally(
                reason=row.reason,
                total=row.total,
                hidden=row.hidden,
                restored=row.restored,
                redacted=row.redacted,
                appealed=row.appealed,
                granted=row.granted,
            )
            for row in await info.context.reading.moderation.figures(self.at.id)
        ]

    @field(
        description="What readers reported, the one reported first first: for those who moderate, nothing for others."
    )
    async def moderation_queue(
        self, info: Info, first: First = None, after: After = None
    ) -> Connection[ReportedContribution] | None:
        if not moderates(info.context.viewer, self.at):
            return None
        reading = info.context.reading.moderation
        page = await reading.queue(self.at.id, limit(first), position(after, str))
        reported = await asyncio.gather(*(_reported(info, self.at, row) for row in page.rows))
        items = [(row.place, item) for row, item in zip(page.rows, reported, strict=True)]
        return connection(items, more=page.more, total=page.total, after=after)


async def _reported(info: Info, at: Snapshot, row: reports.Reported) -> ReportedContribution:
    found = await info.context.reading.moderation.contribution(at.id, row.contribution)
    return ReportedContribution(
        contribution=contribution_of(at, found) if found else None,
        contribution_id=global_id("Contribution", at.id, row.contribution),
        count=row.count,
        reports=[Report(reason=r.reason, text=r.text, at=r.at) for r in row.reports],
    )
