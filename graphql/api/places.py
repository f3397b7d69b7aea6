"""Places of the official geographic code, for forms that ask where somebody answers from."""

from __future__ import annotations

import asyncio
from typing import Annotated

import strawberry
from strawberry import Private, argument, field

from api.connections import limit
from domain.geography import places as geography
from domain.geography.places import PlaceKind
from domain.geography.searching import MOST, search

_SENTENCES = {
    PlaceKind.COMMUNE: "A commune.",
    PlaceKind.DISTRICT: "A municipal district of Paris, Lyon or Marseille.",
    PlaceKind.FORMER_COMMUNE: "A delegated or associated commune, which is part of another one now.",
    PlaceKind.INTERCOMMUNALITY: "A group of communes: an EPCI with its own taxes, or a territory of Greater Paris.",
    PlaceKind.DEPARTEMENT: "A département, or an overseas collectivity.",
    PlaceKind.REGION: "A region.",
}
strawberry.enum(PlaceKind, name="PlaceKind", description="What a place is.")
for _value in vars(PlaceKind)["__strawberry_definition__"].values:
    _value.description = _SENTENCES[PlaceKind(_value.value)]


@strawberry.type(description="A place of the official geographic code.")
class Place:
    place: Private[geography.Place]
    code: str = field(
        description="INSEE code of a commune, SIREN of a group of communes, number of a département, "
        "ISO 3166-2 code of a region."
    )
    name: str = field(description="Its official name.")
    kind: PlaceKind = field(description="What it is.")
    form: str | None = field(description="The form of a group of communes: CC, CA, CU, METRO, MET69, EPT.")

    @field(description="The département; of a group of communes, that of most of its inhabitants.")
    def departement(self) -> Annotated[Place, strawberry.lazy("api.places")] | None:
        return place_of(self.place.departement)

    @field(description="The region.")
    def region(self) -> Annotated[Place, strawberry.lazy("api.places")] | None:
        return place_of(self.place.region)

    @field(
        description="The group of a commune, the commune of a district, what a former commune is part of now."
    )
    def within(self) -> Annotated[Place, strawberry.lazy("api.places")] | None:
        return place_of(self.place.within)


def place_of(code: str | None) -> Place | None:
    """Make the place of a code, if there is one."""
    found = geography.place(code) if code else None
    if found is None:
        return None
    return Place(place=found, code=found.code, name=found.name, kind=found.kind, form=found.form)


@strawberry.type
class PlaceQueries:
    """Fields of the type Query."""

    @field(description="A place by its code; nothing where no place has it in the vintage in use.")
    def place(self, code: Annotated[str, argument(description="The code.")]) -> Place | None:
        return place_of(code)

    @field(
        description="Places whose name or code begins like this, whatever the accents, hyphens and articles: "
        f"those of exactly this name first; {MOST} at most."
    )
    async def places(
        self,
        search_: Annotated[str, argument(name="search", description="The beginning of a name or a code.")],
        kinds: Annotated[list[PlaceKind] | None, argument(description="Only of these kinds.")] = None,
        first: Annotated[int | None, argument(description="How many; 20 if nothing is said.")] = None,
    ) -> list[Place]:
        most = min(limit(first), MOST)
        wanted = frozenset(PlaceKind if kinds is None else kinds)
        # In a thread: the index of names takes a third of a second, once.
        found = await asyncio.to_thread(search, search_, wanted, most)
        return [place for one in found if (place := place_of(one.code))]

    @field(description="The year of the official geographic code in use.")
    def geography_vintage(self) -> int:
        return geography.vintage().year
