"""Groupings as they are read: the log, those of a contribution, those that wait for somebody's answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.grouping import Grouping
from domain.rights import roles_for
from store.grouping import read_grouping
from store.identifiers import parse, parse_many
from store.pages import Page, cut
from store.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A grouping and its place."""

    grouping: Grouping
    concertation: str
    round: int
    stage: str
    #: The contributions of the merge that still count as they stood.
    voices: tuple[str, ...]
    #: The grouping of the round before that goes on in this one.
    carried_from: str | None = None

    @property
    def stands(self) -> bool:
        """Say whether it is a group now: merged, not undone, the kept one and another there."""
        grouping = self.grouping
        merged = grouping.merged_at is not None and grouping.undone_at is None
        return merged and grouping.kept in self.voices and len(self.voices) > 1


async def page(
    connection: Connection,
    concertation: str,
    *,
    reader: str | None,
    first: int,
    after: str | None = None,
    asked: bool = False,
) -> Page[Entry]:
    """Give a page of the log, the latest first: two statements.

    `asked`: also what was never merged, where the reader keeps groupings.
    """
    chosen = reader, sorted(roles_for("read_groupings")), parse(concertation), asked
    rows = await connection.fetch(
        "SELECT * FROM grouping_log($1, $2, $3, $4, $5, $6)",
        *chosen,
        None if after is None else parse(after),
        first + 1,
    )
    total = await connection.fetchval("SELECT grouping_total($1, $2, $3, $4)", *chosen)
    return cut([_read(row) for row in rows], first, total)


async def get_many(connection: Connection, groupings: Sequence[str]) -> dict[str, Entry]:
    """Give groupings by id: one statement."""
    rows = await connection.fetch("SELECT * FROM groupings_of($1)", parse_many(list(groupings)))
    return {str(row["id"]): _read(row) for row in rows}


async def of_contributions(
    connection: Connection, contributions: Sequence[str]
) -> dict[str, tuple[Entry, ...]]:
    """Give those that contributions are or were in, the first one first: one statement, for a data loader."""
    rows = await connection.fetch(
        "SELECT contribution AS of, (entry).* FROM groupings_with($1)", parse_many(list(contributions))
    )
    found: dict[str, tuple[Entry, ...]] = {}
    for row in rows:
        found[str(row["of"])] = (*found.get(str(row["of"]), ()), _read(row))
    return found


async def asked_of(connection: Connection, concertation: str, member: str) -> tuple[Entry, ...]:
    """Give those that wait for the answer of somebody, the first one first: one statement."""
    rows = await connection.fetch(
        "SELECT * FROM groupings_awaiting($1, $2, 100)", parse(concertation), member
    )
    return tuple(_read(row) for row in rows)


async def confirmed(connection: Connection, one: str, others: Sequence[str]) -> dict[str, datetime]:
    """Say since when a person has confirmed that others say the same as one: one statement."""
    rows = await connection.fetch(
        "SELECT id, judged_at FROM resemblances_of($1, $2)", parse(one), parse_many(list(others))
    )
    return {str(row["id"]): row["judged_at"] for row in rows}


def _read(row: Any) -> Entry:
    grouping = read_grouping(row)
    assert grouping is not None
    return Entry(
        grouping=grouping,
        concertation=str(row["concertation"]),
        round=row["round"],
        stage=row["stage"],
        voices=tuple(str(key) for key in row["voices"]),
        carried_from=str(row["carried_from"]) if row["carried_from"] else None,
    )
