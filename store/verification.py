"""Verifying: is a ledger what was written, is the snapshot its fold, is what was sealed still there.

Reads as the worker, in one read-only transaction per concertation, so that it may run beside everything else.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

import asyncpg

from domain.evolve import evolve
from domain.procedure import Kind
from domain.process import Process, StageRun
from store.faults import SnapshotUnreadable
from store.identifiers import parse
from store.ledger import GENESIS, Link, row_hash
from store.pool import Connection
from store.projection import ledger_row
from store.sealing import merkle_roots
from store.snapshots import read_event, read_process


class What(StrEnum):
    """What differs."""

    MISSING = "missing"
    """The row is not there, or carries another number or concertation."""
    PREVIOUS = "previous"
    """The row does not name the hash of the row before it."""
    CONTENT = "content"
    """The content is not what was hashed."""
    HASH = "hash"
    """The hash was changed; the content is what the next row confirms."""
    COLUMN = "column"
    """A column says otherwise than the content."""
    UNREADABLE = "unreadable"
    """The content is no event that this version knows, or does not follow from the events before it."""
    END = "end"
    """The last row is not the one that the concertation names: rows were cut off, or added."""
    SNAPSHOT = "snapshot"
    """The snapshot is not the fold of the ledger."""
    ORPHAN = "orphan"
    """Rows of a concertation that does not exist."""
    SEAL = "seal"
    """The contributions of a stage do not give the root that the ledger has."""
    CONTRIBUTION = "contribution"
    """A contribution does not give its own leaf."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """The first thing that is wrong with a concertation."""

    concertation: str
    what: What
    #: Number of the row of the ledger; unset where no row is at fault.
    seq: int | None = None
    #: Which column, field of the process, stage or contribution.
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A concertation that was looked through: its fault, or none."""

    concertation: str
    events: int
    contributions: int
    fault: Fault | None
    #: The fold of the ledger, if it is whole.
    process: Process | None


async def verify(connection: Connection, concertation: str | None = None) -> AsyncIterator[Verified]:
    """Look through one concertation, or all of them, one after the other."""
    for identifier in await _asked(connection, concertation):
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            verified = await _verify(connection, identifier)
        yield verified


async def _asked(connection: Connection, concertation: str | None) -> list[str]:
    if concertation is not None:
        return [concertation] if parse(concertation) else []
    rows = await connection.fetch(
        "SELECT id FROM concertation UNION SELECT concertation FROM ledger ORDER BY 1"
    )
    return [str(row["id"]) for row in rows]


async def _verify(connection: Connection, concertation: str) -> Verified:
    row = await connection.fetchrow(
        "SELECT seq, head, snapshot::text FROM concertation WHERE id = $1", parse(concertation)
    )
    walk = _Walk(concertation)
    if row is None:
        fault: Fault | None = walk.fault(What.ORPHAN)
    else:
        fault = await walk.go(connection, row["seq"], row["head"]) or _compare(walk, row["snapshot"])
    counted = 0
    if fault is None:
        counted, fault = await _verify_sets(connection, walk.process)
    return Verified(
        concertation=concertation,
        events=walk.seq,
        contributions=counted,
        fault=fault,
        process=walk.process if fault is None else None,
    )


