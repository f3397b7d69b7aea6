"""Closing races contributing: whatever is acknowledged is in the seal, and nothing comes after."""

import asyncio

import pytest

from domain import acts
from domain.acts import SYSTEM
from domain.merkle import merkle_root
from domain.refusals import Code, Refusal
from store.contributions import Receipt, submit
from store.pool import Pool
from store.recording import record
from store.replies import Accepted
from tests.store.stage import Play

pytestmark = pytest.mark.postgres

WRITERS = 12


class Crowd:
    """Writers who contribute, one participant after the other, until they are refused."""

    def __init__(self, play: Play, app: Pool) -> None:
        self._play = play
        self._app = app
        self._participants = iter(range(1, 20_001))
        self.receipts: list[Receipt] = []
        self.refusals: list[Refusal] = []
        self.busy = asyncio.Event()

    async def arrive(self) -> list[asyncio.Task[None]]:
        """Launch the concertation, enrol everyone, and let them write; return once many have."""
        await self._play.launch()
        await self._play.worker.execute(
            """
            INSERT INTO member SELECT $1, 'm' || n, 'locales', NULL, NULL, false, NULL
            FROM generate_series(1, 20000) AS n
            """,
            self._play.id,
        )
        writers = [asyncio.create_task(self._write()) for _ in range(WRITERS)]
        await self.busy.wait()
        return writers

    async def _write(self) -> None:
        async with self._app.acquire() as connection:
            for number in self._participants:
                answer = await submit(connection, self._play.submission(f"m{number}"))
                if isinstance(answer, Refusal):
                    self.refusals.append(answer)
                    return
                self.receipts.append(answer)
                if len(self.receipts) >= 200:
                    self.busy.set()


async def test_every_acknowledged_contribution_is_in_the_seal_and_none_comes_after(
    play: Play, app: Pool
) -> None:
    crowd = Crowd(play, app)
    writers = await crowd.arrive()
    run = (await play.process()).runs["appel"]
    assert run.closes_at is not None
    await play.clock.reach(run.closes_at)
    events = await play.tick()
    await asyncio.gather(*writers)

    assert [event.fact.kind for event in events][:3] == ["stage_closed", "sealing_begun", "stage_sealed"]
    assert {refusal.code for refusal in crowd.refusals} <= {Code.STAGE_NOT_OPEN, Code.CONCERTATION_OVER}
    (seal,) = (await play.process()).runs["appel"].seals
    rows = await play.worker.fetch("SELECT id, digest, submitted_at FROM contribution ORDER BY id")
    assert {str(row["id"]) for row in rows} == {receipt.contribution for receipt in crowd.receipts}
    assert seal.figures.count == len(rows)
    assert seal.figures.root == merkle_root(row["digest"] for row in rows)
    assert all(row["submitted_at"] < run.closes_at for row in rows)


async def test_suspending_gets_its_turn_among_many_writers_and_then_nothing_comes(
    play: Play, app: Pool
) -> None:
    crowd = Crowd(play, app)
    writers = await crowd.arrive()
    await play.do(acts.Suspend(reason="Incident"), round=1, stage="appel")
    taken = await play.worker.fetchval("SELECT count(*) FROM contribution")
    await asyncio.gather(*writers)
    assert await play.worker.fetchval("SELECT count(*) FROM contribution") == taken == len(crowd.receipts)
    assert {refusal.code for refusal in crowd.refusals} == {Code.SUSPENDED}


async def test_one_person_at_many_desks_at_once_contributes_once(play: Play, app: Pool) -> None:
    await play.launch()

    async def send(key: str) -> Receipt | Refusal:
        async with app.acquire() as connection:
            return await submit(connection, play.submission("p0", key=key))

    answers = await asyncio.gather(*(send(f"k{number}") for number in range(10)))
    assert sum(isinstance(answer, Receipt) for answer in answers) == 1
    assert {answer.code for answer in answers if isinstance(answer, Refusal)} == {Code.ALREADY_CONTRIBUTED}
    same = await asyncio.gather(*(send("k0") for _ in range(5)), return_exceptions=True)
    assert len(set(map(repr, same))) == 1


async def test_one_key_sent_many_times_at_once_gives_one_receipt(play: Play, app: Pool) -> None:
    await play.launch()

    async def send() -> Receipt | Refusal:
        async with app.acquire() as connection:
            return await submit(connection, play.submission("p0"))

    answers = await asyncio.gather(*(send() for _ in range(10)))
    assert len(set(map(repr, answers))) == 1
    assert isinstance(answers[0], Receipt)


async def test_two_ticks_at_the_deadline_seal_once(play: Play, worker: Pool) -> None:
    await play.launch()
    run = (await play.process()).runs["appel"]
    assert run.entry_closes_at is not None
    await play.clock.reach(run.entry_closes_at)

    async def tick(key: str) -> int:
        async with worker.acquire() as connection:
            recorded = await record(connection, play.command(acts.Tick(), by=SYSTEM, key=key), play.seen)
            assert isinstance(recorded.reply, Accepted)
            return len(recorded.reply.events)

    told = await asyncio.gather(*(tick(f"t{number}") for number in range(5)))
    assert sorted(told)[:4] == [0, 0, 0, 0]
    assert len((await play.process()).runs["appel"].seals) == 1
