"""The type Subscription: a concertation as it happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Annotated

import strawberry
from strawberry import ID, argument

from api.context import Context, Info
from api.contributions import Figures, figures_made, open_calls
from api.events import Event, FiguresUpdated, event_of
from api.faults import BadInput, InputFault
from api.feed import THROTTLE
from api.ids import concertation_key
from api.news import BATCH, News
from api.publication import sees
from api.snapshot import Snapshot
from domain.texts import text
from store import ledger
from store.contributions import Figures as Counted
from store.faults import StoreUnreachable

_PAUSE = 1.0


@strawberry.type(description="Everything that can be followed, over graphql-transport-ws.")
class Subscription:
    @strawberry.subscription(
        description="A concertation as it happens: every event after a number, none left out, in order; and, at most "
        "every second, the figures of open stages where they changed. After a break, go on from the last `seq`.",
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
            raise BadInput(InputFault.CONCERTATION, path=("concertationId",), languages=context.languages)
        follower = _Follower(info, at, at.process.seq if after is None else after)
        async with context.feed.watch(at.id, follower.seq) as watch:
            if context.followed is not None:
                context.followed()
            waited = False
            while True:
                async for event in follower.events():
                    watch.seq = event.seq
                    yield event
                    context.measuring.delivered(event.at if waited else None)
                if figures:
                    for event in await follower.figures():
                        yield event
                counted = figures and bool(open_calls(follower.at))
                await watch.next(THROTTLE if counted else None)
                waited = True


class _Follower:
    """How far one socket has followed a concertation."""

    def __init__(self, info: Info, at: Snapshot, seq: int) -> None:
        self.info = info
        self.at = at
        self.seq = seq
        self._counted: dict[str, Counted] = {}

    @property
    def context(self) -> Context:
        return self.info.context

    async def events(self) -> AsyncGenerator[Event, None]:
        """Give every event after the last one given, each with the concertation as it stands now."""
        entries = await self._entries()
        while entries:
            for entry in entries:
                self.seq = entry.seq
                yield event_of(self.info, self.at, entry)
            entries = await self._entries() if len(entries) == BATCH else []

    async def figures(self) -> list[Event]:
        """Give the figures that changed since they were given last."""
        runs = [
            run
            for run in open_calls(self.at)
            if sees(self.context.viewer, self.at, run.key, run.round, "figures")
        ]
        if not runs:
            return []
        try:
            counts = await self.context.feed.figures(self.at.id, [(run.round, run.key) for run in runs])
        except StoreUnreachable:
            return []
        counted = {run.key: (run, count) for run, count in zip(runs, counts.figures, strict=True)}
        news = {key: new for key, new in counted.items() if self._counted.get(key) != new[1]}
        self._counted |= {key: count for key, (_, count) in news.items()}
        changed = [figures_made(self.at, run, count) for run, count in news.values()]
        return [
            FiguresUpdated(
                seq=self.seq,
                at=counts.at,
                kind="figures_updated",
                summary=self._sentence(figures),
                figures=figures,
            )
            for figures in changed
        ]

    def _sentence(self, figures: Figures) -> str:
        return text("event.figures_updated", self.context.languages, count=figures.total)

    async def _entries(self) -> Sequence[ledger.Entry]:
        """Read on, and with what there is, how the concertation stands now."""
        while True:
            try:
                news = await self.context.feed.news.after(self.at.id, self.seq) or await self._own_news()
                break
            except StoreUnreachable:
                await asyncio.sleep(_PAUSE)  # the socket stays; what happens meanwhile is read afterwards
        if news.entries:
            self.context.renew()
            self.context.reading.looks_into(news.at)
            self.at = news.at
        return news.entries

    async def _own_news(self) -> News:
        """Read what is not everybody's: a draft."""
        reading = self.context.reading
        entries = await reading.ask(
            lambda connection: ledger.after(
                connection, self.at.id, self.seq, reader=self.context.viewer.member, most=BATCH
            )
        )
        at = await reading.any_snapshot(self.at.id) if entries else None
        return News(entries, at or self.at)
