"""So many subscribers, each on a socket of its own, as light as Python can make them; they tell when each event came.

Run as `python -m benchmarks.listeners`, it is told on one line of its standard input, as JSON, where to connect, what
to follow and who follows (a token each, or none). It prints `ready` once everybody has the last event so far; then a
line of JSON for each event that everybody has: its number, and after how many seconds each had it. It ends with its
input.
"""

from __future__ import annotations

import asyncio
import base64
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from time import time
from urllib.parse import urlsplit

import orjson

_DOCUMENT = Path(__file__).parents[1] / "graphql" / "operations" / "Events.graphql"
_AT_ONCE = 20
"""Sockets that are being opened at a time."""
_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10
_WITHIN = 120.0


@dataclass(frozen=True, kw_only=True)
class Following:
    """Who follows what."""

    url: str
    concertation: str
    #: The last event so far: with the one before it in hand, everybody is sent this one first.
    seq: int
    #: One per subscriber; empty for who is not signed in.
    tokens: list[str]


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """How one event came to everybody."""

    seq: int
    #: Seconds from the instant that the event is recorded with until the socket had it, one per subscriber.
    taken: list[float]


class Listeners:
    """The process of the subscribers, seen from the one who measures."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def next(self) -> Delivery:
        """Wait until everybody has the next event."""
        assert self._process.stdout is not None
        async with asyncio.timeout(_WITHIN):
            line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError("the subscribers have gone")
        return Delivery(**orjson.loads(line))


@asynccontextmanager
async def listeners(following: Following) -> AsyncIterator[Listeners]:
    """Have everybody subscribed for the length of the block."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.listeners"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**24,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(orjson.dumps(asdict(following)) + b"\n")
        async with asyncio.timeout(_WITHIN):
            if await process.stdout.readline() != b"ready\n":
                raise RuntimeError("not everybody could subscribe")
        yield Listeners(process)
    finally:
        process.stdin.close()
        await process.wait()


class _Everybody:
    """Collects who has what."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._taken: dict[int, list[float]] = {}
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.ready = asyncio.Event()

    def has(self, payload: bytes, at: float) -> None:
        event = orjson.loads(payload)["payload"]["data"]["concertationEvents"]
        if event["kind"] == "figures_updated":
            return
        seq = event["seq"]
        taken = self._taken.setdefault(seq, [])
        taken.append(at - datetime.fromisoformat(event["at"]).timestamp())
        if len(taken) < self._number:
            return
        del self._taken[seq]
        if not self.ready.is_set():
            self.ready.set()
        else:
            sys.stdout.buffer.write(orjson.dumps({"seq": seq, "taken": taken}) + b"\n")
            sys.stdout.buffer.flush()

    def fail(self, why: str) -> None:
        if not self.failed.done():
            self.failed.set_exception(RuntimeError(why))


class _Subscriber(asyncio.Protocol):
    """One socket: the handshake, the two messages of the protocol, then what comes."""

    def __init__(self, following: Following, token: str, everybody: _Everybody) -> None:
        self._following = following
        self._token = token
        self._everybody = everybody
        self._transport: asyncio.WriteTransport | None = None
        self._read = bytearray()
        self._is_open = False
        self.subscribed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport
        at = urlsplit(self._following.url)
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            (
                f"GET {at.path} HTTP/1.1\r\nHost: {at.netloc}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
                "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
            ).encode()
        )

    def data_received(self, data: bytes) -> None:
        at = time()
        self._read += data
        if not self._is_open:
            head, end, rest = self._read.partition(b"\r\n\r\n")
            if not end:
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self._everybody.fail(head.decode(errors="replace"))
                return
            self._is_open, self._read = True, rest
            said = {"authorization": f"Bearer {self._token}"} if self._token else {}
            self._send(_TEXT, orjson.dumps({"type": "connection_init", "payload": said}))
        while (frame := self._frame()) is not None:
            self._take(*frame, at)

    def _frame(self) -> tuple[int, bytes] | None:
        """Take the next whole frame from what was read."""
        read = self._read
        if len(read) < 2:
            return None
        length, start = read[1] & 127, 2
        if length > 125:
            start = 4 if length == 126 else 10
            length = int.from_bytes(read[2:start])
        if len(read) < start + length:
            return None
        payload = bytes(read[start : start + length])
        opcode = read[0] & 15
        del read[: start + length]
        return opcode, payload

    def _take(self, opcode: int, payload: bytes, at: float) -> None:
        if opcode == _PING:
            self._send(_PONG, payload)
        elif opcode == _CLOSE:
            self._everybody.fail(payload[2:].decode(errors="replace"))
        elif b'"connection_ack"' in payload[:40]:
            self._send(_TEXT, orjson.dumps({"id": "1", "type": "subscribe", "payload": self._asked()}))
        elif b'"next"' in payload[:40]:
            if not self.subscribed.done():
                self.subscribed.set_result(None)
            self._everybody.has(payload, at)
        else:
            self._everybody.fail(payload.decode())

    def _asked(self) -> dict[str, object]:
        variables = {"concertationId": self._following.concertation, "after": self._following.seq - 1}
        return {"query": _DOCUMENT.read_text(), "operationName": "Events", "variables": variables}

    def _send(self, opcode: int, payload: bytes) -> None:
        assert self._transport is not None
        length = len(payload)
        size = bytes([128 | length]) if length < 126 else bytes([254]) + length.to_bytes(2)
        # A mask of zeros is a mask, too (RFC 6455, 5.3, asks for a new one to protect proxies; here there is none).
        self._transport.write(bytes([128 | opcode]) + size + bytes(4) + payload)

    def connection_lost(self, exc: Exception | None) -> None:
        self._everybody.fail(f"a socket was closed: {exc}")


async def _listen(following: Following) -> None:
    everybody = _Everybody(len(following.tokens))
    await _subscribe(following, everybody, following.tokens)
    await _or_failed(everybody, everybody.ready.wait())
    print("ready", flush=True)
    await _or_failed(everybody, asyncio.to_thread(sys.stdin.read))


async def _subscribe(following: Following, everybody: _Everybody, tokens: Sequence[str]) -> None:
    at = urlsplit(following.url)
    assert at.hostname is not None
    assert at.port is not None
    host, port = at.hostname, at.port
    loop, at_once = asyncio.get_running_loop(), asyncio.Semaphore(_AT_ONCE)

    async def one(token: str) -> None:
        async with at_once:
            _, socket = await loop.create_connection(
                lambda: _Subscriber(following, token, everybody), host, port
            )
            await _or_failed(everybody, socket.subscribed)

    await asyncio.gather(*map(one, tokens))


async def _or_failed(everybody: _Everybody, awaited: Awaitable[object]) -> None:
    """Wait for it, unless a socket fails first."""
    task = asyncio.ensure_future(awaited)
    await asyncio.wait((task, everybody.failed), return_when=asyncio.FIRST_COMPLETED)
    if everybody.failed.done():
        everybody.failed.result()


if __name__ == "__main__":
    from server.leaving import leave

    asyncio.run(_listen(Following(**orjson.loads(sys.stdin.readline()))))
    leave(0)
