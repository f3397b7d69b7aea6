"""Contributions by relevance: what is most about the words that are looked for first. All else: store/finding.py.

The function is in 0016_alike.sql; why a ranking is of some thousands at most: docs/adr/0020-ranked-merged-enclosed.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from store.contributions import Contribution, get_many
from store.finding import Filter, Place, Scope
from store.identifiers import parse
from store.pool import Connection


class Rank(NamedTuple):
    """Where a contribution stands in a ranking: by its relevance, in millionths; the latest first of those alike."""

    relevance: int
    submitted_at: datetime
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far somebody has read. With it pages stay those of one ranking, whatever comes in meanwhile."""

    #: The last one seen; unset: none of this ranking yet.
    seen: Rank | None
    #: What is ranked: those before this place in the order of reception,
    upper: Place
    #: from this one on; unset: all.
    lower: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A page of a ranking."""

    rows: tuple[Contribution, ...]
    #: The place of each row, after which one may go on.
    marks: tuple[Mark, ...]
    more: bool
    #: Where the next page goes on; `None` where nothing was found.
    end: Mark | None
    #: Whether all that is found is ranked at once: of very many, the latest are, then those before them.
    is_whole: bool


async def ranked(
    connection: Connection, scope: Scope, wanted: Filter, *, first: int, after: Mark | None = None
) -> Ranked:
    """Give a page by relevance to the words of `wanted`: two statements whatever its size.

    Pages never repeat one, and together hold all that was received before the first of them was asked for. One may
    hold fewer than `first` and yet not be the last: of more than some thousands the latest are ranked first, then
    those before them, and no page holds of both.
    """
    rows = await connection.fetch(
        """
        SELECT * FROM contribution_ranking(
            $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
        """,
        *scope.values(),
        *wanted.values(),
        *_rank(after.seen if after else None),
        *_place(after.upper if after else None),
        *_place(after.lower if after else None),
        first + 1,
    )
    if not rows:
        return Ranked(rows=(), marks=(), more=False, end=None, is_whole=True)
    last = rows[-1]
    upper, lower = (last["upper_at"], str(last["upper"])), None
    if last["lower"] is not None:
        lower = (last["lower_at"], str(last["lower"]))
    found = [Rank(row["relevance"], row["submitted_at"], str(row["id"])) for row in rows[:-1]]
    seen = found[:first]
    contributions = await get_many(
        connection,
        [rank.id for rank in seen],
        reader=scope.reader,
        sees_all_of=scope.concertation if scope.sees_all else None,
    )
    marks = {rank.id: Mark(seen=rank, upper=upper, lower=lower) for rank in seen}
    shown = [rank.id for rank in seen if rank.id in contributions]
    goes_on = len(found) == len(seen) and last["goes_on"]
    end = marks[seen[-1].id] if seen else after
    return Ranked(
        rows=tuple(contributions[key] for key in shown),
        marks=tuple(marks[key] for key in shown),
        more=len(found) > len(seen) or goes_on,
        end=Mark(seen=None, upper=lower, lower=None) if goes_on and lower else end,
        is_whole=lower is None,
    )


def _rank(rank: Rank | None) -> tuple[Any, ...]:
    return (rank.relevance, rank.submitted_at, parse(rank.id)) if rank else (None, None, None)


def _place(place: Place | None) -> tuple[Any, ...]:
    return (place[0], parse(place[1])) if place else (None, None)
