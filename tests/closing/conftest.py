"""A concertation that was held on a real database, and its closing archive."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from server.closing.writer import write_archive
from store.closing_archive import closing
from store.pool import Pool
from tests.interchange.scene import Held, hold
from tests.store.conftest import app, play, worker
from tests.store.stage import Play

__all__ = ["app", "play", "worker"]

Write = Callable[[str], Awaitable[Path]]


@pytest_asyncio.fixture
async def held(play: Play, app: Pool) -> Held:
    """A concertation with a bit of everything, to its end."""
    return await hold(play, app)


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
