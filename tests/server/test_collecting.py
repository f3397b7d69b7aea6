"""The worker clears up files by itself; PostgreSQL and the place of files may come and go."""

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from server.collecting import keep_collecting
from server.settings import Settings
from store import files
from store.pool import Pool, open_pool
from tests.fixtures.clock import TestClock
from tests.fixtures.postgres import Database
from tests.store.conftest import patient_pool
from tests.store.stage import DAY

pytestmark = pytest.mark.postgres

DIGEST = "0" * 64


class Looked(Exception):
    """The worker has looked and would wait now."""


@pytest.fixture
def once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Callable[[Pool, Settings], Awaitable[list[str]]]:
    """Look once, and give what was said."""

    async def wait(seconds: float) -> None:
        assert seconds == 3600
        raise Looked

    async def look(pool: Pool, settings: Settings) -> list[str]:
        caplog.clear()
        monkeypatch.setattr("server.collecting.asyncio.sleep", wait)
        with caplog.at_level(logging.INFO, "server.collecting"), pytest.raises(Looked):
            await keep_collecting(pool, settings)
        return caplog.messages

    return look


async def test_what_nothing_refers_to_is_removed_and_said_once(
    database: Database,
    test_clock: TestClock,
    tmp_path: Path,
    once: Callable[[Pool, Settings], Awaitable[list[str]]],
) -> None:
    settings = Settings(data_dir=tmp_path)
    worker, app = await patient_pool(database.worker), await patient_pool(database.app)
    async with app.acquire() as connection:
        await files.keep(connection, DIGEST, 1)
    kept = settings.files_folder / "00" / "00" / DIGEST
    kept.parent.mkdir(parents=True)
    kept.touch()
    assert await once(worker, settings) == []
    await test_clock.advance(2 * DAY)
    assert await once(worker, settings) == ["removed 0 files, 1 contents, 0 broken uploads"]
    assert not kept.exists()
    assert await once(worker, settings) == []
    await worker.close()
    await app.close()


async def test_contents_whose_place_does_not_answer_are_said_and_tried_again(
    database: Database,
    test_clock: TestClock,
    tmp_path: Path,
    once: Callable[[Pool, Settings], Awaitable[list[str]]],
) -> None:
    settings = Settings(data_dir=tmp_path)
    in_the_way = settings.files_folder / "00" / "00" / DIGEST
    in_the_way.mkdir(parents=True)
    worker, app = await patient_pool(database.worker), await patient_pool(database.app)
    async with app.acquire() as connection:
        await files.keep(connection, DIGEST, 1)
    await test_clock.advance(2 * DAY)
    assert await once(worker, settings) == ["1 contents could not be removed: their place does not answer"]
    in_the_way.rmdir()
    assert await once(worker, settings) == ["removed 0 files, 1 contents, 0 broken uploads"]
    await worker.close()
    await app.close()


async def test_a_worker_that_does_not_see_the_folder_forgets_no_content(
    database: Database,
    test_clock: TestClock,
    tmp_path: Path,
    once: Callable[[Pool, Settings], Awaitable[list[str]]],
) -> None:
    worker, app = await patient_pool(database.worker), await patient_pool(database.app)
    async with app.acquire() as connection:
        await files.keep(connection, DIGEST, 1)
    await test_clock.advance(2 * DAY)
    (said,) = await once(worker, Settings(data_dir=tmp_path))
    assert "nothing is cleared up" in said
    assert await worker.fetchval("SELECT count(*) FROM file_content") == 1
    await worker.close()
    await app.close()


async def test_while_postgresql_or_the_bucket_is_away_clearing_up_waits(
    tmp_path: Path, once: Callable[[Pool, Settings], Awaitable[list[str]]]
) -> None:
    (tmp_path / "files").mkdir()
    pool = await open_pool("postgresql://nobody@127.0.0.1:1/none", application="tests")
    (said,) = await once(pool, Settings(data_dir=tmp_path))
    assert said.startswith("clearing up files has to wait")
    pool.terminate()
