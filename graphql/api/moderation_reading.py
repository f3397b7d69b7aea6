"""What resolvers read of moderation, in a fixed number of statements whatever the size of a page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

from strawberry.dataloader import DataLoader

from domain.rights import Viewer
from store import contributions, moderation_log, reports
from store.contributions import Contribution
from store.moderation import Whereabouts, whereabouts
from store.moderation_log import Done, Entry, Figures
from store.pages import Page
from store.pool import Connection
from store.reports import Reported

T = TypeVar("T")


class Asks(Protocol):
    """Puts questions to the store."""

    async def ask(self, question: Callable[[Connection], Awaitable[T]]) -> T:
        """Put a question on a connection of its own."""
        ...


class Place(NamedTuple):
    """A contribution of a concertation."""

    concertation: str
    key: str


class ModerationReading:
    """The reads of one request. Who may see what of them is for the caller to know."""

    def __init__(self, reading: Asks, viewer: Viewer) -> None:
        """Ask for a viewer, through the reads of the request, with nothing remembered."""
        self._reader = viewer.member
        self._ask = reading.ask
        self._of: DataLoader[str, Entry | None] = DataLoader(self._load_of)
        self._acts: DataLoader[str, tuple[Done, ...]] = DataLoader(self._load_acts)
        self._rows: DataLoader[Place, Contribution | None] = DataLoader(self._load_rows)

    async def page(self, concertation: str, **chosen: Any) -> Page[Entry]:
        """Give a page of the log."""
        return await self._ask(lambda c: moderation_log.page(c, concertation, **chosen))

    async def figures(self, concertation: str) -> Sequence[Figures]:
        """Count the measures of a concertation by reason."""
        return await self._ask(lambda c: moderation_log.figures(c, concertation))

    async def entry(self, measure: str) -> Entry | None:
        """Give one measure."""
        return (await self._ask(lambda c: moderation_log.get_many(c, [measure]))).get(measure)

    async def of_contribution(self, contribution: str) -> Entry | None:
        """Give the latest measure against a contribution."""
        return await self._of.load(contribution)

    async def whereabouts(self, contribution: str) -> Whereabouts | None:
        """Say where a contribution belongs."""
        return await self._ask(lambda c: whereabouts(c, contribution))

    async def acts(self, measure: str) -> tuple[Done, ...]:
        """Give what was done about a measure, with the words of who did it."""
        return await self._acts.load(measure)

    async def contribution(self, concertation: str, key: str) -> Contribution | None:
        """Give a contribution whatever was done to it, for those who moderate and for its author."""
        return await self._rows.load(Place(concertation, key))

    async def queue(self, concertation: str, first: int, after: str | None) -> Page[Reported]:
        """Give a page of the contributions that readers reported."""
        return await self._ask(
            lambda c: reports.queue(c, concertation, reader=self._reader, first=first, after=after)
        )

    async def _load_of(self, keys: list[str]) -> list[Entry | None]:
        found = await self._ask(lambda c: moderation_log.of_contributions(c, keys))
        return [found.get(key) for key in keys]

    async def _load_acts(self, keys: list[str]) -> list[tuple[Done, ...]]:
        found = await self._ask(lambda c: moderation_log.acts(c, keys))
        return [found.get(key, ()) for key in keys]

    async def _load_rows(self, places: list[Place]) -> list[Contribution | None]:
        async def question(connection: Connection) -> dict[Place, Contribution]:
            found: dict[Place, Contribution] = {}
            for concertation in sorted({place.concertation for place in places}):
                keys = [place.key for place in places if place.concertation == concertation]
                rows = await contributions.get_many(connection, keys, sees_all_of=concertation)
                found |= {
                    Place(concertation, k): r for k, r in rows.items() if r.concertation == concertation
                }
            return found

        found = await self._ask(question)
        return [found.get(place) for place in places]
