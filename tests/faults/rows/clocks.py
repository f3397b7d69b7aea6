"""The workflow's clock and `instant()` an hour apart, either way, and jumps at a deadline.

Temporal skips time; `instant()` is moved to an hour before or after it whenever an activity starts, and past a deadline
by itself while the workflow sleeps. What is due, and what comes in time, `instant()` alone says.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from temporalio import activity
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import ExecuteActivityInput

from domain import acts
from domain.evolve import fold
from domain.merkle import merkle_root
from domain.process import Process, State
from domain.refusals import Code, Refusal
from store.contributions import Submission, submit
from store.pool import acquire, open_pool
from tests.faults.counting import Counting
from tests.faults.place import Place
from tests.faults.row import Row
from tests.faults.tally import Tally
from tests.fixtures.clock import TestClock
from tests.fixtures.temporal import started
from tests.workflows.engine import DAY, MINUTE, Engine, skip_to
from tests.workflows.interception import Around, GoOn

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
EACH = 4
"""Contributions that are sent at each moment."""


class Apart:
    """One concertation whose two clocks differ."""

    def __init__(
        self, engine: Engine, environment: WorkflowEnvironment, clock: TestClock, by: timedelta
    ) -> None:
        self.engine = engine
        self.environment = environment
        self.clock = clock
        #: By how much `instant()` is ahead of the workflow's clock; negative: behind.
        self.by = by
        self.members = 0
        self.kept: list[datetime] = []

    async def follow(self, call: ExecuteActivityInput, go_on: GoOn) -> Any:
        """Move `instant()` before an activity."""
        await self.clock.reach(activity.info().started_time + self.by)
        return await go_on()

    async def until(self, instant: datetime) -> None:
        """Let Temporal skip time until `instant()` is there, or nearly."""
        await skip_to(self.environment, instant - self.by)
        await self.clock.reach(instant)

    async def woken(self, holds: Callable[[Process], bool]) -> Process:
        """Let Temporal skip time until a wake-up has found what is due: it sleeps the rest where it is early."""
        for _ in range(20):
            found = await self.engine.process()
            if holds(found):
                return found
            await skip_to(self.environment, await self.environment.get_current_time() + 10 * MINUTE)
        raise AssertionError("what is due is not done")

    async def contribute(self, counting: Counting, opens: datetime, closes: datetime) -> None:
        """Send contributions; whether they are taken, `instant()` says."""
        for _ in range(EACH):
            self.members += 1
            name = f"p{self.members}"
            before = await self.clock.now()
            submission = Submission(
                concertation=self.engine.id,
                round=1,
                stage="appel",
                actor=name,
                author=name,
                key=name,
                body=name,
            )
            async with acquire(self.engine.pool) as connection:
                answer = await submit(connection, submission)
            after = await self.clock.now()
            counting.operations += 1
            if isinstance(answer, Refusal):
                counting.refused += 1
                counting.hold(
                    answer.code in (Code.STAGE_NOT_OPEN, Code.CONCERTATION_OVER),
                    f"refused with {answer.code}",
                )
                counting.hold(not (opens <= before and after < closes), f"refused at {before} in time")
            else:
                counting.acknowledged += 1
                self.kept.append(answer.submitted_at)
                counting.hold(opens <= answer.submitted_at < closes, f"taken at {answer.submitted_at}")


async def tried(seed: int, place: Place) -> Tally:
    """Go through an opening and a closing with two clocks."""
    chance, counting = Random(seed), Counting()
    by = chance.choice((HOUR, -HOUR))
    async with place.inside.database() as database, started() as environment:
        pool = await open_pool(database.worker, application="faults: worker", max_size=10)
        connection = await asyncpg.connect(database.superuser)
        try:
            engine = Engine(environment.client, pool, database.worker, f"faults-{uuid4()}")
            apart = Apart(engine, environment, TestClock(connection), by)
            async with engine.working(Around("record", apart.follow)):
                await _through(apart, chance, counting)
            await engine.forget()
        finally:
            await connection.close()
            await pool.close()
    return counting.tally()


async def _through(apart: Apart, chance: Random, counting: Counting) -> None:
    engine = apart.engine
    opens = (await apart.environment.get_current_time()) + 16 * DAY
    await engine.launch(opens)
    for number in range(1, 6 * EACH + 1):
        await engine.do(acts.EnrolMember(member=f"p{number}", college="locales"))
    closes = (await engine.process()).runs["appel"].planned_closes_at
    await apart.until(opens - chance.uniform(1, 30) * MINUTE)
    await apart.contribute(counting, opens, closes)
    await apart.until(opens + MINUTE)
    run = (await apart.woken(lambda found: found.runs["appel"].state is State.OPEN)).runs["appel"]
    assert run.closes_at is not None
    closes = run.closes_at
    await apart.contribute(counting, opens, closes)
    await apart.until(closes - chance.uniform(3, 40) * MINUTE)
    await apart.contribute(counting, opens, closes)
    if chance.random() < 0.5:  # a jump at the deadline, while the workflow sleeps
        await apart.clock.reach(closes - SECOND)
        await apart.contribute(counting, opens, closes)
        await apart.clock.reach(closes)
        await apart.contribute(counting, opens, closes)
    await apart.until(closes + MINUTE)
    sealed = await apart.woken(lambda found: bool(found.runs["appel"].seals))
    await apart.contribute(counting, opens, closes)
    await _compare(apart, sealed, opens, closes, counting)


async def _compare(
    apart: Apart, sealed: Process, opens: datetime, closes: datetime, counting: Counting
) -> None:
    engine = apart.engine
    for kind, due in (("stage_opened", opens), ("stage_closed", closes)):
        moments = await engine.moments(kind)
        counting.doubled += max(0, len(moments) - 1)
        counting.lost += not moments
        counting.hold(all(due <= moment for moment in moments), f"{kind} at {moments}, before {due}")
        counting.hold(
            all(moment < due + 2 * HOUR for moment in moments), f"{kind} at {moments}, long after {due}"
        )
    rows = await engine.pool.fetch(
        "SELECT digest, submitted_at FROM contribution WHERE concertation = $1 ORDER BY id", UUID(engine.id)
    )
    at = [row["submitted_at"] for row in rows]
    counting.hold(at == sorted(at), "the receipts are not in the order of their instants")
    counting.lost += max(0, len(apart.kept) - len(at))
    counting.doubled += max(0, len(at) - len(apart.kept))
    figures = sealed.runs["appel"].seals[-1].figures
    counting.hold(
        figures.root == merkle_root([row["digest"] for row in rows]), "the seal is not that of what is kept"
    )
    ledger = await engine.ledger()
    moments = [event.at for event in ledger]
    counting.hold(moments == sorted(moments), "the ledger is not in the order of its instants")
    counting.hold(
        fold(Process(id=engine.id), ledger) == await engine.process(),
        "the snapshot is not the fold of the ledger",
    )


ROW = Row(
    name="clocks",
    fault="the workflow's clock and instant() an hour apart; a jump at a deadline",
    invariant="deadlines by one clock; receipts in order",
    run=tried,
    seeds=12,
)
