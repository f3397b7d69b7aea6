"""Finding contributions: the connection with its filter, orders, total and facets, and hints at those much alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import ID, Private, argument, field

from api.connections import After, Edge, First, PageInfo, limit
from api.context import Info
from api.contributions import Contribution, contribution_of
from api.cursors import mark_cursor, place_cursor, read_mark, read_place
from api.enumerations import Channel, ContributionOrder, Standing
from api.faults import BadInput, InputFault
from api.ids import read_global_id, uuid_text
from api.snapshot import Snapshot
from api.stages import stage_of
from store import finding, ranking
from store.finding import EVERYTHING, Filter, Scope
from store.identifiers import parse

_MOST_HINTS = 20


@strawberry.input(description="What contributions must have to be found: all that is said here.")
class ContributionFilter:
    college: str | None = field(default=None, description="Of this college, by its key.")
    channel: Channel | None = field(default=None, description="By this channel.")
    theme: str | None = field(default=None, description="With this theme, by its key.")
    territory: str | None = field(
        default=None,
        description="Of this territory, by its code; with that of a département: all that is within.",
    )
    from_: datetime | None = field(
        name="from", default=None, description="Sent or entered at this instant or after it."
    )
    to: datetime | None = field(default=None, description="Sent or entered before this instant.")
    state: Standing = field(default=Standing.LIVE, description="In this state.")
    search: str | None = field(
        default=None,
        description='Words, whatever their accents and endings; "a phrase", -without, this or that. '
        "At most 200 characters.",
    )


@strawberry.type(description="How many have one value: a college, a channel, a theme, a département.")
class FacetValue:
    key: str = field(description="The value: a key, or the code of a département.")
    count: int = field(description="The number of contributions.")


@strawberry.type(
    description="How the contributions divide, most first. Each facet under the other filters than its own, so that it "
    "says what choosing another value would find."
)
class Facets:
    by_college: list[FacetValue] = field(description="By college.")
    by_channel: list[FacetValue] = field(description="By channel.")
    by_theme: list[FacetValue] = field(description="By theme; who carries several counts in each.")
    by_departement: list[FacetValue] = field(description="By département or overseas collectivity.")


@strawberry.type(description="A page of contributions that were found.")
class ContributionConnection:
    scope: Private[Scope]
    wanted: Private[Filter]
    edges: list[Edge[Contribution]] = field(description="The items with their cursors.")
    page_info: PageInfo = field(
        description="Where the page stands. Where `hasNextPage` is true there may be less than `first`, even none: "
        "looking has its bounds, and goes on from `endCursor`."
    )
    is_ranked_whole: bool = field(
        default=True,
        description="By relevance: whether all that is found is in one ranking. Of more than some thousands, the "
        "latest are ranked first, then those before them, and so on to the first; none is left out.",
    )

    @field(description="The items alone.")
    def nodes(self) -> list[Contribution]:
        return [edge.node for edge in self.edges]

    @field(description="The number of all that are found, whatever the page.")
    async def total_count(self, info: Info) -> int:
        return (await info.context.reading.found(self.scope, self.wanted)).count

    @field(
        description="Whether `totalCount` was counted; of very many that were searched for it is estimated."
    )
    async def total_is_exact(self, info: Info) -> bool:
        return (await info.context.reading.found(self.scope, self.wanted)).is_exact

    @field(
        description="How they divide. Under a search, dates or a commune, which no counter knows, they are counted one "
        "by one: nothing where more than 8,000 have the words or the dates. Nothing under a state."
    )
    async def facets(self, info: Info) -> Facets | None:
        count = finding.facets if self.wanted.is_counted() else finding.facets_found
        found = await info.context.reading.ask(lambda connection: count(connection, self.scope, self.wanted))
        if found is None:
            return None

        def of(name: str) -> list[FacetValue]:
            return [FacetValue(key=f.key, count=f.count) for f in found if f.facet == name]

        return Facets(
            by_college=of("college"),
            by_channel=of("channel"),
            by_theme=of("theme"),
            by_departement=of("departement"),
        )


async def find_contributions(
    info: Info,
    at: Snapshot,
    stage: str,
    round: int | None,
    filter: ContributionFilter | None,
    order_by: ContributionOrder,
    first: First,
    after: After,
) -> ContributionConnection:
    """Find contributions of a stage, as far as the viewer may read them."""
    wanted, size = _wanted(filter), limit(first)
    run = stage_of(at, stage, round)
    scope = info.context.reading.scope(at, run.round if run else 0, stage)
    if order_by is ContributionOrder.RELEVANCE:
        return await _ranked(info, at, scope, wanted, size, after)
    place = read_place(after)
    page = await info.context.reading.ask(
        lambda connection: finding.page(
            connection,
            scope,
            wanted,
            first=size,
            after=place,
            newest_first=order_by is ContributionOrder.NEWEST_FIRST,
        )
    )
    edges = [
        Edge(cursor=place_cursor((row.submitted_at, row.id)), node=contribution_of(at, row))
        for row in page.rows
    ]
    return ContributionConnection(
        scope=scope,
        wanted=wanted,
        edges=edges,
        page_info=_page_info(edges, page.more, after, place_cursor(page.end) if page.end else None),
    )


async def _ranked(
    info: Info, at: Snapshot, scope: Scope, wanted: Filter, size: int, after: str | None
) -> ContributionConnection:
    if not (wanted.search or "").strip():
        raise BadInput(InputFault.UNRANKED, path=("orderBy",))
    mark = read_mark(after)
    page = await info.context.reading.ask(
        lambda connection: ranking.ranked(connection, scope, wanted, first=size, after=mark)
    )
    edges = [
        Edge(cursor=mark_cursor(mark), node=contribution_of(at, row))
        for row, mark in zip(page.rows, page.marks, strict=True)
    ]
    return ContributionConnection(
        scope=scope,
        wanted=wanted,
        edges=edges,
        page_info=_page_info(edges, page.more, after, mark_cursor(page.end) if page.end else None),
        is_ranked_whole=page.is_whole,
    )


def _page_info(
    edges: Sequence[Edge[Contribution]], more: bool, after: str | None, end: str | None
) -> PageInfo:
    return PageInfo(
        has_next_page=more,
        has_previous_page=after is not None,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=end,
    )


def _wanted(filter: ContributionFilter | None) -> Filter:
    if filter is None:
        return EVERYTHING
    wanted = Filter(
        college=filter.college,
        channel=filter.channel,
        theme=filter.theme,
        territory=filter.territory,
        since=filter.from_,
        before=filter.to,
        standing=filter.state,
        search=filter.search,
    )
    fault = wanted.fault()
    if fault is not None:
        raise BadInput(InputFault.NOT_SEARCHABLE, path=("filter", fault))
    return wanted


@strawberry.type(
    description="A suggestion of the machine: this contribution says much the same. A person judges, and nothing is "
    "merged without its author's consent."
)
class SimilarContribution:
    contribution: Contribution = field(description="The contribution.")
    likeness: float = field(description="How much of the text is the same, from 0.5 to 1.")
    confirmed_at: datetime | None = field(
        description="Since when a person has confirmed that it says the same; nothing: nobody has looked yet."
    )


@strawberry.type
class FindingQueries:
    @field(
        description="Suggestions of the machine, the likest first: contributions of the same stage that say much the "
        "same as this one, unless a person said that they do not. For those who may read the whole stage; nothing for "
        "others."
    )
    async def similar_contributions(
        self,
        info: Info,
        id: Annotated[ID, argument(description="The contribution.")],
        first: Annotated[int, argument(description="How many at most, 20 at most.")] = 5,
    ) -> list[SimilarContribution]:
        named = read_global_id(id)
        concertation = uuid_text(named[1][0]) if named and named[0] == "Contribution" else None
        at = await info.context.reading.snapshot(concertation) if concertation else None
        if named is None or at is None or len(named[1]) != 2 or parse(named[1][1]) is None:
            return []
        found = await info.context.reading.similar(at, named[1][1], min(limit(first), _MOST_HINTS))
        confirmed = await info.context.reading.grouping.confirmed(named[1][1], [row.id for row, _ in found])
        return [
            SimilarContribution(
                contribution=contribution_of(at, row),
                likeness=likeness,
                confirmed_at=confirmed.get(row.id),
            )
            for row, likeness in found
        ]
