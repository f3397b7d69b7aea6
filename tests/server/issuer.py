"""An issuer that publishes keys over real HTTP on this machine, and does what it is told."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Publisher:
    """Answers paths with what stands there; counts what it was asked."""

    def __init__(self) -> None:
        self.url = ""
        #: Path to status, further header lines, body. What is not here is 404.
        self.answers: dict[str, tuple[int, str, bytes]] = {}
        self.asked: Counter[str] = Counter()
        self.was_asked = asyncio.Event()
        #: Set: everybody waits until it is done.
        self.waits: asyncio.Event | None = None
        self._server: asyncio.Server | None = None
        self._port = 0

    def publish(self, content: bytes, path: str = "/jwks", status: int = 200, headers: str = "") -> None:
        """Answer a path from now on."""
        self.answers[path] = (status, headers, content)

    async def start(self) -> None:
        """Listen, at the same address as before."""
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"

    async def stop(self) -> None:
        """Answer nobody any more."""
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            path = head.split(" ")[1]
            self.asked[path] += 1
            self.was_asked.set()
            if self.waits is not None:
                await self.waits.wait()
            status, headers, body = self.answers.get(path, (404, "", b""))
            line = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{headers}\r\n"
            writer.write(line.encode() + body)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            await asyncio.gather(writer.wait_closed(), return_exceptions=True)


@asynccontextmanager
async def publishing() -> AsyncIterator[Publisher]:
    """Stand by until the end of the block."""
    publisher = Publisher()
    await publisher.start()
    try:
        yield publisher
    finally:
        if publisher.waits is not None:
            publisher.waits.set()
        await publisher.stop()
