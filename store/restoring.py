"""Restoring a concertation from an archive, where there is none of it, as the worker.

Contributions come first, in batches that are kept one by one: restoring again goes on where it was. All the rest is one
transaction, which ends with the ledger and what follows from it: until then nobody sees anything of it. Nothing is
believed: leaves are computed anew, the chain of the ledger, its fold, and the roots of the seals.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import asyncpg

from domain.decide import next_deadline
from domain.digests import canonical
from domain.evolve import evolve
from domain.process import Process
from store import treatment
from store.archiving import CONTENTS, TABLES, columns_of
from store.faults import SnapshotUnreadable
from store.identifiers import parse
from store.ledger import GENESIS, Link, row_hash
from store.pool import Connection
from store.projection import concertation_row, ledger_row, member_rows, stage_rows
from store.sealing import merkle_roots
from store.snapshots import read_event, write_process

AT_ONCE = 1_000
"""Lines that are restored together."""

_AS_SENT = """
    UPDATE file_content c SET kept_at = r.kept_at FROM json_populate_recordset(NULL::file_content, $1::text::json) AS r
    WHERE c.digest = r.digest AND NOT EXISTS (SELECT FROM file f WHERE f.digest = c.digest)
"""
"""What was brought back a moment ago for this archive alone was sent when the archive says."""
_BY_FUNCTION = frozenset({
    "batch", "draft", "secret_vote", "invitation", "invitation_code", "reminder_day", "reminder", "measure",
    "moderation_act", "report", "resemblance", "contribution_group", "grouping_part", "grouping_act", "file_content",
    "file", "file_reference",
})  # fmt: skip
"""What the worker's role may not add to a concertation that there is: `restore_rows` adds it."""


