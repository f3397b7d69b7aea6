"""A concertation that was held on a real database, and its closing archive."""

from collections.abc import Awaitable, Callable
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import asyncpg
import pytest
import pytest_asyncio

from server.closing.writer import write_archive
from store.closing_archive import closing
from store.pool import Pool
from tests.fixtures.clock import TestClock
from tests.fixtures.postgres import SharedPostgres, in_a_loop, own_database
from tests.interchange.scene import Held, hold
from tests.store.conftest import app, patient_pool, play, worker
from tests.store.stage import Play

__all__ = ["app", "play", "worker"]

Write = Callable[[str], Awaitable[Path]]


@pytest_asyncio.fixture
async def held(play: Play, app: Pool) -> Held:
    """A concertation with a bit of everything, to its end."""
    return await hold(play, app)


class Once(NamedTuple):
    """An archive that several tests read, and none writes again."""

    held: Held
    content: bytes


@pytest.fixture(scope="session")
def once(postgres_server: SharedPostgres, template_database: str) -> Once:
    """The archive of a concertation with a bit of everything."""

    async def made() -> Once:
        async with own_database(postgres_server, template_database) as database:
            worker, app = await patient_pool(database.worker), await patient_pool(database.app)
            clock = await asyncpg.connect(database.superuser)
            try:
                async with worker.acquire() as connection:
                    play = Play(connection, TestClock(clock))
                    held, sink = await hold(play, app), BytesIO()
                    async with closing(connection, play.id) as read:
                        await write_archive(read, sink)
            finally:
                await clock.close()
                await app.close()
                await worker.close()
        return Once(held, sink.getvalue())

    return in_a_loop(made)


@pytest.fixture
def archive(once: Once, tmp_path: Path) -> Path:
    """That archive, as a file of the test's own."""
    path = tmp_path / "a.zip"
    path.write_bytes(once.content)
    return path


@pytest.fixture
def write(play: Play, tmp_path: Path) -> Write:
    """Write the closing archive of the concertation under a name."""

    async def written(name: str) -> Path:
        path = tmp_path / name
        with path.open("wb") as sink:
            async with closing(play.worker, play.id) as read:
                await write_archive(read, sink)
        return path

    return written
