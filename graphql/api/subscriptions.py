"""The type Subscription: a concertation as it happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Annotated

import strawberry
from strawberry import ID, argument

from api.context import Context, Info
from api.contributions import Figures, figures_made, open_calls
from api.events import Event, FiguresUpdated, event_of
from api.faults import BadInput, InputFault
from api.feed import THROTTLE
from api.ids import concertation_key
from api.publication import sees
from api.snapshot import Snapshot
from domain.texts import text
from store import ledger
from store.contributions import Figures as Counted
from store.faults import StoreUnreachable

_BATCH = 100
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
            while True:
                async for event in follower.events():
                    watch.seq = event.seq
                    yield event
                if figures:
                    for event in await follower.figures():
                        yield event
                counted = figures and bool(open_calls(follower.at))
                await watch.next(THROTTLE if counted else None)


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
            await self._read_again()
            for entry in entries:
                self.seq = entry.seq
                yield event_of(self.info, self.at, entry)
            entries = await self._entries() if len(entries) == _BATCH else []

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
            counted = {run.key: (run, count) for run, count in zip(runs, counts, strict=True)}
            news = {key: new for key, new in counted.items() if self._counted.get(key) != new[1]}
            now = await self.context.reading.now() if news else self.at.now
        except StoreUnreachable:
            return []
        self._counted |= {key: count for key, (_, count) in news.items()}
        changed = [figures_made(self.at, run, count) for run, count in news.values()]
        return [
            FiguresUpdated(
                seq=self.seq, at=now, kind="figures_updated", summary=self._sentence(figures), figures=figures
            )
            for figures in changed
        ]

    def _sentence(self, figures: Figures) -> str:
        return text("event.figures_updated", self.context.languages, count=figures.total)

    async def _entries(self) -> list[ledger.Entry]:
        while True:
            try:
                return await self.context.reading.ask(
                    lambda connection: ledger.after(
                        connection, self.at.id, self.seq, reader=self.context.viewer.member, most=_BATCH
                    )
                )
            except StoreUnreachable:
                await asyncio.sleep(_PAUSE)  # the socket stays; what happens meanwhile is read afterwards

    async def _read_again(self) -> None:
        self.context.renew()
        at = await self.context.reading.any_snapshot(self.at.id)
        if at is not None:
            self.at = at