class NotRestored(Exception):
    """Why an archive is not restored. `code` names the text, `name` what is at fault."""

    def __init__(self, code: str, name: str = "") -> None:
        super().__init__(f"{code} {name}")
        self.code = code
        self.name = name


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What is restored: the lines of each part, and where the ledger ends."""

    concertation: str
    slug: str
    seq: int
    #: Hash of the last row of the ledger, in hexadecimal.
    head: str
    lines: Callable[[str], Iterator[str]]


async def restore_contributions(
    connection: Connection, source: Source, done: Callable[[int], None] = lambda count: None
) -> int:
    """Restore the contributions, in batches; `done` is told how many lines were looked at. Again: it goes on.

    Raises:
        NotRestored: there is such a concertation, or a contribution is not what its leaf says.
    """
    await _require_nothing(connection, source)
    count = 0
    for lines in _batches(source.lines("contributions")):
        try:
            changed = await connection.fetchval(
                "SELECT restore_contributions($1, $2::text::json)", parse(source.concertation), _array(lines)
            )
        except asyncpg.UniqueViolationError as fault:
            raise NotRestored("of_another", fault.constraint_name or "") from fault
        except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError) as fault:
            raise NotRestored("unreadable", f"contributions, {count + 1}–{count + len(lines)}") from fault
        if changed is not None:
            raise NotRestored("contribution", str(changed))
        count += len(lines)
        done(count)
    return count


async def restore_rest(connection: Connection, source: Source) -> Process:
    """Restore all but the contributions, in one transaction, and give the process.

    Raises:
        NotRestored: the ledger is not whole, or a seal is not that of the contributions that were restored.
    """
    try:
        async with connection.transaction():
            await _require_nothing(connection, source)
            (written,) = source.lines("concertation")
            dates = json.loads(written)
            await _begin(connection, source, dates["created_at"])
            for table in TABLES:
                for lines in _batches(source.lines(table)):
                    await _add(connection, source, table, lines)
            process = await _restore_ledger(connection, source)
            await _check_procedure(connection, process)
            await _check_seals(connection, process)
            await _derive(connection, source, process, datetime.fromisoformat(dates["updated_at"]))
            for stage in await connection.fetch(
                "SELECT round, key FROM stage WHERE concertation = $1 AND kind = 'call_for_input'",
                parse(source.concertation),
            ):
                await connection.execute(
                    "SELECT recount_contributions($1, $2, $3)", parse(source.concertation), *stage
                )
            return process
    except asyncpg.UniqueViolationError as fault:
        raise NotRestored("of_another", fault.constraint_name or "") from fault
    except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError) as fault:
        raise NotRestored("unreadable", type(fault).__name__) from fault


async def _require_nothing(connection: Connection, source: Source) -> None:
    found = await connection.fetchval(
        "SELECT slug FROM concertation WHERE id = $1 OR slug = $2", parse(source.concertation), source.slug
    )
    if found is not None:
        raise NotRestored("not_empty", found)


async def _begin(connection: Connection, source: Source, created_at: str) -> None:
    await connection.execute(
        """
        INSERT INTO concertation
            (id, slug, phase, title, round, seq, head, snapshot, is_over, created_at, updated_at)
        VALUES ($1, $2, 'void', '{}', 0, 0, $3, 'null', false, $4, $4)
        """,
        parse(source.concertation),
        source.slug,
        GENESIS,
        datetime.fromisoformat(created_at),
    )


async def _add(connection: Connection, source: Source, table: str, lines: list[str]) -> None:
    if table in _BY_FUNCTION:
        await connection.execute(
            "SELECT restore_rows($1, $2, $3::text::json)", parse(source.concertation), table, _array(lines)
        )
        if table == CONTENTS:
            await connection.execute(_AS_SENT, _array(lines))
        return
    columns = await columns_of(connection, table)
    await connection.execute(
        f"INSERT INTO {table} ({columns}) SELECT {columns} FROM json_populate_recordset(NULL::{table}, $1::text::json) "
        "ON CONFLICT DO NOTHING",
        _array(lines),
    )


async def _restore_ledger(connection: Connection, source: Source) -> Process:
    """Follow the chain row by row, and keep it."""
    process, seq, head = Process(id=source.concertation), 0, GENESIS
    for lines in _batches(source.lines("ledger")):
        links: list[Link] = []
        for line in lines:
            seq += 1
            link = _link(source.concertation, seq, head, line)
            try:
                process = evolve(process, link.event)
            except (LookupError, ValueError, TypeError, AssertionError) as fault:
                raise NotRestored("ledger", str(seq)) from fault
            head = link.hash
            links.append(link)
        await connection.execute(
            """
            INSERT INTO ledger
            SELECT $1, r.seq, r.at, r.kind, r.actor, r.on_behalf_of, r.round, r.stage, r.content, r.previous, r.hash
            FROM jsonb_populate_recordset(NULL::ledger, $2) AS r
            """,
            parse(source.concertation),
            [ledger_row(link) for link in links],
        )
    if (seq, head.hex()) != (source.seq, source.head):
        raise NotRestored("ledger", str(seq))
    return process


def _link(concertation: str, seq: int, head: bytes, line: str) -> Link:
    try:
        row = json.loads(line)
        content = canonical(row["content"]).decode()
        hashed = row_hash(head, concertation, seq, content)
        if (row["seq"], row["previousHash"], row["hash"]) != (seq, head.hex(), hashed.hex()):
            raise NotRestored("ledger", str(seq))
        return Link(seq=seq, event=read_event(content), content=content, previous=head, hash=hashed)
    except (SnapshotUnreadable, KeyError, TypeError, ValueError) as fault:
        raise NotRestored("ledger", str(seq)) from fault


async def _check_procedure(connection: Connection, process: Process) -> None:
    """Take no other procedure of the same name for the one that is followed."""
    if process.procedure is None:
        return
    kept = await connection.fetchval(
        "SELECT digest FROM procedure WHERE id = $1 AND version = $2",
        process.procedure.id,
        process.procedure.version,
    )
    if kept is not None and kept != process.procedure_digest:
        raise NotRestored("procedure", f"{process.procedure.id} {process.procedure.version}")


async def _check_seals(connection: Connection, process: Process) -> None:
    for run in (*process.past_runs, *process.runs.values()):
        seals = [seal.figures for seal in run.seals]
        if not seals or process.stages[run.key].kind != "call_for_input":
            continue
        roots, total = await merkle_roots(
            connection, process.id, run.round, run.key, [figures.count for figures in seals]
        )
        if roots != [figures.root for figures in seals] or total < seals[-1].count:
            raise NotRestored("seal", f"{run.round}/{run.key}")


async def _derive(connection: Connection, source: Source, process: Process, updated_at: datetime) -> None:
    """Write what follows from the ledger, as `doctor --mend` does; nothing is told to the outbox again."""
    await connection.execute(
        "SELECT append($1, $2, '[]', $3, $4::text::json, $5, $6, NULL)",
        parse(source.concertation),
        updated_at,
        concertation_row(process, bytes.fromhex(source.head), next_deadline(process)),
        write_process(process),
        stage_rows(process),
        member_rows(process),
    )
    await treatment.rederive(connection, process)


def _batches(lines: Iterable[str]) -> Iterator[list[str]]:
    given = iter(lines)
    while batch := list(islice(given, AT_ONCE)):
        yield batch


def _array(lines: list[str]) -> str:
    return f"[{','.join(lines)}]"
