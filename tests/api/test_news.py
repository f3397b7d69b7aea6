"""News are read once for all who have the same events; of a draft they are nobody's but its readers'."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from api.news import NewsDesk
from server.settings import Settings
from store.faults import StoreTooSlow
from store.known_processes import KnownProcesses
from store.pool import Pool, open_pool
from tests.api.sockets import connected, served
from tests.api.stage import Stage
from tests.fixtures.postgres import Database

pytestmark = pytest.mark.postgres


@pytest_asyncio.fixture
async def pool(database: Database) -> AsyncIterator[Pool]:
    pool = await open_pool(database.app, application="tests: news", max_size=2)
    yield pool
    await pool.close()


@pytest.fixture
def desk(pool: Pool) -> NewsDesk:
    return NewsDesk(pool, KnownProcesses(), Settings().database_timeout)


async def test_all_who_have_the_same_events_are_given_what_was_read_once(
    stage: Stage, desk: NewsDesk
) -> None:
    await stage.open()
    first, *others = await asyncio.gather(*(desk.after(stage.key, 0) for _ in range(5)))
    assert first is not None
    assert [entry.seq for entry in first.entries] == list(range(1, first.at.process.seq + 1))
    assert all(other is first for other in others)
    assert await desk.after(stage.key, 0) is first
    behind = await desk.after(stage.key, 3)
    assert behind is not None
    assert behind.entries[0].seq == 4


async def test_what_has_happened_since_is_read(stage: Stage, desk: NewsDesk) -> None:
    await stage.open()
    before = await desk.after(stage.key, 0)
    assert before is not None
    await stage.do("Suspend", "coordinator", reason="Une panne.")
    desk.outdated(stage.key)
    after = await desk.after(stage.key, before.at.process.seq)
    assert after is not None
    assert [entry.kind for entry in after.entries] == ["suspended"]
    assert after.at.process.seq == before.at.process.seq + 1


async def test_a_draft_has_no_news_for_all(stage: Stage, desk: NewsDesk) -> None:
    await stage.draft()
    assert await desk.after(stage.key, 0) is None


async def test_who_goes_away_takes_nothing_from_the_others(stage: Stage, desk: NewsDesk) -> None:
    await stage.open()
    going, staying = (asyncio.ensure_future(desk.after(stage.key, 0)) for _ in range(2))
    await asyncio.sleep(0)
    going.cancel()
    assert await staying is not None


async def test_a_question_without_an_answer_is_asked_again(stage: Stage, pool: Pool) -> None:
    await stage.open()
    desk = NewsDesk(pool, KnownProcesses(), within=0.0)
    with pytest.raises(StoreTooSlow):
        await desk.after(stage.key, 0)
    desk._within = Settings().database_timeout
    assert await desk.after(stage.key, 0) is not None


async def test_sockets_of_one_process_read_an_event_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.open()
    seq = (await stage.about("{ seq }"))["seq"]
    read: list[int] = []
    asked = NewsDesk._read

    async def counted(self: NewsDesk, concertation: str, after: int) -> object:
        read.append(after)
        return await asked(self, concertation, after)

    monkeypatch.setattr(NewsDesk, "_read", counted)
    async with served(stage.house.app) as address:

        async def follow(authorization: str | None) -> None:
            async with connected(address) as socket:
                await socket.begin(authorization)
                await socket.follow(stage.id, seq - 1)
                assert (await socket.event())["seq"] == seq
                ready.release()
                assert (await socket.event())["seq"] == seq + 1

        ready = asyncio.Semaphore(0)
        citizen = f"Bearer {stage.house.token('citizen')}"
        following = [asyncio.ensure_future(follow(who)) for who in [None, citizen] * 10]
        for _ in following:
            await ready.acquire()
        read.clear()
        await stage.do("Suspend", "coordinator", reason="Une panne.")
        await asyncio.gather(*following)
    assert 1 <= read.count(seq) <= 3, "one for the event, and one a second for who looks"
