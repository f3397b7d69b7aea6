"""What resolvers read of the treatment, in a fixed number of statements whatever the size of a page."""

from __future__ import annotations

import asyncio
from functools import partial

from strawberry.dataloader import DataLoader

from api.moderation_reading import Asks
from api.snapshot import Snapshot
from domain.acts import TreatmentFigures
from domain.process import Synthesis
from domain.rights import Viewer
from domain.treatment.figures import whole
from store import lineage, suggesting, treatment, written_versions
from store.lineage import Whereabouts
from store.written_versions import Written

_SHOWN = 100
"""Contributions that an item shows among its sources without being asked for a page."""


class TreatmentReading:
    """The reads of one request. Who may see what of them is for the caller to know."""

    def __init__(self, reading: Asks, viewer: Viewer) -> None:
        """Ask for a viewer, through the reads of the request, with nothing remembered."""
        self._ask = reading.ask
        self._reader = viewer.member
        self._figures: dict[tuple[str, int, int, str], asyncio.Future[TreatmentFigures]] = {}
        self._versions: DataLoader[tuple[str, int, str], dict[tuple[str, str], tuple[Written, ...]]] = (
            DataLoader(self._load_versions)
        )
        self._sources: DataLoader[tuple[str, str], list[str]] = DataLoader(self._load_sources)
        self._whereabouts: DataLoader[tuple[str, str], tuple[Whereabouts, ...]] = DataLoader(
            self._load_whereabouts
        )

    async def sources(self, concertation: str, item: str) -> list[str]:
        """Name the first contributions that an item comes from."""
        return await self._sources.load((concertation, item))

    async def page(self, concertation: str, item: str, first: int, after: str | None) -> list[str]:
        """Name contributions that an item comes from, after one of them."""
        found = await self._ask(
            partial(treatment.sources, concertation=concertation, items=[item], first=first, after=after)
        )
        return found.get(item, [])

    async def whereabouts(self, concertation: str, contribution: str) -> tuple[Whereabouts, ...]:
        """Give what became of a contribution."""
        return await self._whereabouts.load((concertation, contribution))

    async def figures(self, at: Snapshot, synthesis: Synthesis) -> TreatmentFigures:
        """Count what became of all that leads to a synthesis: what was kept, once it is assembled."""
        if synthesis.treatment is not None:
            return synthesis.treatment
        place = (at.id, at.process.seq, synthesis.round, synthesis.stage)
        if place not in self._figures:
            asked = self._ask(partial(treatment.figures, process=at.process, synthesis=synthesis))
            self._figures[place] = asyncio.ensure_future(asked)
        return whole(at.process, synthesis, await self._figures[place])

    async def gaps(self, at: Snapshot, synthesis: Synthesis, first: int, after: str | None) -> list[str]:
        """Name contributions that are neither cited nor set aside, after one of them."""
        return await self._ask(
            partial(treatment.gaps, process=at.process, synthesis=synthesis, first=first, after=after)
        )

    async def suggestions(
        self, at: Snapshot, synthesis: Synthesis, first: int, after: str | None
    ) -> list[suggesting.Suggestion]:
        """Give what is like a source that is cited."""
        return await self._ask(
            partial(suggesting.suggestions, process=at.process, synthesis=synthesis, first=first, after=after)
        )

    async def versions(
        self, concertation: str, round: int, stage: str
    ) -> dict[tuple[str, str], tuple[Written, ...]]:
        """Give the versions of all that a synthesis has."""
        return await self._versions.load((concertation, round, stage))

    async def _load_versions(
        self, keys: list[tuple[str, int, str]]
    ) -> list[dict[tuple[str, str], tuple[Written, ...]]]:
        return [
            await self._ask(
                partial(
                    written_versions.versions,
                    concertation=concertation,
                    round=round,
                    stage=stage,
                    reader=self._reader,
                )
            )
            for concertation, round, stage in keys
        ]

    async def _load_sources(self, keys: list[tuple[str, str]]) -> list[list[str]]:
        found: dict[tuple[str, str], list[str]] = {}
        for concertation in dict.fromkeys(key[0] for key in keys):
            items = [item for named, item in keys if named == concertation]
            rows = await self._ask(
                partial(treatment.sources, concertation=concertation, items=items, first=_SHOWN, after=None)
            )
            found |= {(concertation, item): named for item, named in rows.items()}
        return [found.get(key, []) for key in keys]

    async def _load_whereabouts(self, keys: list[tuple[str, str]]) -> list[tuple[Whereabouts, ...]]:
        found: dict[tuple[str, str], tuple[Whereabouts, ...]] = {}
        for concertation in dict.fromkeys(key[0] for key in keys):
            named = [key[1] for key in keys if key[0] == concertation]
            rows = await self._ask(
                partial(lineage.whereabouts, concertation=concertation, contributions=named)
            )
            found |= {(concertation, key): said for key, said in rows.items()}
        return [found.get(key, ()) for key in keys]
