"""A client of the API, as any: GraphQL over HTTP with a bearer token and the project's own documents."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from benchmarks.stack import Stack

_OPERATIONS = Path(__file__).parents[1] / "graphql" / "operations"


class Asking:
    """Asks in one role, over one connection that stays open."""

    def __init__(self, client: httpx.AsyncClient, url: str) -> None:
        self._client = client
        self._url = url
        self._documents: dict[str, str] = {}

    async def ask(self, operation: str, **variables: Any) -> dict[str, Any]:
        """Send the document of this name in graphql/operations; give its data."""
        if operation not in self._documents:
            self._documents[operation] = (_OPERATIONS / f"{operation}.graphql").read_text()
        asked = {"query": self._documents[operation], "operationName": operation, "variables": variables}
        response = await self._client.post(self._url, json=asked)
        response.raise_for_status()
        answer = response.json()
        if "errors" in answer:
            raise RuntimeError(f"{operation}: {answer['errors']}")
        data: dict[str, Any] = answer["data"]
        return data

    async def do(self, operation: str, **given: Any) -> dict[str, Any]:
        """Send a mutation with a key of its own; give what it accepted."""
        asked = given | {"idempotencyKey": str(uuid4())}
        (result,) = (await self.ask(operation, input=asked)).values()
        if "code" in result:
            raise RuntimeError(f"{operation} was refused: {result}")
        accepted: dict[str, Any] = result
        return accepted

    async def draft(self) -> str:
        """Draft a concertation by the five-stage procedure; give its id."""
        accepted = await self.do(
            "DraftConcertation", slug=f"essai-{uuid4()}", title={"fr": "Essai"}, procedure="standard"
        )
        concertation: str = accepted["concertation"]["id"]
        return concertation


@asynccontextmanager
async def asking(stack: Stack, role: str) -> AsyncIterator[Asking]:
    """Give a client in one of the demo roles."""
    headers = {"Authorization": f"Bearer {stack.token(role)}"}
    async with httpx.AsyncClient(headers=headers, timeout=10) as client:
        yield Asking(client, stack.graphql_url)
