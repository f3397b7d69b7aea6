"""`transition_200_s`, `deadline_lateness_s`: 200 concertations of 100 participants through one deadline at one instant.

Each has an open call for input, to which every participant has contributed, and which closes at the deadline. The
transition closes it, seals the 100 contributions, concludes the stage and opens the next one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import uuid4

import asyncpg
import psutil
from temporalio.client import Client

from benchmarks.bare import TooNear, bare
from benchmarks.figure import Figure
from benchmarks.founding import write
from benchmarks.play import COORDINATOR, Play, body
from benchmarks.progress import say
from benchmarks.scale import sized
from benchmarks.stack import Stack, data_folder
from domain import acts
from domain.acts import Body
from domain.builtin import builtin
from domain.procedure import Kind
from domain.process import State
from domain.questionnaires.shapes import Questionnaire
from domain.sandbox import Pace, sandbox
from server.settings import Settings
from store.pool import Connection, Pool, open_pool
from store.questionnaires import put
from workflows.connecting import connect
from workflows.starting import start

T = TypeVar("T")

CONCERTATIONS = 200
PARTICIPANTS = 100
REPETITIONS = 3
AHEAD = timedelta(seconds=25)
"""From the beginning of the preparation to the deadline."""
BARE_AHEAD = timedelta(seconds=4)
GIVEN_UP_AFTER = 180.0
OPEN_FOR = timedelta(hours=1)
_SERVICES = ("temporal", "worker", "postgres")


@dataclass(frozen=True, kw_only=True)
class Crossing:
    """How one deadline went."""

    #: Seconds from the first deadline until the transition of the last concertation was committed.
    committed: float
    #: Seconds from the deadline of a concertation to the instant of its latest event, of the latest of all.
    lateness: float
    #: Seconds of processor time by service.
    cpu: dict[str, float]


async def crossing() -> list[Figure]:
    """Measure, each time with new concertations, and the floor in between."""
    crossings, floors = [], []
    ahead, bare_ahead = sized(AHEAD, small=timedelta(seconds=5)), BARE_AHEAD
    number = sized(CONCERTATIONS, small=6)
    with data_folder() as folder, folder.stack() as stack:
        client = await connect(stack.temporal_address, Settings().temporal_namespace)
        pool = await open_pool(stack.database("worker"), application="bench", statement_timeout=60)
        async with bare(client, stack.temporal_address) as floor:
            for repetition in range(sized(REPETITIONS, small=1)):
                crossed, ahead = await in_time(ahead, lambda ahead: cross(stack, client, pool, number, ahead))
                late, bare_ahead = await in_time(bare_ahead, lambda a: floor.transition(number, a))
                crossings.append(crossed)
                floors.append(late)
                last = crossings[-1]
                cpu = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in last.cpu.items())
                say(
                    f"{repetition + 1}: all committed {last.committed:.2f} s after the deadline, latest event "
                    f"{last.lateness:.2f} s, processor time {cpu}; bare {floors[-1]:.2f} s"
                )
        await pool.close()
    bound = bound_of(crossings)
    return [
        Figure(
            name="transition_200_s",
            values=tuple(one.committed for one in crossings),
            floors=tuple(floors),
            bound=bound,
        ),
        Figure(
            name="deadline_lateness_s",
            values=tuple(one.lateness for one in crossings),
            bound="The last of the 200 in the queue: all fall due at one instant and share two processors.",
        ),
    ]


async def in_time(ahead: timedelta, attempt: Callable[[timedelta], Awaitable[T]]) -> tuple[T, timedelta]:
    """Try with a deadline so far ahead, and with a farther one if that was too near; give also how far it took."""
    while True:
        try:
            return await attempt(ahead), ahead
        except TooNear as fault:
            say(f"once more: {fault}")
            ahead = ahead * 3 // 2


async def cross(
    stack: Stack,
    client: Client,
    pool: Pool,
    number: int,
    ahead: timedelta,
    spread: timedelta = timedelta(0),
) -> Crossing:
    """Bring so many new concertations through deadlines, the first `ahead` of now, spread evenly over so long.

    Raises:
        TooNear: they were not ready at the first deadline.
    """
    async with pool.acquire() as connection:
        began: datetime = await connection.fetchval("SELECT instant()")
    deadline = began + ahead
    deadlines = {str(uuid4()): deadline + spread * index / number for index in range(number)}
    concertations = list(deadlines)
    prepared = max(await _each(pool, deadlines))
    contributed = await _contribute(stack, concertations)
    async with pool.acquire() as connection:
        if await connection.fetchval("SELECT instant() >= $1", deadline):
            raise TooNear(f"{contributed} contributions had come when the stage closed")
        if contributed != number * PARTICIPANTS:
            raise RuntimeError(f"{contributed} contributions were accepted only")
        queue = Settings().task_queue
        await asyncio.gather(*(start(client, concertation, queue) for concertation in concertations))
        spare = await _calm_before(stack, connection, deadline)
        say(f"{number} prepared, and all calm, {spare:.1f} s before the deadline")
        await asyncio.sleep(spare - 0.5)
        before = _cpu(stack)
        last = await _all_committed(connection, concertations, prepared, max(deadlines.values()))
        after = _cpu(stack)
        latest: timedelta = await connection.fetchval(
            _LATEST, concertations, list(deadlines.values()), prepared
        )
    return Crossing(
        committed=(last - deadline).total_seconds(),
        lateness=latest.total_seconds(),
        cpu={name: after[name] - before[name] for name in _SERVICES},
    )


_LATEST = """
    SELECT max(ledger.at - due.deadline)
    FROM unnest($1::uuid[], $2::timestamptz[]) AS due (concertation, deadline)
    JOIN ledger ON ledger.concertation = due.concertation AND ledger.seq > $3
