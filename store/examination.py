"""Examining what is derived from a ledger: snapshot, lists, guard rows, members, treatments; and deriving it again.

What is wrong with the ledger itself is found by store/verification.py, and no program mends that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from domain.decide import next_deadline
from store import treatment
from store.faults import SnapshotUnreadable
from store.identifiers import parse
from store.ledger import fold_of
from store.pool import Connection
from store.projection import Row, concertation_row, member_rows, stage_rows
from store.snapshots import read_process, write_process
from store.verification import What, differences, verify


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is not as the ledger says."""

    concertation: str
    #: `ledger`, or the table that is at fault: `concertation`, `stage`, `member`, `treatment`.
    table: str
    #: Which row of it, for people: a stage, a member, a number of the ledger.
    row: str
    #: The column, the field of the process, or what is wrong with the ledger.
    name: str
    #: Whether `rederive` puts it right.
    mendable: bool


async def examine(connection: Connection, concertation: str | None = None) -> list[Finding]:
    """Compare one concertation, or all, with the folds of their ledgers."""
    findings: list[Finding] = []
    async for verified in verify(connection, concertation):
        fault = verified.fault
        if fault is not None and fault.what is not What.SNAPSHOT:
            findings.append(
                Finding(
                    concertation=fault.concertation,
                    table="ledger",
                    row=str(fault.seq or fault.name),
                    name=fault.what,
                    mendable=False,
                )
            )
            continue
        findings += await _examine(connection, verified.concertation)
    return findings


async def asleep(connection: Connection, since: timedelta) -> list[str]:
    """Give the concertations whose deadline passed longer than `since` ago: nothing wakes them."""
    rows = await connection.fetch(
        "SELECT id FROM concertation WHERE NOT is_over AND next_deadline < instant() - $1::interval ORDER BY id",
        since,
    )
    return [str(row["id"]) for row in rows]


async def rederive(connection: Connection, concertation: str) -> None:
    """Write snapshot, lists, guard rows, members, treatments again, from the ledger. As the worker; waits for its lock.

    Call it for what `examine` found mendable: the ledger must be whole.
    """
    async with connection.transaction():
        row = await _lock(connection, concertation)
        process = await fold_of(connection, concertation, full=True)
        await connection.execute(
            "SELECT append($1, $2, '[]', $3, $4::text::json, $5, $6, NULL)",
            parse(concertation),
            row["updated_at"],
            concertation_row(process, row["head"], next_deadline(process)),
            write_process(process),
            stage_rows(process),
            member_rows(process),
        )
        await treatment.rederive(connection, process)


async def _examine(connection: Connection, concertation: str) -> list[Finding]:
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        row = await connection.fetchrow(
            "SELECT *, snapshot::text AS written FROM concertation WHERE id = $1", parse(concertation)
        )
        assert row is not None
        process = await fold_of(connection, concertation)
        stages = await connection.fetch("SELECT * FROM stage WHERE concertation = $1", parse(concertation))
        members = await connection.fetch("SELECT * FROM member WHERE concertation = $1", parse(concertation))
        untreated = await treatment.unlike(connection, process)

    def finding(table: str, place: str, name: str, mendable: bool = True) -> Finding:
        return Finding(concertation=concertation, table=table, row=place, name=name, mendable=mendable)

    try:
        unlike = differences(read_process(row["written"]), process)
    except SnapshotUnreadable:
        unlike = ["snapshot"]
    findings = [finding("concertation", process.slug, name) for name in unlike]
    expected = concertation_row(process, row["head"], next_deadline(process)) | {"head": row["head"]}
    findings += [finding("concertation", process.slug, name) for name in _unlike(row, expected)]
    for table, kept, derived, key in (
        ("stage", stages, stage_rows(process), ("round", "key")),
        ("member", members, member_rows(process), ("member",)),
    ):
        found = {tuple(row[name] for name in key): row for row in kept}
        wanted = {tuple(row[name] for name in key): row for row in derived}
        for place in sorted(found.keys() | wanted.keys(), key=str):
            shown = "/".join(map(str, place))
            if place not in wanted:
                findings.append(finding(table, shown, "not in the ledger", mendable=False))
            elif place not in found:
                findings.append(finding(table, shown, "missing"))
            else:
                findings += [finding(table, shown, name) for name in _unlike(found[place], wanted[place])]
    if untreated:
        findings.append(finding("treatment", str(untreated), "rows"))
    return findings


def _unlike(found: Any, wanted: Row) -> list[str]:
    return [name for name, value in wanted.items() if _plain(found[name]) != _plain(value)]


def _plain(value: Any) -> Any:
    return str(value) if value is not None and not isinstance(value, datetime | list | dict | bool) else value


async def _lock(connection: Connection, concertation: str) -> Any:
    row = await connection.fetchrow(
        "SELECT head, updated_at FROM concertation WHERE id = $1 FOR NO KEY UPDATE", parse(concertation)
    )
    assert row is not None
    return row
