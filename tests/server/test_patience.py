"""Clients who trickle, and clients who do not read: cut after a bound, while others are served."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server import patience
from server.bodies import BodyTooSlow, read_within
from server.patience import MOST_HEAD, TRY_AGAIN_LATER, PatientSocket
from server.serving import Server, listening
from server.settings import Settings

HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
HELLO = b"GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"
CHUNK = "x" * 100_000
SOON = 20
"""Seconds within which a busy machine does what takes it a second at most."""


@asynccontextmanager
async def served(app: ASGIApp, *, request: float = 0.3, unread: float = 0.3) -> AsyncIterator[int]:
    """Serve an application; gives the port."""
    settings = Settings(host="127.0.0.1", port=0, request_timeout=request, unread_timeout=unread)
    config = listening(app, settings)
    config.lifespan = "off"
    address: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    server = Server(config, address.set_result)
    serving = asyncio.ensure_future(server.serve())
    try:
        yield int((await address).rpartition(":")[2])
    finally:
        server.should_exit = server.force_exit = True
        await serving


async def becomes(true: Callable[[], bool]) -> None:
    for _ in range(100 * SOON):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never was")


async def ended(reader: asyncio.StreamReader) -> bytes:
    """Read until the server ends the connection."""
    async with asyncio.timeout(SOON):
        try:
            return await reader.read()
        except ConnectionResetError:
            return b""


class App:
    """Says hello; or sends what nobody may want to read, and counts it."""

    def __init__(self) -> None:
        self.sent = 0
        self.bodies: list[bytes] = []
        self.heard: asyncio.Queue[Message] = asyncio.Queue()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._socket(receive, send)
            return
        self.bodies.append(await Request(scope, receive).body())
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(0 if scope["path"] == "/hello" else 1_000):
            await send({"type": "http.response.body", "body": CHUNK.encode(), "more_body": True})
            self.sent += 1
        await send({"type": "http.response.body", "body": b""})

    async def _socket(self, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})

        async def talk() -> None:
            while True:
                await send({"type": "websocket.send", "text": CHUNK})
                self.sent += 1

        talking = asyncio.create_task(talk())
        self.heard.put_nowait(await receive())
        talking.cancel()


async def hello(port: int) -> bool:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(HELLO)
    async with asyncio.timeout(SOON):
        found = await reader.readuntil(b"\r\n\r\n")
    writer.close()
    return found.startswith(b"HTTP/1.1 200")


async def test_a_connection_without_a_request_is_ended() -> None:
    async with served(App()) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert await ended(reader) == b""
        writer.close()


@pytest.mark.parametrize("after", [b"", HELLO])
async def test_a_head_that_trickles_is_cut_also_on_a_connection_that_was_used(after: bytes) -> None:
    async with served(App()) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        if after:
            writer.write(after)
            await reader.readuntil(b"0\r\n\r\n")
        ending = asyncio.create_task(ended(reader))
        for sign in b"GET / HTTP/1.1\r\nX: " + b"a" * 10_000:
            if ending.done():
                break
            writer.write(bytes([sign]))
            await asyncio.sleep(0.02)
            assert await hello(port)
        assert await ending == b""
        writer.close()


async def test_a_head_without_end_is_cut_before_it_takes_memory() -> None:
    async with served(App(), request=SOON) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nX: " + b"a" * (2 * MOST_HEAD))
        assert await ended(reader) == b""
        writer.close()


async def test_a_body_that_trickles_is_cut_and_a_slow_one_is_not() -> None:
    app = App()
    async with served(app, request=0.4) as port:
        for size, at_once in ((1_000_000, 1), (6_000, 1_000)):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(f"POST /hello HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n".encode())
            ending = asyncio.create_task(reader.read(12))
            for _ in range(size // at_once):
                if ending.done():
                    break
                writer.write(b"a" * at_once)
                await asyncio.sleep(0.15)
            try:
                got = await ending
            except ConnectionResetError:
                got = b""
            assert got == (b"HTTP/1.1 200" if at_once > 1 else b"")
            writer.close()
    assert [len(body) for body in app.bodies if len(body) == 6_000] == [6_000]


async def test_a_body_that_is_read_whole_is_waited_for_so_long() -> None:
    async def never() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    request = Request({"type": "http", "method": "POST", "headers": []}, never)
    with pytest.raises(BodyTooSlow):
        await read_within(request, 1_000, 0.01)


def unread(port: int) -> socket.socket:
    """Connect with a small window, and read nothing unless told to."""
    found = socket.socket()
    found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    found.connect(("127.0.0.1", port))
    return found


async def rest(silent: socket.socket) -> bytes:
    """Read after all, to the end."""
    silent.setblocking(False)
    got = bytearray()
    async with asyncio.timeout(SOON):
        try:
            while piece := await asyncio.get_running_loop().sock_recv(silent, 1_000_000):
                got += piece
        except ConnectionResetError:
            pass
    return bytes(got)


async def test_an_answer_that_nobody_reads_is_not_kept_and_keeps_nobody_waiting() -> None:
    app = App()
    async with served(app) as port:
        with unread(port) as silent:
            silent.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            await becomes(lambda: app.sent > 0)
            for _ in range(5):
                assert await hello(port)
            assert app.sent < 1_000
            await becomes(lambda: app.sent == 1_000)  # once it is cut, what is left goes nowhere, at once
            assert len(await rest(silent)) < 10_000_000


async def test_a_socket_that_is_not_read_holds_little_is_closed_with_a_code_and_holds_up_no_other() -> None:
    app = App()
    async with served(app) as port:
        with unread(port) as silent:
            silent.sendall(HANDSHAKE)
            async with asyncio.timeout(SOON):
                assert await hello(port)
                heard = await app.heard.get()
            assert heard["code"] == TRY_AGAIN_LATER
            assert app.sent * len(CHUNK) < 10_000_000  # what the kernel takes, and little more
            got = await rest(silent)
            assert got.startswith(b"HTTP/1.1 101")
            assert got.endswith(TRY_AGAIN_LATER.to_bytes(2, "big") + b"Messages are not read")


async def test_a_socket_that_is_never_read_again_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    lost: list[PatientSocket] = []
    losing = PatientSocket.connection_lost

    def connection_lost(self: PatientSocket, exc: Exception | None) -> None:
        losing(self, exc)
        lost.append(self)

    monkeypatch.setattr(PatientSocket, "connection_lost", connection_lost)
    monkeypatch.setattr(patience, "_LAST_WORDS", 0.1)
    app = App()
    async with served(app) as port:
        with unread(port) as silent:
            silent.sendall(HANDSHAKE)
            await becomes(lambda: bool(lost))


async def test_requests_of_a_client_who_left_are_not_begun(caplog: pytest.LogCaptureFixture) -> None:
    begun: list[str] = []
    left: list[Message] = []

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        begun.append(scope["path"])
        await receive()
        left.append(await receive())
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"to nobody"})

    async with served(slow) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HELLO * 5)
        await becomes(lambda: bool(begun))
        writer.transport.abort()
        await becomes(lambda: bool(left))
        _, other = await asyncio.open_connection("127.0.0.1", port)
        other.write(HELLO.replace(b"/hello", b"/other"))
        await becomes(lambda: "/other" in begun)
        other.transport.abort()
        await becomes(lambda: len(left) == 2)
    assert begun == ["/hello", "/other"]
    assert {message["type"] for message in left} == {"http.disconnect"}
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_a_handshake_that_is_answered_is_no_fault_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async def refusing(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.http.response.start", "status": 429, "headers": []})
        await send({"type": "websocket.http.response.body", "body": b"no"})

    async with served(refusing) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HANDSHAKE)
        assert b" 429 " in await ended(reader)
        writer.close()
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
