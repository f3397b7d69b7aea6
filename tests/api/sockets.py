"""A client of the subscription, in the protocol graphql-transport-ws, against a real server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import websockets
from starlette.types import ASGIApp
from websockets.asyncio.client import ClientConnection
from websockets.typing import Subprotocol

from server.serving import Server, listening
from server.settings import Settings
from tests.api.house import document

TRANSPORT = Subprotocol("graphql-transport-ws")


@asynccontextmanager
async def served(app: ASGIApp, *, port: int = 0, **more: Any) -> AsyncIterator[str]:
    """Serve an application that has started already, as `concertation api` would, on any free port unless told.

    Gives `host:port`.
    """
    config = listening(app, Settings(host="127.0.0.1", port=port, **more))
    config.lifespan = "off"
    address: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    server = Server(config, address.set_result)
    serving = asyncio.ensure_future(server.serve())
    try:
        yield await address
    finally:
        server.should_exit = True
        server.force_exit = True
        await serving


class Socket:
    """One connection, with at most one subscription at a time."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def begin(self, authorization: str | None = None) -> dict[str, Any]:
        payload = {"authorization": authorization} if authorization else {}
        await self.send(type="connection_init", payload=payload)
        return await self.receive()

    async def send(self, **message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def receive(self) -> dict[str, Any]:
        async with asyncio.timeout(20):
            found: dict[str, Any] = json.loads(await self.connection.recv())
            return found

    async def answer(self, query: str, variables: dict[str, Any] | None = None, id: str = "9") -> Any:
        """Ask a query or a mutation, and give what is answered: data and errors, or a list of errors alone."""
        await self.send(type="subscribe", id=id, payload={"query": query, "variables": variables or {}})
        answer = await self.receive()
        assert answer["id"] == id, answer
        if answer["type"] == "next":
            assert await self.receive() == {"type": "complete", "id": id}
        return answer["payload"]

    async def follow(self, concertation: str, after: int | None = None, *, figures: bool = False) -> None:
        variables = {"concertationId": concertation, "after": after, "figures": figures}
        await self.send(
            type="subscribe", id="1", payload={"query": document("Events"), "variables": variables}
        )

    async def event(self) -> dict[str, Any]:
        message = await self.receive()
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        found: dict[str, Any] = message["payload"]["data"]["concertationEvents"]
        return found

    async def events(self, until: int) -> list[dict[str, Any]]:
        """Receive until the event with a number has come."""
        found = [await self.event()]
        while found[-1]["seq"] < until:
            found.append(await self.event())
        return found


@asynccontextmanager
async def connected(address: str, *protocols: Subprotocol) -> AsyncIterator[Socket]:
    async with websockets.connect(
        f"ws://{address}/graphql", subprotocols=list(protocols or (TRANSPORT,))
    ) as connection:
        yield Socket(connection)
