"""Two installations: one where a concertation was held, and an empty one."""

from collections.abc import AsyncIterator

import asyncpg
import pytest_asyncio

from server.provisioning import Role
from store.pool import Pool
from tests.fixtures.postgres import Database, SharedPostgres
from tests.interchange.scene import Held, hold
from tests.store.conftest import app, play, worker
from tests.store.stage import Play

__all__ = ["app", "play", "worker"]


@pytest_asyncio.fixture
async def elsewhere(postgres_server: SharedPostgres, template_database: str) -> AsyncIterator[Database]:
    """Another installation, migrated and empty."""
    connection = await asyncpg.connect(postgres_server.server.dsn())
    try:
        name = await connection.fetchval("SELECT 'test_' || replace(gen_random_uuid()::text, '-', '')")
        await connection.execute(
            f'CREATE DATABASE "{name}" TEMPLATE "{template_database}" OWNER {Role.OWNER}'
        )
        yield postgres_server.database(name)
        await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await connection.close()


@pytest_asyncio.fixture
async def held(play: Play, app: Pool) -> Held:
    """A concertation with a bit of everything, sealed."""
    return await hold(play, app)