class _Walk:
    """Goes along a ledger, row by row, up to the first fault."""

    def __init__(self, concertation: str) -> None:
        self.concertation = concertation
        self.process = Process(id=concertation)
        self.seq = 0
        self.head = GENESIS
        self._suspect: bytes | None = None
        """What the content of the last row hashes to, where its hash says otherwise."""

    def fault(self, what: What, seq: int | None = None, name: str = "") -> Fault:
        return Fault(concertation=self.concertation, what=what, seq=seq, name=name)

    async def go(self, connection: Connection, seq: int, head: bytes) -> Fault | None:
        rows = connection.cursor(
            "SELECT * FROM ledger WHERE concertation = $1 ORDER BY seq",
            parse(self.concertation),
            prefetch=500,
        )
        async for row in rows:
            fault = self._step(row)
            if fault is not None:
                return fault
        if self._suspect is not None:
            return self._name_suspect(head)
        if (self.seq, self.head) != (seq, head):
            return self.fault(What.END, self.seq)
        return None

    def _step(self, row: asyncpg.Record) -> Fault | None:
        seq = self.seq + 1
        if row["seq"] != seq:
            return self._name_suspect(None) if self._suspect is not None else self.fault(What.MISSING, seq)
        if self._suspect is not None:
            return self._name_suspect(row["previous"])
        if row["previous"] != self.head:
            return self.fault(What.PREVIOUS, seq)
        self.seq, self.head = seq, row["hash"]
        hashed = row_hash(row["previous"], self.concertation, seq, row["content"])
        if hashed != row["hash"]:
            self._suspect = hashed
            return None
        try:
            event = read_event(row["content"])
            self.process = evolve(self.process, event)
        except (SnapshotUnreadable, LookupError, ValueError, TypeError, AssertionError):
            return self.fault(What.UNREADABLE, seq)
        link = Link(seq=seq, event=event, content=row["content"], previous=row["previous"], hash=row["hash"])
        return self._compare_columns(row, ledger_row(link))

    def _name_suspect(self, confirmed: bytes | None) -> Fault:
        """Say which of the two was changed: what comes after a row names the hash that it had."""
        return self.fault(What.HASH if confirmed == self._suspect else What.CONTENT, self.seq)

    def _compare_columns(self, row: asyncpg.Record, expected: dict[str, Any]) -> Fault | None:
        for name in ("at", "kind", "actor", "on_behalf_of", "round", "stage"):
            if row[name] != expected[name]:
                return self.fault(What.COLUMN, self.seq, name)
        return None


def _compare(walk: _Walk, snapshot: str) -> Fault | None:
    try:
        kept = read_process(snapshot)
    except SnapshotUnreadable:
        return walk.fault(What.SNAPSHOT)
    names = differences(kept, walk.process)
    return walk.fault(What.SNAPSHOT, name=names[0]) if names else None


def differences(one: Process, other: Process) -> list[str]:
    """Name the fields in which two processes differ."""
    return [field.name for field in fields(Process) if getattr(one, field.name) != getattr(other, field.name)]


async def _verify_sets(connection: Connection, process: Process) -> tuple[int, Fault | None]:
    """Compare every sealed set with its seals; give the number of contributions looked at."""
    counted = 0
    for run in (*process.past_runs, *process.runs.values()):
        if not run.seals or process.stages[run.key].kind is not Kind.CALL_FOR_INPUT:
            continue
        counts = [seal.figures.count for seal in run.seals]
        roots, total = await merkle_roots(connection, process.id, run.round, run.key, counts)
        counted += total
        sealed = [seal.figures.root for seal in run.seals]
        if roots != sealed or (total > counts[-1] and run.rectifying_until is None):
            name = f"{run.round}/{run.key}"
            return counted, Fault(concertation=process.id, what=What.SEAL, name=name)
        changed = await _changed_contribution(connection, process, run)
        if changed is not None:
            return counted, Fault(concertation=process.id, what=What.CONTRIBUTION, name=changed)
    return counted, None


async def _changed_contribution(connection: Connection, process: Process, run: StageRun) -> str | None:
    found = await connection.fetchval(
        """
        SELECT c.id FROM contribution c
        WHERE c.concertation = $1 AND c.round = $2 AND c.stage = $3 AND contribution_leaf(c) <> c.digest
            AND (c.redacted_at IS NULL OR c.body <> '' OR c.answers IS NOT NULL)
        ORDER BY c.id LIMIT 1
        """,
        parse(process.id),
        run.round,
        run.key,
    )
    return None if found is None else str(found)
