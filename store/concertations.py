"""Concertations: their processes (the snapshot is the read model of one), and rows for lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from domain.free_text import is_storable
from domain.process import Process
from store.faults import SnapshotUnreadable
from store.identifiers import parse, parse_many
from store.known_processes import KnownProcesses
from store.ledger import fold_of
from store.pages import Page, cut
from store.pool import Connection
from store.snapshots import read_process


@dataclass(frozen=True, slots=True, kw_only=True)
class Concertation:
    """What lists show of a concertation. All else is in its `Process`."""

    id: str
    slug: str
    #: `draft`, `launched`, `ended`, `abandoned`: see domain.process.Phase.
    phase: str
    outcome: str | None
    title: dict[str, str]
    procedure: str
    procedure_version: int
    procedure_digest: str
    parent: str | None
    territories: tuple[str, ...]
    round: int
    #: Number of the last event.
    seq: int
    next_deadline: datetime | None
    is_over: bool
    created_at: datetime
    updated_at: datetime
    launched_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a row stands in the list, newest first: enough to go on after it."""

    created_at: datetime
    id: str


class Eyes(NamedTuple):
    """Through whose eyes PostgreSQL looks, as the second lock; `reader` unset: anybody's."""

    reader: str | None


class Read(NamedTuple):
    """A process as it was at an instant."""

    process: Process
    at: datetime


async def process(connection: Connection, concertation: str, *, full: bool = False) -> Process | None:
    """Give the process of a concertation by its id; `None` if there is none. `full`: see store/snapshots.py.

    Raises:
        SnapshotUnreadable: the ledger has an event that this version does not know.
    """
    found = (await processes(connection, [concertation], full=full)).get(concertation.lower())
    return found.process if found else None


async def processes(
    connection: Connection,
    concertations: Sequence[str],
    known: KnownProcesses | None = None,
    *,
    eyes: Eyes | None = None,
    full: bool = False,
) -> dict[str, Read]:
    """Give the processes of those that exist, by id: one statement, for a data loader.

    Drafts, where `eyes` are given, to their office holders alone.
    """
    known = known or KnownProcesses(0)
    rows = await connection.fetch(
        "SELECT id, head, now, snapshot FROM snapshots_of($1, $2, $3, $4)",
        eyes and eyes.reader,
        eyes is None,
        known.heads(concertations),
        parse_many(list(concertations)),
    )
    return {str(row["id"]): Read(await _process(connection, row, known, full), row["now"]) for row in rows}


async def process_by_slug(
    connection: Connection, slug: str, known: KnownProcesses | None = None, *, eyes: Eyes | None = None
) -> Read | None:
    """Give the process of a concertation by its slug; `None` if there is none, or another's draft for these eyes."""
    if not is_storable(slug):
        return None
    known = known or KnownProcesses(0)
    row = await connection.fetchrow(
        "SELECT id, head, now, snapshot FROM snapshot_by_slug($1, $2, $3, $4)",
        eyes and eyes.reader,
        eyes is None,
        known.heads_by_slug(slug),
        slug,
    )
    return None if row is None else Read(await _process(connection, row, known), row["now"])


async def _process(connection: Connection, row: Any, known: KnownProcesses, full: bool = False) -> Process:
    key, snapshot = str(row["id"]), row["snapshot"]
    process = known.get(key, row["head"])
    if process is not None:
        return process
    if snapshot is None:  # dropped since, by another request
        snapshot = await connection.fetchval("SELECT snapshot_at($1, $2)", row["id"], row["head"])
    try:
        process = read_process(snapshot or "", full=full)
    except SnapshotUnreadable:  # another version's, or gone on since: the ledger tells the same
        return await fold_of(connection, key, full=full)
    known.keep(process, row["head"], len(snapshot))
    return process


async def get(connection: Connection, concertation: str) -> Concertation | None:
    """Give the row of a concertation by its id."""
    return (await get_many(connection, [concertation])).get(concertation.lower())


async def get_many(connection: Connection, concertations: Sequence[str]) -> dict[str, Concertation]:
    """Give the rows of those that exist, by id."""
    rows = await connection.fetch(
        "SELECT * FROM concertation_rows($1, NULL)", parse_many(list(concertations))
    )
    return {str(row["id"]): _read(row) for row in rows}


async def get_by_slug(connection: Connection, slug: str) -> Concertation | None:
    """Give the row of a concertation by its slug."""
    if not is_storable(slug):
        return None
    row = await connection.fetchrow("SELECT * FROM concertation_rows(NULL, $1)", slug)
    return None if row is None else _read(row)


async def named(connection: Connection, name: str) -> str | None:
    """Give the id of a concertation by its id or its slug, where it exists."""
    if parse(name) is not None and await process(connection, name.lower()) is not None:
        return name.lower()
    found = await get_by_slug(connection, name)
    return None if found is None else found.id


async def page(
    connection: Connection,
    *,
    first: int,
    after: Place | None = None,
    phases: Sequence[str] | None = None,
    member: str | None = None,
    viewer: str | None = None,
    sees_drafts: bool = False,
) -> Page[Concertation]:
    """Give a page of the list, newest first: two statements.

    `member` keeps those that this person takes part in. Drafts are listed for their members (`viewer`) alone,
    or for who `sees_drafts` of all.
    """
    filters = (viewer, phases, member, sees_drafts)
    rows = await connection.fetch(
        "SELECT * FROM concertation_list($1, $2, $3, $4, $5, $6, $7)",
        *filters,
        after and after.created_at,
        after and parse(after.id),
        first + 1,
    )
    total = await connection.fetchval("SELECT concertation_total($1, $2, $3, $4)", *filters)
    return cut([_read(row) for row in rows], first, total)


async def running(connection: Connection, *, after: str | None = None, most: int = 1000) -> list[str]:
    """Give the ids of concertations that are not over, in order: for the reconciler."""
    rows = await connection.fetch(
        """
        SELECT id FROM concertation
        WHERE NOT is_over AND ($1::uuid IS NULL OR id > $1) ORDER BY id LIMIT $2
        """,
        None if after is None else UUID(after),
        most,
    )
    return [str(row["id"]) for row in rows]


async def overdue(connection: Connection, since: timedelta, *, most: int = 1000) -> list[str]:
    """Give the ids of at most so many whose deadline passed longer than `since` ago, the longest first."""
    rows = await connection.fetch(
        """
        SELECT id FROM concertation WHERE NOT is_over AND next_deadline < instant() - $1::interval
        ORDER BY next_deadline, id LIMIT $2
        """,
        since,
        most,
    )
    return [str(row["id"]) for row in rows]


def _read(row: Any) -> Concertation:
    return Concertation(
        **{
            **row,
            "id": str(row["id"]),
            "parent": row["parent"] and str(row["parent"]),
            "territories": tuple(row["territories"]),
        }
    )