"""


async def prepare(
    connection: Connection, concertation: str, deadline: datetime, questionnaire: Questionnaire | None = None
) -> int:
    """Bring a concertation to its open call for input, in one transaction; give the number of its last event.

    Its commands are real and were decided one by one, as of the hour before; `record` is told their events at once.
    With a questionnaire, the call asks its questions.
    """
    play = Play(_PROCEDURE, concertation, deadline - OPEN_FOR - timedelta(minutes=1))
    play.enrol(PARTICIPANTS)
    play.appoint_all()
    play.do(acts.AttachDocument(document=body("Dossier"), title={"fr": "Dossier"}))
    if questionnaire is not None:
        asked = Body(id="questionnaire", digest=await put(connection, questionnaire, COORDINATOR))
        play.do(acts.AttachDocument(document=asked, title=questionnaire.label, questionnaire=True))
    play.do(acts.Launch(opens_at=deadline - OPEN_FOR))
    play.until("appel", State.OPEN)
    if play.process.runs["appel"].closes_at != deadline:
        raise RuntimeError(f"the stage closes at {play.process.runs['appel'].closes_at}")
    return await write(connection, play.asked[0][0], play.events)


_PROCEDURE = sandbox(
    builtin("standard"),
    Pace(notice=1, stages={kind: OPEN_FOR.total_seconds() for kind in Kind}, entry_window=0),
)


async def _each(pool: Pool, deadlines: Mapping[str, datetime]) -> list[int]:
    at_once = asyncio.Semaphore(4)

    async def one(concertation: str, deadline: datetime) -> int:
        async with at_once, pool.acquire() as connection:
            return await prepare(connection, concertation, deadline)

    return await asyncio.gather(*(one(*due) for due in deadlines.items()))


async def _contribute(stack: Stack, concertations: list[str]) -> int:
    """Let every participant contribute, through the function that the API calls; give the number of receipts."""

    async def share(part: list[str]) -> int:
        connection = await asyncpg.connect(
            stack.database("worker"), server_settings={"statement_timeout": "0"}
        )
        try:
            count: int = await connection.fetchval(_CONTRIBUTE, part)
            return count
        finally:
            await connection.close()

    return sum(await asyncio.gather(*(share(concertations[index::4]) for index in range(4))))


_CONTRIBUTE = """
    SELECT count(*) FILTER (WHERE receipt ? 'receipt')
    FROM member m, submit_contribution(
        m.concertation, 1, 'appel', m.member, m.member, m.college, 'online', '{}', 'Une contribution.', NULL, NULL, 'k'
    ) AS receipt
    WHERE m.concertation = ANY ($1::uuid[]) AND m.member ^@ 'member-'
"""


async def _calm_before(stack: Stack, connection: Connection, deadline: datetime) -> float:
    """Wait until the workflows have loaded, which the processors tell; give the seconds that are left."""
    used = _cpu(stack)
    while True:
        await asyncio.sleep(0.5)
        now: datetime = await connection.fetchval("SELECT instant()")
        spare = (deadline - now).total_seconds()
        if spare < 1:
            raise TooNear("the concertations were not ready at their deadline")
        before, used = used, _cpu(stack)
        if sum(used.values()) - sum(before.values()) < _CALM * 0.5:
            return spare


_CALM = 0.15
"""Seconds of processor time a second below which nothing is under way."""


async def _all_committed(
    connection: Connection, concertations: list[str], prepared: int, deadline: datetime
) -> datetime:
    """Give the instant at which all were seen past the events of their preparation; `deadline` is the last."""
    while True:
        row = await connection.fetchrow(
            """
            SELECT count(*) FILTER (WHERE seq > $2) AS gone, instant() AS at
            FROM concertation WHERE id = ANY ($1::uuid[])
            """,
            concertations,
            prepared,
        )
        assert row is not None
        at: datetime = row["at"]
        if row["gone"] == len(concertations):
            return at
        if (at - deadline).total_seconds() > GIVEN_UP_AFTER:
            raise RuntimeError(f"{row['gone']} concertations only went through the deadline")
        await asyncio.sleep(0.02)


def _cpu(stack: Stack) -> dict[str, float]:
    """Give the processor time that each service and its children have used so far."""
    return {name: _used(psutil.Process(stack.pids[name])) for name in _SERVICES}


def _used(process: psutil.Process) -> float:
    total = 0.0
    for one in (process, *process.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):  # PostgreSQL's processes come and go
            times = one.cpu_times()
            total += times.user + times.system
    return total


def bound_of(crossings: Sequence[Crossing]) -> str:
    """Say whose processor time it is, and how much of what two processors could give."""
    used = {name: sum(one.cpu[name] for one in crossings) for name in _SERVICES}
    whole = sum(used.values())
    given = sum(one.committed for one in crossings) * (psutil.cpu_count() or 1)
    shares = ", ".join(f"{_NAMES[name]} {seconds / whole:.0%}" for name, seconds in used.items())
    return (
        f"Processor time: {shares}; together {whole / given:.0%} of what this machine could give. "
        "One activity per transition, where the floor has two."
    )


_NAMES = {"temporal": "Temporal", "worker": "the worker", "postgres": "PostgreSQL"}
