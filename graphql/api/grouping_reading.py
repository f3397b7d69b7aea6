"""What resolvers read of groupings, in a fixed number of statements whatever the size of a page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from strawberry.dataloader import DataLoader

from api.moderation_reading import Asks
from api.publication import reads_early
from api.snapshot import Snapshot
from domain.rights import Viewer
from store import contributions, grouping_log
from store.contributions import Contribution
from store.grouping_log import Entry
from store.pages import Page


class GroupingReading:
    """The reads of one request. Who may see what of them is for the caller to know."""

    def __init__(self, reading: Asks, viewer: Viewer) -> None:
        """Ask through the reads of the request, with nothing remembered."""
        self._ask = reading.ask
        self._viewer = viewer
        self._of: DataLoader[str, tuple[Entry, ...]] = DataLoader(self._load_of)
        self._rows: DataLoader[tuple[str, bool, str], Contribution | None] = DataLoader(self._load_rows)

    async def page(self, concertation: str, *, first: int, after: str | None, asked: bool) -> Page[Entry]:
        """Give a page of the log."""
        return await self._ask(
            partial(
                grouping_log.page,
                concertation=concertation,
                reader=self._viewer.member,
                first=first,
                after=after,
                asked=asked,
            )
        )

    async def entry(self, grouping: str) -> Entry | None:
        """Give one grouping."""
        return (await self._ask(partial(grouping_log.get_many, groupings=[grouping]))).get(grouping)

    async def of_contribution(self, contribution: str) -> tuple[Entry, ...]:
        """Give those that a contribution is or was in, the first one first."""
        return await self._of.load(contribution)

    async def asked_of(self, concertation: str, member: str) -> tuple[Entry, ...]:
        """Give those that wait for the answer of somebody."""
        return await self._ask(
            partial(grouping_log.asked_of, concertation=concertation, member=member),
        )

    async def confirmed(self, one: str, others: Sequence[str]) -> dict[str, datetime]:
        """Say since when a person has confirmed that others say the same as one."""
        return await self._ask(partial(grouping_log.confirmed, one=one, others=others))

    async def contribution(self, at: Snapshot, key: str) -> Contribution | None:
        """Give a contribution, if the viewer may read it."""
        return await self._rows.load((at.id, reads_early(self._viewer, at), key))

    async def _load_of(self, keys: list[str]) -> list[tuple[Entry, ...]]:
        found = await self._ask(partial(grouping_log.of_contributions, contributions=keys))
        return [found.get(key, ()) for key in keys]

    async def _load_rows(self, places: list[tuple[str, bool, str]]) -> list[Contribution | None]:
        found: dict[tuple[str, str], Contribution] = {}
        for concertation, sees_all in dict.fromkeys(place[:2] for place in places):
            named = [place[2] for place in places if place[:2] == (concertation, sees_all)]
            rows = await self._ask(
                partial(
                    contributions.get_many,
                    identifiers=named,
                    reader=self._viewer.member,
                    sees_all_of=concertation if sees_all else None,
                )
            )
            found |= {
                (concertation, key): row for key, row in rows.items() if row.concertation == concertation
            }
        return [found.get((place[0], place[2])) for place in places]
