"""One subscription over graphql-transport-ws: the protocol, and nothing of what to do when it ends."""

import json
from collections.abc import AsyncGenerator, Mapping
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, WebSocketException
from websockets.typing import Subprotocol

from server.demo.documents import document
from server.demo.faults import RequestFaulty

PROTOCOL = Subprotocol("graphql-transport-ws")
_ID = "1"
_HOPELESS = frozenset({"BAD_USER_INPUT", "UNAUTHENTICATED", "GRAPHQL_VALIDATION_FAILED"})


class Dropped(Exception):
    """The connection ended, or never came about. Nothing is lost: subscribe again after the last number."""


async def subscribe(
    url: str, operation: str, variables: Mapping[str, Any], *, language: str = "fr"
) -> AsyncGenerator[dict[str, Any], None]:
    """Give the `data` of every message, as long as the connection holds.

    Raises:
        Dropped: the connection ended, was refused, or the server completed the subscription.
        RequestFaulty: the API calls the subscription itself faulty.
    """
    try:
        async with connect(
            url,
            subprotocols=[PROTOCOL],
            additional_headers={"Accept-Language": language},
            open_timeout=5,
            close_timeout=1,
        ) as socket:
            await _begin(socket, operation, variables)
            async for text in socket:
                message = json.loads(text)
                match message["type"]:
                    case "next":
                        yield _data(operation, message["payload"])
                    case "ping":
                        await socket.send('{"type":"pong"}')
                    case "error":
                        raise _fault(operation, message["payload"])
                    case "complete":
                        raise Dropped("complete")
    except (OSError, TimeoutError, WebSocketException, InvalidHandshake) as fault:
        raise Dropped(type(fault).__name__) from None
    raise Dropped("closed")


async def _begin(socket: ClientConnection, operation: str, variables: Mapping[str, Any]) -> None:
    await socket.send('{"type":"connection_init","payload":{}}')
    message = json.loads(await socket.recv())
    while message["type"] == "ping":
        await socket.send('{"type":"pong"}')
        message = json.loads(await socket.recv())
    if message["type"] != "connection_ack":
        raise Dropped(message["type"])
    payload = {"operationName": operation, "query": document(operation), "variables": dict(variables)}
    await socket.send(json.dumps({"id": _ID, "type": "subscribe", "payload": payload}))


def _data(operation: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    if payload.get("errors"):
        raise _fault(operation, payload["errors"])
    data: dict[str, Any] = payload["data"]
    return data


def _fault(operation: str, errors: list[dict[str, Any]]) -> Exception:
    codes = {error.get("extensions", {}).get("code", "") for error in errors}
    if codes & _HOPELESS:
        return RequestFaulty(f"{operation}: {'; '.join(error.get('message', '?') for error in errors)}")
    return Dropped(", ".join(sorted(codes)) or "error")
