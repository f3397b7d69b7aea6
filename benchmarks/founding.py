"""Brings very many concertations to life: one is played, and recorded as often as it is wanted, each under its own id.

Its commands are real and were decided one by one; `record` is told their events each time, and writes ledger, snapshot
and read tables as ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import asyncpg

from benchmarks.play import Play, body
from domain import acts
from domain.acts import Command
from domain.builtin import builtin
from domain.events import ConcertationDrafted, Event
from domain.procedure import Kind
from domain.process import State
from domain.sandbox import Pace, sandbox
from store.pool import Connection, Pool
from store.recording import record
from store.replies import Accepted

PARTICIPANTS = 20
OPEN_FOR = timedelta(days=30)
_AT_ONCE = 4
_TRIES = 5
_PROCEDURE = sandbox(
    builtin("standard"),
    Pace(notice=1, stages={kind: OPEN_FOR.total_seconds() for kind in Kind}, entry_window=0),
)


async def found(pool: Pool, number: int) -> list[str]:
    """Bring so many to their open call for input, which closes in a month; give their ids."""
    async with pool.acquire() as connection:
        now: datetime = await connection.fetchval("SELECT instant()")
    play = _played(now)
    ids = [str(uuid4()) for _ in range(number)]
    at_once = asyncio.Semaphore(_AT_ONCE)

    async def one(concertation: str) -> None:
        async with at_once:
            await _record(pool, play, concertation)

    await asyncio.gather(*map(one, ids))
    return ids


def _played(now: datetime) -> Play:
    play = Play(_PROCEDURE, start=now - timedelta(hours=1))
    play.enrol(PARTICIPANTS)
    play.appoint_all()
    play.do(acts.AttachDocument(document=body("Dossier"), title={"fr": "Dossier"}))
    play.do(acts.Launch(opens_at=now - timedelta(minutes=30)))
    play.until("appel", State.OPEN)
    return play


async def _record(pool: Pool, play: Play, concertation: str) -> None:
    command = replace(play.asked[0][0], concertation=concertation)
    async with pool.acquire() as connection:
        await write(connection, command, _renamed(play.events, concertation))


async def write(connection: Connection, command: Command, events: list[Event]) -> int:
    """Record all events of a concertation as those of one command; give the number of the last.

    It tries again where the disk stood still for seconds: commits that notify wait in one line, longer than they may.
    """
    for again in reversed(range(_TRIES)):
        try:
            recorded = await record(connection, command, 0, decide=lambda process, command, now: events)
        except asyncpg.LockNotAvailableError:
            if not again:
                raise
        else:
            break
    if not isinstance(recorded.reply, Accepted):
        raise RuntimeError(f"the preparation was refused: {recorded.reply}")
    return recorded.seq


def _renamed(events: Sequence[Event], concertation: str) -> list[Event]:
    """Give the events of another concertation: of all that they say, its slug alone is its own."""
    drafted, *others = events
    assert isinstance(drafted.fact, ConcertationDrafted)
    return [replace(drafted, fact=replace(drafted.fact, slug=f"essai-{concertation}")), *others]
