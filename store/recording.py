"""`record`: one transaction decides a command and remembers what came of it. Nothing else writes to the ledger.

Two round trips between BEGIN and COMMIT: open_concertation (lock, log, snapshot, clock), then append (everything).
Sealing a small set, counting a secret ballot, carrying contributions over to a new round, informing an act and
deriving rows add one each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import asyncpg

from domain.acts import SYSTEM, Actor, Command, DraftConcertation, RecordSeal, Tick
from domain.decide import decide as real_decide
from domain.decide import next_deadline
from domain.events import Event
from domain.evolve import fold
from domain.process import Process, State
from domain.refusals import Code, Refusal
from store.carrying import carry_over
from store.command_log import command_digest, fault_of_form, reused_key
from store.deriving import derive
from store.faults import SnapshotUnreadable
from store.identifiers import parse
from store.informing import informed
from store.ledger import GENESIS, Link, chain, fold_of
from store.pool import Connection
from store.projection import concertation_row, hexed, ledger_row, member_rows, stage_rows
from store.replies import Accepted, Recorded, Refused
from store.sealing import FEW, seal_of_few
from store.secret_votes import due_tallies
from store.snapshots import read_event, read_process, write_event, write_process

Decide = Callable[[Process, Command, datetime], list[Event] | Refusal]


async def record(
    connection: Connection,
    command: Command,
    seen: int,
    *,
    decide: Decide = real_decide,
    few: int = FEW,
) -> Recorded:
    """Decide a command and remember it, or answer it from the log, in one transaction.

    `seen` is the number of the last event that the sender knows: the answer brings all events after it. A refusal
    writes nothing. `few` is the size up to which sets are sealed at once.

    Raises:
        SnapshotUnreadable: the ledger has an event, or a part of one, that this version does not know: a newer one
            wrote it. What would be decided without it might be wrong, and what would be written would lose it.
    """
    fault = fault_of_form(command)
    if fault is not None:
        return await _refused_unread(connection, fault)
    try:
        async with connection.transaction():
            recorded = await _record(connection, command, seen, decide, few)
            if isinstance(recorded.reply, Refused):
                raise _Refused(recorded)
            return recorded
    except _Refused as refused:
        return refused.recorded
    except asyncpg.UniqueViolationError as taken:
        if taken.constraint_name != "concertation_slug" or not isinstance(command.act, DraftConcertation):
            raise
        return await _refused_unread(
            connection, Refusal(Code.SLUG_TAKEN, {"slug": command.act.slug}, ("slug",))
        )


class _Refused(Exception):
    """Rolls back what a refused command may have begun."""

    def __init__(self, recorded: Recorded) -> None:
        super().__init__()
        self.recorded = recorded


async def _refused_unread(connection: Connection, refusal: Refusal) -> Recorded:
    at: datetime = await connection.fetchval("SELECT instant()")
    return Recorded(reply=Refused(refusal=refusal), events=(), seq=0, at=at)


@dataclass(slots=True, kw_only=True)
class _Work:
    """A process on its way through one transaction."""

    at: datetime
    head: bytes
    before: Process
    process: Process
    decide: Decide
    events: list[Event] = field(default_factory=list)
    contents: list[str] = field(default_factory=list)

    def refusal_of(self, command: Command) -> Refusal | None:
        """Say why a command would be refused, and take nothing."""
        decided = self.decide(self.process, command, self.at)
        return decided if isinstance(decided, Refusal) else None

    def take(self, command: Command) -> Refusal | None:
        """Decide a command and go on from what it brings about; or give its refusal.

        What is folded is what the ledger will say, read back from it: canonical JSON knows no order of keys, and the
        snapshot has to be the fold of the ledger to the last detail.
        """
        decided = self.decide(self.process, command, self.at)
        if isinstance(decided, Refusal):
            return decided
        contents = list(map(write_event, decided))
        events = list(map(read_event, contents))
        self.process = fold(self.process, events)
        self.events += events
        self.contents += contents
        return None


async def _record(connection: Connection, command: Command, seen: int, decide: Decide, few: int) -> Recorded:
    digest = bytes.fromhex(command_digest(command))
    opened = await _open(connection, command, seen)
    at: datetime = opened["at"]
    if opened["seq"] is None:
        return _unknown(command, at)
    missed = tuple(map(_read, opened["missed"] or ()))
    if opened["digest"] is not None:
        first = Accepted(first_seq=opened["first_seq"], events=tuple(map(_read, opened["replied"] or ())))
        reply = first if opened["digest"] == digest else reused_key()
        return Recorded(reply=reply, events=missed, seq=opened["seq"], at=at)

    before = await _process(connection, command.concertation, opened)
    work = _Work(at=at, head=opened["head"], before=before, process=before, decide=decide)
    await _count_secret_ballots(connection, work)
    told = await informed(connection, work.process, command)
    refusal = work.take(told) if isinstance(told, Command) else work.refusal_of(command) or told
    if refusal is not None:
        return Recorded(reply=Refused(refusal=refusal), events=missed, seq=before.seq, at=at)
    await _follow_up(connection, work, few)
    if work.events or command.actor.member != SYSTEM:
        await derive(connection, work.process, await _append(connection, work, command, digest))
        await carry_over(connection, before, work.process, few)
    return Recorded(
        reply=Accepted(first_seq=before.seq + 1, events=tuple(work.events)),
        events=(*missed, *work.events),
        seq=work.process.seq,
        at=at,
    )


async def _open(connection: Connection, command: Command, seen: int) -> asyncpg.Record:
    row = await connection.fetchrow(
        """
        SELECT seq, head, snapshot::text, at, digest, first_seq, last_seq, missed, replied
        FROM open_concertation($1, $2, $3, $4, $5)
        """,
        parse(command.concertation),
        command.actor.member,
        command.id,
        seen,
        GENESIS if isinstance(command.act, DraftConcertation) else None,
    )
    assert row is not None
    return row


async def _process(connection: Connection, concertation: str, opened: asyncpg.Record) -> Process:
    if opened["seq"] == 0:
        return Process(id=concertation)
    try:
        return read_process(opened["snapshot"], full=True)
    except SnapshotUnreadable:  # another version's: the ledger tells the same
        return await fold_of(connection, concertation, full=True)


def _read(content: str) -> Event:
    return read_event(content, full=True)


def _unknown(command: Command, at: datetime) -> Recorded:
    if command.actor.member == SYSTEM:
        return Recorded(reply=Accepted(first_seq=1, events=()), events=(), seq=0, at=at)
    refusal = Refusal(Code.UNKNOWN_CONCERTATION, {"id": command.concertation}, ("concertation",))
    return Recorded(reply=Refused(refusal=refusal), events=(), seq=0, at=at)


async def _follow_up(connection: Connection, work: _Work, few: int) -> None:
    """Seal the small sets that have come to their seal and count the secret ballots that are due, until none is."""
    tried = {(run.key, run.round) for run in work.before.runs.values() if run.state is State.SEALING}
    moved = True
    while moved:
        events = len(work.events)
        for run in tuple(work.process.runs.values()):
            if run.state is not State.SEALING or (run.key, run.round) in tried:
                continue
            tried.add((run.key, run.round))
            figures = await seal_of_few(connection, work.process, run.round, run.key, few)
            if figures is not None:
                work.take(_own(work.process.id, RecordSeal(figures=figures), run.round, run.key))
        await _count_secret_ballots(connection, work)
        moved = len(work.events) > events


async def _count_secret_ballots(connection: Connection, work: _Work) -> None:
    tallies = await due_tallies(connection, work.process, work.at, work.events)
    if tallies:
        work.take(_own(work.process.id, Tick(tallies=tallies)))


def _own(
    concertation: str, act: Tick | RecordSeal, round: int | None = None, stage: str | None = None
) -> Command:
    return Command(
        id="", concertation=concertation, actor=Actor(member=SYSTEM), act=act, round=round, stage=stage
    )


async def _append(connection: Connection, work: _Work, command: Command, digest: bytes) -> list[Link]:
    process = work.process
    links = chain(process.id, work.before.seq, work.head, work.events, work.contents)
    work.head = links[-1].hash if links else work.head
    await connection.execute(
        "SELECT append($1, $2, $3, $4, $5::text::json, $6, $7, $8)",
        parse(process.id),
        work.at,
        [ledger_row(link) for link in links],
        concertation_row(process, work.head, next_deadline(process)),
        write_process(process),
        stage_rows(process, work.before),
        member_rows(process, work.before),
        {
            "actor": command.actor.member,
            "command": command.id,
            "digest": hexed(digest),
            "first_seq": work.before.seq + 1,
            "last_seq": process.seq,
        },
    )
    return links
