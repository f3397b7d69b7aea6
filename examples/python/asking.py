"""How the generated client asks: over HTTP with httpx, subscriptions by graphql-transport-ws with websockets."""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any, Self

import httpx
from concertation_client.base_model import UnsetType
from pydantic import BaseModel
from pydantic_core import to_jsonable_python
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

PROTOCOL = Subprotocol("graphql-transport-ws")


class NoAnswer(Exception):
    """What came back is no data: errors of GraphQL, or no GraphQL at all."""

    def __init__(self, said: object, status: int = 200) -> None:
        """Keep what was said, and the status of HTTP."""
        super().__init__(said)
        self.status = status


class AsyncBaseClient:
    """Asks one API. As a context, it closes its connections at the end."""

    def __init__(self, url: str, headers: Mapping[str, str] | None = None) -> None:
        """Ask there, with these headers; sockets say `Authorization` in their first message."""
        self._url = url
        self._http = httpx.AsyncClient(headers=dict(headers or {}), timeout=30.0)

    async def __aenter__(self) -> Self:
        """Begin."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """End."""
        await self._http.aclose()

    async def execute(self, query: str, operation_name: str, variables: dict[str, object]) -> httpx.Response:
        """Send a query or a mutation."""
        return await self._http.post(self._url, json=_asked(query, operation_name, variables))

    def get_data(self, response: httpx.Response) -> dict[str, Any]:
        """Give the data of an answer.

        Raises:
            NoAnswer: it has none, or errors beside it.
        """
        try:
            answer = response.json()
        except ValueError:
            raise NoAnswer(response.text[:200], response.status_code) from None
        return _data(answer, response.status_code)

    async def execute_ws(
        self, query: str, operation_name: str, variables: dict[str, object]
    ) -> AsyncIterator[dict[str, Any]]:
        """Subscribe, and give the data of each message until the subscription is over.

        Raises:
            NoAnswer: the subscription is refused, or a message has errors.
        """
        token = self._http.headers.get("authorization")
        language = {"Accept-Language": self._http.headers.get("accept-language", "fr")}
        async with connect(
            self._url.replace("http", "ws", 1), subprotocols=[PROTOCOL], additional_headers=language
        ) as socket:
            hello = {"type": "connection_init", "payload": {"authorization": token} if token else {}}
            await socket.send(json.dumps(hello))
            async for message in socket:
                said = json.loads(message)
                match said["type"]:
                    case "connection_ack":
                        asked = _asked(query, operation_name, variables)
                        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": asked}))
                    case "next":
                        yield _data(said["payload"])
                    case "ping":
                        await socket.send('{"type": "pong"}')
                    case "error":
                        raise NoAnswer(said["payload"])
                    case "complete":
                        return


def _asked(query: str, operation_name: str, variables: dict[str, object]) -> dict[str, object]:
    given = {name: _plain(value) for name, value in variables.items() if not isinstance(value, UnsetType)}
    return {"query": query, "operationName": operation_name, "variables": given}


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(by_alias=True, exclude_unset=True, mode="json")
    return to_jsonable_python(value)


def _data(answer: dict[str, Any], status: int = 200) -> dict[str, Any]:
    if answer.get("errors") or not answer.get("data"):
        raise NoAnswer(answer.get("errors"), status)
    found: dict[str, Any] = answer["data"]
    return found
