"""Where a row runs that needs a clock of its own: the application in this process, on a real PostgreSQL.

Each run has its own database. What many runs begin with is played once and kept as a template, from which a copy is
made in some ten milliseconds.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import asyncpg
from pydantic import SecretStr
from temporalio.client import Client

from api.proving import ProvingSchema
from api.schema import make_schema
from server.limits.guard import Guard
from server.settings import Settings
from store.pool import open_pool
from tests.api.house import DirectSender, House
from tests.faults.suggesting import dispatching, suggesting
from tests.fixtures.clock import TestClock
from tests.fixtures.postgres import Database, SharedPostgres, own_database
from tests.fixtures.replicas import create_app

T = TypeVar("T")
Prepare = Callable[[House], Awaitable[Any]]


class Inside:
    """One PostgreSQL, the schema put together once, and what was prepared."""

    def __init__(self, server: SharedPostgres, folder: Path) -> None:
        """Use a server that runs, and a folder for files."""
        self.server = server
        self.folder = folder
        self._stack = AsyncExitStack()
        self._prepared: dict[str, tuple[str, Any]] = {}
        self._held: dict[str, Any] = {}

    async def close(self) -> None:
        """Drop what was prepared."""
        self._prepared.clear()
        self._held.clear()
        await self._stack.aclose()

    @cached_property
    def schema(self) -> ProvingSchema:
        """The schema, as the tests of the API have it."""
        return make_schema()

    @asynccontextmanager
    async def database(self, template: str | None = None) -> AsyncIterator[Database]:
        """Make a database of a run's own: migrated and empty, or a copy of a template."""
        async with own_database(self.server, template or self.server.template()) as made:
            yield made

    @asynccontextmanager
    async def house(
        self,
        database: Database,
        kind: type[House] = House,
        *,
        through: Client | None = None,
        **settings: Any,
    ) -> AsyncIterator[House]:
        """Start the application on a database; commands go through a Temporal with a worker if one is given."""
        self.schema.forget()
        given = Settings(
            data_dir=self.folder,
            database_url=SecretStr(database.app),
            worker_database_url=SecretStr(database.worker),
            temporal_address="127.0.0.1:1",
            task_queue=f"faults-{uuid4()}",
            database_timeout=20,
            shutdown_timeout=0.1,
            **settings,
        )
        async with AsyncExitStack() as stack:
            worker = await open_pool(database.worker, application="faults: worker", max_size=6)
            stack.push_async_callback(worker.close)
            clock = await asyncpg.connect(database.superuser)
            stack.push_async_callback(clock.close)
            sender, guard = DirectSender(worker), Guard(None)
            if through is not None:
                sender = await stack.enter_async_context(dispatching(through, worker, given))
            app = create_app(given, sender=sender, schema=self.schema, guard=guard)
            await stack.enter_async_context(app.router.lifespan_context(app))
            found = kind(app, given, sender, TestClock(clock), guard)
            stack.push_async_callback(found.http.aclose)
            yield found

    async def prepared(self, name: str, prepare: Prepare) -> tuple[str, Any]:
        """Give the template that `prepare` fills, played once, and what it told of it."""
        if name not in self._prepared:
            database = await self._stack.enter_async_context(self.database())
            async with self.house(database) as house:
                told = await prepare(house)
            self._prepared[name] = database.name, told
        return self._prepared[name]

    async def temporal(self) -> Client:
        """Give a client of the Temporal that runs share; it suggests to continue as new all the time."""
        return await self.held("temporal", lambda: suggesting(self.folder))

    async def held(self, name: str, make: Callable[[], AbstractAsyncContextManager[T]]) -> T:
        """Give what several runs share, made once and left at the end."""
        if name not in self._held:
            self._held[name] = await self._stack.enter_async_context(make())
        found: T = self._held[name]
        return found
