"""A socket that several processes listen on: each takes its share, and none keeps what it does not take."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from server import accepting
from server.accepting import Accepting


class Greeting(asyncio.Protocol):
    """Says the name of who took the connection."""

    def __init__(self, name: bytes, taken: list[asyncio.BaseTransport]) -> None:
        self.name = name
        self.taken = taken

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.taken.append(transport)
        transport.write(self.name)


class Shared:
    """The socket, and two who take from it."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.taken: dict[bytes, list[asyncio.BaseTransport]] = {b"a": [], b"b": []}
        self.of = {name: self._taker(name) for name in self.taken}

    def _taker(self, name: bytes) -> Accepting:
        taken = self.taken[name]
        return Accepting(self.socket.dup(), lambda: Greeting(name, taken), lambda: len(taken))

    async def greeted(self, clients: int) -> list[bytes]:
        """Connect so many clients at once; who took each."""

        async def one() -> bytes:
            reader, writer = await asyncio.open_connection(*self.socket.getsockname())
            name = await reader.readexactly(1)
            writer.close()
            return name

        async with asyncio.timeout(20):
            return await asyncio.gather(*(one() for _ in range(clients)))


@asynccontextmanager
async def sharing() -> AsyncIterator[Shared]:
    shared = Shared()
    yield shared
    for taker in shared.of.values():
        taker.end()
    for transport in (one for taken in shared.taken.values() for one in taken):
        transport.close()
    shared.socket.close()
    await asyncio.sleep(0)


async def test_connections_that_come_at_once_are_shared() -> None:
    async with sharing() as shared:
        for taker in shared.of.values():
            taker.begin()
        names = await shared.greeted(10)
        assert min(names.count(b"a"), names.count(b"b")) >= 3


async def test_with_many_connections_it_waits_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accepting, "FEW", 0)
    async with sharing() as shared:
        for taker in shared.of.values():
            taker.begin()
        assert len(await shared.greeted(20)) == 20


async def test_what_one_does_not_take_another_takes() -> None:
    async with sharing() as shared:
        shared.of[b"b"].begin()
        assert await shared.greeted(10) == [b"b"] * 10


async def test_who_ends_loses_nobody_who_waits() -> None:
    async with sharing() as shared:
        shared.of[b"a"].begin()
        await shared.greeted(1)
        shared.of[b"a"].end()
        waiting = asyncio.create_task(shared.greeted(5))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        shared.of[b"b"].begin()
        assert await waiting == [b"b"] * 5


async def test_who_may_open_no_more_files_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accepting, "_FULL", 0.01)
    async with sharing() as shared:
        full = [OSError(24, "Too many open files")]

        class Full(socket.socket):
            def accept(self):
                if full:
                    raise full.pop()
                return super().accept()

        taken: list[asyncio.BaseTransport] = shared.taken[b"a"]
        own = Accepting(Full(fileno=shared.socket.dup().detach()), lambda: Greeting(b"a", taken), lambda: 0)
        own.begin()
        assert await shared.greeted(1) == [b"a"]
        assert full == []
        own.end()
