"""So many clients at once, each with a connection of its own that stays open, as light as Python can make them.

They share two processors with what they measure, so a request is bytes that were made before, and an answer is read
only as far as its length and whether it is the one hoped for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter


class Unexpected(RuntimeError):
    """An answer that is not the one hoped for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How the requests of one window went."""

    #: Requests answered in a second.
    rate: float
    #: Seconds from request to answer that 99 % stayed below.
    p99: float
    #: How many were answered.
    requests: int


def request(path: str, host: str, body: bytes, token: str | None = None) -> bytes:
    """Write a POST of JSON."""
    authorization = f"Authorization: Bearer {token}\r\n" if token else ""
    head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n{authorization}"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def load(host: str, port: int, requests: Sequence[bytes], hoped_for: bytes, clients: int) -> Load:
    """Send all requests, each client one after the other.

    Raises:
        Unexpected: an answer does not contain `hoped_for`, or is no 200.
    """
    left = iter(requests)
    connected = [await _Client.connect(host, port, left, hoped_for) for _ in range(clients)]
    start = perf_counter()
    for client in connected:
        client.go()
    taken = [seconds for client in connected for seconds in await client.done]
    elapsed = perf_counter() - start
    for client in connected:
        client.close()
    taken.sort()
    return Load(rate=len(taken) / elapsed, p99=taken[int(len(taken) * 0.99)], requests=len(taken))


class _Client(asyncio.Protocol):
    def __init__(self, requests: Iterator[bytes], hoped_for: bytes) -> None:
        self._requests = requests
        self._hoped_for = hoped_for
        self._transport: asyncio.WriteTransport | None = None
        self._read = b""
        self._sent = 0.0
        self._taken: list[float] = []
        self.done: asyncio.Future[list[float]] = asyncio.get_running_loop().create_future()

    @classmethod
    async def connect(cls, host: str, port: int, requests: Iterator[bytes], hoped_for: bytes) -> _Client:
        loop = asyncio.get_running_loop()
        _, client = await loop.create_connection(lambda: cls(requests, hoped_for), host, port)
        return client

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def go(self) -> None:
        """Send the next request, if one is left."""
        asked = next(self._requests, None)
        if asked is None:
            self.done.set_result(self._taken)
            return
        assert self._transport is not None
        self._read = b""
        self._sent = perf_counter()
        self._transport.write(asked)

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, end, body = self._read.partition(b"\r\n\r\n")
        if not end or len(body) < _length(head):
            return
        self._taken.append(perf_counter() - self._sent)
        if not head.startswith(b"HTTP/1.1 200") or self._hoped_for not in body:
            self.done.set_exception(Unexpected(self._read.decode(errors="replace")))
            return
        self.go()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(Unexpected(f"the connection was closed: {exc}"))

    def close(self) -> None:
        """Close the connection."""
        assert self._transport is not None
        self._transport.close()


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    return 0
