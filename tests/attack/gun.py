"""Whoever attacks: from an address of their own on loopback, with what was made ready for them.

Every answer is held to what holds for all: it is no fault of ours, tells nothing of our inside, and has its headers.
A 429 is as good as a refusal: whoever gets one was turned away earlier.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

import httpx
import websockets
from websockets.asyncio.client import ClientConnection
from websockets.typing import Origin, Subprotocol

INSIDE = re.compile(r"Traceback|asyncpg|strawberry|\.py\b|SELECT |INSERT |relation \"|concertation_app")
TRANSPORT = Subprotocol("graphql-transport-ws")
PATIENCE = 60.0


@dataclass(frozen=True, kw_only=True)
class Target:
    """What is attacked."""

    #: `http://…/graphql`.
    url: str
    data_dir: str
    #: Demo tokens by role.
    tokens: Mapping[str, str]
    #: An open concertation, and its call for input.
    concertation: str
    stage: str

    def written(self) -> str:
        """Write it for another process."""
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, written: str) -> Self:
        """Read what was written."""
        return cls(**json.loads(written))

    @property
    def host(self) -> str:
        """The host and port of the API."""
        return urlsplit(self.url).netloc

    @property
    def folder(self) -> Path:
        """The data folder, which holds the development key."""
        return Path(self.data_dir)


class Answer(NamedTuple):
    """What came back."""

    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def content(self) -> Any:
        """The JSON of the answer; nothing if it is none."""
        try:
            return json.loads(self.text)
        except ValueError:
            return {}

    @property
    def codes(self) -> set[str]:
        """The codes of its errors."""
        return {error.get("extensions", {}).get("code", "") for error in self.content.get("errors", [])}

    @property
    def turned_away(self) -> bool:
        """Whether nobody looked at the request."""
        return self.status == 429 or "RATE_LIMITED" in self.codes


@dataclass
class Gun:
    """Asks from one address. What it counts is told at the end."""

    target: Target
    #: 127.0.0.2 and so on.
    address: str
    shots: int = 0
    turned_away: int = 0
    #: Connections that a volley keeps until the storm is over.
    held: list[Any] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        """Begin."""
        transport = httpx.AsyncHTTPTransport(local_address=self.address)
        self._http = httpx.AsyncClient(transport=transport, timeout=PATIENCE)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close everything."""
        await self.let_go()
        await self._http.aclose()

    async def let_go(self) -> None:
        """Close what is held."""
        while self.held:
            await asyncio.wait_for(self.held.pop().close(), PATIENCE)

    async def ask(
        self,
        query: str | None = None,
        variables: Mapping[str, Any] | None = None,
        *,
        method: str = "POST",
        content: bytes | None = None,
        token: str | None = None,
        **headers: str,
    ) -> Answer:
        """Send a document, or bytes as they are; names of headers have `_` for `-`."""
        body = (
            content if content is not None else json.dumps({"query": query, "variables": variables}).encode()
        )
        given = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        response = await self._http.request(method, self.target.url, content=body, headers=given)
        self.shots += 1
        answer = Answer(response.status_code, response.text, response.headers)
        self.turned_away += answer.turned_away
        assert answer.status < 500, f"HTTP {answer.status}: {answer.text[:300]}"
        assert "INTERNAL" not in answer.codes, answer.text[:300]
        assert not INSIDE.search(answer.text), f"it tells of its inside: {answer.text[:300]}"
        assert "content-security-policy" in answer.headers, "an answer without headers"
        return answer

    async def refused(self, *codes: str, **asked: Any) -> Answer:
        """Ask what must be refused with one of these codes and give nothing."""
        answer = await self.ask(**asked)
        if not answer.turned_away:
            assert answer.codes & set(codes), f"HTTP {answer.status} {answer.text[:300]}"
            assert not answer.content.get("data"), answer.text[:300]
        return answer

    @asynccontextmanager
    async def socket(
        self, *, host: str | None = None, origin: str | None = None
    ) -> AsyncIterator[ClientConnection]:
        """Open a socket that has not said who it is."""
        connection = await self.opened(host=host, origin=origin)
        try:
            yield connection
        finally:
            await connection.close()

    async def opened(self, *, host: str | None = None, origin: str | None = None) -> ClientConnection:
        """Open a socket and leave it open."""
        at = urlsplit(self.target.url)
        self.shots += 1
        return await websockets.connect(
            f"ws://{host or at.netloc}{at.path}",
            subprotocols=[TRANSPORT],
            origin=Origin(origin) if origin else None,
            host=at.hostname,
            port=at.port,
            local_addr=(self.address, 0),
            open_timeout=PATIENCE,
        )

    async def bytes(self, sent: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Send bytes that are perhaps no request, and leave the answer to whoever asks."""
        at = urlsplit(self.target.url)
        reader, writer = await asyncio.open_connection(
            at.hostname, at.port, local_addr=(self.address, 0), limit=1_000_000
        )
        writer.write(sent)
        await writer.drain()
        self.shots += 1
        return reader, writer
