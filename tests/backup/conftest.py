"""An installation with a bit of everything, and a place where there is nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio
from pydantic import SecretStr

from server.provisioning import provision
from server.settings import Settings
from tests.fixtures.postgres import Database, SharedPostgres
from tests.store.conftest import app, play, worker

__all__ = ["app", "play", "worker"]


@pytest_asyncio.fixture
async def nowhere(postgres_server: SharedPostgres) -> AsyncIterator[Database]:
    """A database that is empty."""
    name = f"test_{uuid4().hex}"
    await provision(postgres_server.server.dsn(), name)
    yield postgres_server.database(name)
    connection = await asyncpg.connect(postgres_server.server.dsn())
    await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await connection.close()


@pytest.fixture
def here(tmp_path: Path, database: Database) -> Settings:
    """The settings of the installation."""
    return settings_of(tmp_path / "here", database)


@pytest.fixture
def there(tmp_path: Path, nowhere: Database) -> Settings:
    """The settings of the place where it is restored."""
    return settings_of(tmp_path / "there", nowhere)


def settings_of(folder: Path, database: Database) -> Settings:
    return Settings(
        data_dir=folder,
        database_url=SecretStr(database.app),
        worker_database_url=SecretStr(database.worker),
        owner_database_url=SecretStr(database.owner),
        provision_database_url=SecretStr(database.superuser),
    )
