"""A small GraphQL server that says what a test tells it to: answers, silence, sockets that break."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

DROP = "drop"
"""Close the connection without an answer."""
HANG = "hang"
"""Never answer."""


@dataclass
class FakeHttp:
    """Answers one request after the other with the next of `script`; the last one stays."""

    script: list[Any]
    seen: list[dict[str, Any]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    asked: list[list[str]] = field(default_factory=list)
    url: str = ""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[FakeHttp]:
        server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/graphql"
        try:
            yield self
        finally:
            server.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        headers = dict(line.split(": ", 1) for line in head.splitlines()[1:] if ": " in line)
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        self.asked.append(head.split(" ", 2)[:2])
        self.seen.append(json.loads(body) if body[:1] == b"{" else {"body": body.decode()})
        self.tokens.append(headers.get("authorization", ""))
        answer = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if answer == HANG:
            await reader.read()
        elif answer != DROP:
            status, said = answer if isinstance(answer, tuple) else (200, json.dumps(answer))
            head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(said.encode())}\r\nConnection: close\r\n\r\n"
            writer.write((head + said).encode())
            await writer.drain()
        writer.close()


def fault(code: str) -> dict[str, Any]:
    """What the API answers when something is wrong with it, or with the request."""
    return {"data": None, "errors": [{"message": "un ennui", "extensions": {"code": code}}]}


def event(seq: int, kind: str = "vote_cast") -> dict[str, Any]:
    """A ledger event as the subscription sends it."""
    return {
        "__typename": "BallotEvent", "seq": seq, "at": "2026-03-02T08:00:00Z", "kind": kind,
        "summary": f"Événement {seq}.", "round": 1, "stageKey": "appel",
    }  # fmt: skip


@dataclass
class FakeSocket:
    """Speaks graphql-transport-ws. `connections` says for each connection what is sent after the subscription."""

    connections: list[Callable[[int], list[Any]]]
    asked: list[dict[str, Any]] = field(default_factory=list)
    pongs: int = 0
    url: str = ""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[FakeSocket]:
        async with serve(
            self._speak, "127.0.0.1", 0, subprotocols=[Subprotocol("graphql-transport-ws")]
        ) as server:
            self.url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/graphql"
            yield self

    async def _speak(self, socket: ServerConnection) -> None:
        assert json.loads(await socket.recv())["type"] == "connection_init"
        await socket.send('{"type":"ping"}')
        assert json.loads(await socket.recv())["type"] == "pong"
        self.pongs += 1
        await socket.send('{"type":"connection_ack"}')
        begun = json.loads(await socket.recv())
        assert begun["type"] == "subscribe"
        self.asked.append(begun["payload"])
        script = self.connections.pop(0) if len(self.connections) > 1 else self.connections[0]
        for message in script(begun["payload"]["variables"]["after"]):
            if message == DROP:
                return
            if message == HANG:
                await socket.wait_closed()
                return
            await socket.send(json.dumps(as_message(begun["id"], message)))


def as_message(identifier: str, message: dict[str, Any]) -> dict[str, Any]:
    if "type" in message:
        return {"id": identifier, **message}
    return {"id": identifier, "type": "next", "payload": {"data": {"concertationEvents": message}}}
