"""Finding contributions of a stage: in pages, by filters and words, with their number and facets; and those much alike.

The functions are in 0012_finding.sql; how they stay fast whatever is asked is told in docs/adr/0015-finding.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from domain import territories
from domain.free_text import is_storable
from domain.procedure import Channel
from store.contributions import Contribution, get_many
from store.identifiers import parse
from store.pool import Connection

LONGEST_SEARCH = 200
"""Characters of what is searched for."""

MOST_COUNTED = 8_000
"""Contributions that are looked at one by one to count the facets that no counter knows."""

_COMMUNE = re.compile(r"(\d\d|2[AB])\d{3}")


class Standing(StrEnum):
    """How a contribution stands. Old versions and what was withdrawn are found by their author alone."""

    LIVE = "live"
    HIDDEN = "hidden"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What contributions must have to be found: all of it."""

    college: str | None = None
    channel: Channel | None = None
    theme: str | None = None
    #: A commune by its own code; a département or overseas collectivity: all that is within.
    territory: str | None = None
    #: From this instant on, before that one: when it was sent or entered.
    since: datetime | None = None
    before: datetime | None = None
    standing: Standing = Standing.LIVE
    #: Words in French; "as a phrase", -without, this or that. Accents and endings do not matter.
    search: str | None = None

    def fault(self) -> str | None:
        """Name the field that nothing can be looked for with: no text, or more than `LONGEST_SEARCH` characters."""
        texts = {
            "college": self.college,
            "theme": self.theme,
            "territory": self.territory,
            "search": self.search,
        }
        return next(
            (
                name
                for name, text in texts.items()
                if len(text or "") > LONGEST_SEARCH or not is_storable(text or "")
            ),
            None,
        )

    def values(self) -> tuple[Any, ...]:
        """Give the arguments of the functions that follow those of the scope."""
        return (
            self.college,
            self.channel and self.channel.value,
            self.theme,
            self.territory,
            self.since,
            self.before,
            self.standing.value,
            self.search,
        )

    def is_counted(self) -> bool:
        """Say whether the counters know how those divide: no dates, state, words nor commune."""
        bounds = (self.since, self.before, self.search)
        place = self.territory is None or (
            territories.known(self.territory) and not _COMMUNE.fullmatch(self.territory)
        )
        return place and self.standing is Standing.LIVE and all(bound is None for bound in bounds)


EVERYTHING = Filter()

Place = tuple[datetime, str]
"""Where a contribution stands in the order of reception: when it was sent or entered, and its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A page of contributions."""

    rows: tuple[Contribution, ...]
    more: bool
    #: Where the next page goes on; `None` on an empty last page.
    end: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """How many were found in all."""

    count: int
    #: Whether it was counted: of more than some 8,000 that no counter knows, it is estimated.
    is_exact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """How many have this value of a facet (`college`, `channel`, `theme`, `departement`)."""

    facet: str
    key: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A stage in a round, and whose eyes look at it."""

    concertation: str
    round: int
    stage: str
    #: The reader always finds their own; everyone those that are out.
    reader: str | None = None
    #: Who sees all of this concertation.
    sees_all: bool = False

    def values(self) -> tuple[Any, ...]:
        """Give the first five arguments of the functions."""
        return self.reader, self.sees_all, parse(self.concertation), self.round, self.stage


async def page(
    connection: Connection,
    scope: Scope,
    wanted: Filter = EVERYTHING,
    *,
    first: int,
    after: Place | None = None,
    newest_first: bool = False,
) -> Found:
    """Give a page in the order of reception, or against it: two statements whatever its size.

    Pages never repeat one nor leave one out, whoever contributes meanwhile: each ends before the first contribution
    that a transaction still running may yet commit. One may hold fewer than `first` and yet not be the last: looking
    has its bounds, and the next page goes on from `end`.
    """
    places = await connection.fetch(
        "SELECT * FROM contribution_page($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        *scope.values(),
        *wanted.values(),
        newest_first,
        after and after[0],
        parse(after[1]) if after else None,
        first + 1,
    )
    looked = [row for row in places if not row["is_found"]]
    found = [row for row in places if row["is_found"]][:first]
    ids = [str(row["id"]) for row in found]
    rows = await get_many(
        connection,
        ids,
        reader=scope.reader,
        sees_all_of=scope.concertation if scope.sees_all else None,
    )
    last = looked or found[-1:]
    return Found(
        rows=tuple(rows[key] for key in ids if key in rows),
        more=len(places) > len(found),
        end=(last[-1]["submitted_at"], str(last[-1]["id"])) if last else None,
    )


async def total(connection: Connection, scope: Scope, wanted: Filter = EVERYTHING) -> Total:
    """Say how many all pages have together: one statement, from the counters where they know."""
    row = await connection.fetchrow(
        "SELECT * FROM contribution_total($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        *scope.values(),
        *wanted.values(),
    )
    assert row is not None
    return Total(count=row["total"], is_exact=row["is_exact"])


async def facets(connection: Connection, scope: Scope, wanted: Filter = EVERYTHING) -> list[Facet]:
    """Give the facets, each under the other filters than its own, most first: one statement, from the counters.

    The counters know no dates, states, words nor communes: these do not narrow the facets (see `is_counted`).
    """
    rows = await connection.fetch(
        "SELECT facet, key, count FROM contribution_facets($1, $2, $3, $4, $5, $6, $7, departement_of($8))",
        *scope.values()[1:],
        wanted.college,
        wanted.channel and wanted.channel.value,
        wanted.theme,
        wanted.territory,
    )
    return [Facet(facet=row["facet"], key=row["key"], count=row["count"]) for row in rows]


async def facets_found(connection: Connection, scope: Scope, wanted: Filter) -> list[Facet] | None:
    """Count the facets of what words, dates and a commune let through, each under the other filters than its own.

    `None` where more than `MOST_COUNTED` would have to be looked at, or where a state is wanted: those are few.
    """
    if wanted.standing is not Standing.LIVE:
        return None
    rows = await connection.fetch(
        """
        SELECT facet, key, count FROM contribution_facets_found(
            $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        """,
        *scope.values(),
        wanted.college,
        wanted.channel and wanted.channel.value,
        wanted.theme,
        wanted.territory,
        wanted.since,
        wanted.before,
        wanted.search,
        MOST_COUNTED,
    )
    found = [Facet(facet=row["facet"], key=row["key"], count=row["count"]) for row in rows]
    return None if any(facet.facet == "too_many" for facet in found) else found


async def similar(
    connection: Connection,
    identifier: str,
    *,
    most: int,
    reader: str | None = None,
    sees_all_of: str | None = None,
) -> list[tuple[Contribution, float]]:
    """Give contributions of the same stage whose text is much the same, with how much, from 0.5 to 1.

    A hint of the machine, to be confirmed by a person: nothing follows from it.
    """
    sees = parse(sees_all_of) if sees_all_of else None
    rows = await connection.fetch(
        "SELECT id, likeness FROM contribution_similar($1, $2, $3, $4)",
        reader,
        sees,
        parse(identifier),
        most,
    )
    found = await get_many(
        connection, [str(row["id"]) for row in rows], reader=reader, sees_all_of=sees_all_of
    )
    return [(found[str(row["id"])], row["likeness"]) for row in rows if str(row["id"]) in found]
