"""The type Subscription: a concertation as it happens."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Annotated

import strawberry
from strawberry import ID, argument

from api.context import Context, Info
from api.contributions import Figures, figures_of
from api.events import Event, FiguresUpdated, event_of
from api.faults import BadInput
from api.ids import concertation_key
from api.snapshot import Snapshot
from domain.texts import text
from store import ledger

_BATCH = 100
_MOST_FAULTS = 30


@strawberry.type(description="Everything that can be followed, over graphql-transport-ws.")
class Subscription:
    @strawberry.subscription(
        description="A concertation as it happens: every event after a number, none left out, in order; and, at most "
        "every two seconds, the figures of open stages where they changed. After a break, go on from the last `seq`.",
        graphql_type=Event,
    )
    async def concertation_events(
        self,
        info: Info,
        concertation_id: Annotated[ID, argument(description="The concertation.")],
        after: Annotated[
            int | None,
            argument(description="Begin after this number; with the next event if nothing is said."),
        ] = None,
        figures: Annotated[bool, argument(description="Whether figures are wanted, too.")] = True,
    ) -> AsyncGenerator[Event, None]:
        context = info.context
        key = concertation_key(concertation_id)
        at = await context.reading.snapshot(key) if key else None
        if at is None:
            raise BadInput(text("refusal.UNKNOWN_CONCERTATION", context.languages), path=("concertationId",))
        seq = at.process.seq if after is None else after
        async with context.feed.hints(at.id) as hints:
            known: dict[tuple[int, str], int] = {}
            pending: Snapshot | None = at
            while True:
                entries = await _after(context, at.id, seq)
                if entries:
                    pending = await _again(context, at.id)
                for entry in entries:
                    seq = entry.seq
                    if pending is not None:
                        yield event_of(info, pending, entry)
                if len(entries) == _BATCH:
                    continue
                if figures and pending is not None:
                    for changed in await _changed(info, pending, known):
                        yield await _figures_event(info, pending, changed, seq)
                await hints.next()
                context.renew()


async def _after(context: Context, concertation: str, seq: int) -> list[ledger.Entry]:
    return await context.reading.ask(
        lambda connection: ledger.after(connection, concertation, seq, most=_BATCH)
    )


async def _again(context: Context, concertation: str) -> Snapshot | None:
    context.renew()
    return await context.reading.snapshot(concertation)


async def _changed(info: Info, at: Snapshot, known: dict[tuple[int, str], int]) -> list[Figures]:
    changed = []
    for figures in await figures_of(info, at):
        name = (figures.round, figures.stage_key)
        if known.get(name) != figures.total:
            known[name] = figures.total
            changed.append(figures)
    return changed


async def _figures_event(info: Info, at: Snapshot, figures: Figures, seq: int) -> FiguresUpdated:
    return FiguresUpdated(
        seq=seq,
        at=await info.context.reading.now(),
        kind="figures_updated",
        summary=text("event.figures_updated", info.context.languages, total=figures.total),
        figures=figures,
    )
