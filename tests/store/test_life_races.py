"""Closing races revising and withdrawing: what was acknowledged holds in the sealed set, what was refused does not.

`CLOSINGS=200` runs as many as the requirement names; the suite runs a few. Chance is seeded; failures name the seed.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import datetime
from random import Random
from typing import Any

import pytest

from domain.merkle import merkle_root
from domain.refusals import Code, Refusal
from store.committed_together import CommittedTogether, NotTogether
from store.contributions import Receipt, Submission, submit
from store.pool import Connection, Pool, open_pool
from store.versions import Withdrawn, withdraw
from tests.fixtures.clock import TestClock
from tests.fixtures.postgres import Database
from tests.store.stage import Play

pytestmark = pytest.mark.postgres

WRITERS = 32
CLOSINGS = int(os.environ.get("CLOSINGS", "3"))
LATE = {Code.STAGE_NOT_OPEN, Code.CONCERTATION_OVER}


class Writer:
    """One participant after the other: each contributes, may revise, may withdraw; until one is refused."""

    def __init__(self, race: "Race", number: int) -> None:
        self._race = race
        self._name = number
        self._chance = Random(f"{race.seed}/{number}")
        self._done = 0

    async def write(self) -> None:
        async with self._race.app.acquire() as connection:
            while not self._race.refusals or self._done == 0:
                self._done += 1
                by = f"w{self._name}-{self._done}"
                latest = await self._race.submit(connection, self._race.play.submission(by))
                for turn in range(self._chance.randrange(3)):
                    if not self._race.took(latest) or isinstance(latest, Refusal):
                        return
                    latest = await submit(
                        connection,
                        self._race.play.submission(
                            by, key=f"{by} {turn}", body=f"Mieux {turn}", revises=latest.contribution
                        ),
                    )
                if not self._race.took(latest) or isinstance(latest, Refusal):
                    return
                if self._chance.random() < 0.3:
                    gone = await withdraw(
                        connection, self._race.play.id, latest.contribution, by, f"{by} retrait"
                    )
                    if not self._race.withdrew(latest, gone):
                        return


class Race:
    """A stage that closes while many write to it."""

    def __init__(self, play: Play, app: Pool, seed: int) -> None:
        self.play = play
        self.app = app
        self.seed = seed
        self.receipts: dict[str, Receipt] = {}
        self.withdrawn: set[str] = set()
        self.refusals: list[Refusal] = []
        self._enough = Random(seed).randrange(40, 400)
        self.busy = asyncio.Event()
        self._together = CommittedTogether(self._ask)
        self._head = b""
        self.taken_together = 0

    async def submit(self, connection: Connection, submission: Submission) -> Receipt | Refusal:
        """Submit as the API does: with others who come now, or else alone; in every other race always alone."""
        if self.seed % 2:
            try:
                answer = await self._together.submit(submission, self._head)
                self.taken_together += 1
                return answer
            except NotTogether:
                pass
        return await submit(connection, submission)

    async def _ask(self, question: Callable[[Connection], Awaitable[Any]]) -> Any:
        async with self.app.acquire() as connection:
            return await question(connection)

    def took(self, answer: Receipt | Refusal) -> bool:
        if isinstance(answer, Refusal):
            self.refusals.append(answer)
            return False
        self.receipts[answer.contribution] = answer
        if len(self.receipts) >= self._enough:
            self.busy.set()
        return True

    def withdrew(self, what: Receipt, answer: Withdrawn | Refusal) -> bool:
        if isinstance(answer, Refusal):
            self.refusals.append(answer)
            return False
        self.withdrawn.add(what.contribution)
        return True

    async def run(self) -> datetime:
        """Let everybody write, close at a moment of chance, and give the closing."""
        await self.play.launch(slug=f"essai-{self.seed}")
        await self.play.worker.execute(
            """
            INSERT INTO member
            SELECT $1, 'w' || w || '-' || n, CASE WHEN n % 2 = 0 THEN 'etat' ELSE 'locales' END, NULL, NULL, false, NULL
            FROM generate_series(0, $2) AS w, generate_series(1, 500) AS n
            """,
            self.play.id,
            WRITERS - 1,
        )
        closes_at = (await self.play.process()).runs["appel"].closes_at
        self._head = await self.play.worker.fetchval(
            "SELECT head FROM concertation WHERE id = $1", self.play.id
        )
        assert closes_at is not None
        writers = [asyncio.create_task(Writer(self, number).write()) for number in range(WRITERS)]
        await self.busy.wait()
        await self.play.clock.reach(closes_at)
        await self.play.tick()
        await asyncio.gather(*writers)
        return closes_at


@pytest.mark.parametrize("seed", range(CLOSINGS))
async def test_what_was_acknowledged_holds_in_the_seal_and_what_was_refused_does_not(
    play: Play, database: Database, test_clock: TestClock, seed: int
) -> None:
    app = await open_pool(
        database.app,
        application="tests: crowd",
        max_size=WRITERS + 1,  # one for those who submit together
        statement_timeout=20,
        lock_timeout=20,
        connect_timeout=20,
    )
    try:
        race = Race(play, app, seed)
        closes_at = await race.run()
    finally:
        await app.close()

    assert {refusal.code for refusal in race.refusals} <= LATE, seed
    assert bool(race.taken_together) == bool(seed % 2)
    (seal,) = (await play.process()).runs["appel"].seals
    rows = await play.worker.fetch("SELECT * FROM contribution ORDER BY id")
    assert {str(row["id"]) for row in rows} == set(race.receipts), seed
    assert (seal.figures.count, seal.figures.root) == (len(rows), merkle_root(row["digest"] for row in rows))
    assert all(row["submitted_at"] < closes_at for row in rows)

    latest: dict[str, Receipt] = {}
    for receipt in race.receipts.values():
        if receipt.version >= latest.setdefault(receipt.member, receipt).version:
            latest[receipt.member] = receipt
    counted = [receipt for receipt in latest.values() if receipt.contribution not in race.withdrawn]
    live = {str(row["id"]) for row in rows if row["superseded_at"] is None and row["withdrawn_at"] is None}
    assert live == {receipt.contribution for receipt in counted}, seed
    assert seal.figures.by_channel == {"online": len(counted)}
    for college in ("etat", "locales"):
        of_college = sum(receipt.college == college for receipt in counted)
        assert seal.figures.by_college.get(college, 0) == of_college
    for row in rows:
        if row["withdrawn_at"] is not None:
            assert row["withdrawn_at"] < closes_at
