"""Headers that say whom was asked, by whom, and how: through the real server, as the command starts it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from server.addresses import address_of
from server.serving import Server, listening
from server.settings import Settings
from tests.api.sockets import TRANSPORT
from tests.fixtures.replicas import create_app

FORGED = {"x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https", "x-forwarded-host": "evil.example"}


@asynccontextmanager
async def served(app: Starlette, settings: Settings) -> AsyncIterator[str]:
    """Serve as the command does, at `host:port`."""
    address: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    server = Server(listening(app, settings), address.set_result)
    serving = asyncio.ensure_future(server.serve())
    try:
        yield await address
    finally:
        server.should_exit = True
        server.force_exit = True
        await serving


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path,
        database_url=SecretStr("postgresql://127.0.0.1:1/none"),
        temporal_address="127.0.0.1:1",
        database_timeout=0.2,
        shutdown_timeout=1,
    )


async def test_a_forged_host_gets_nothing_of_http_or_of_a_socket(settings: Settings) -> None:
    async with served(create_app(settings), settings) as address, httpx.AsyncClient() as http:
        for language, said in (
            ("fr", "CONCERTATION_HOSTS"),
            ("en", "This service does not go by that host name"),
        ):
            headers = {"host": "evil.example", "accept-language": language}
            refused = await http.post(
                f"http://{address}/graphql", json={"query": "{ __typename }"}, headers=headers
            )
            assert refused.status_code == 421
            (error,) = refused.json()["errors"]
            assert error["extensions"] == {"code": "BAD_USER_INPUT"}
            assert said in error["message"]
            assert refused.headers["content-security-policy"]
        forwarded = {"host": "evil.example", "x-forwarded-host": address}
        assert (await http.get(f"http://{address}/", headers=forwarded)).status_code == 421
        assert (await http.get(f"http://{address}/", headers=FORGED)).status_code == 200
        assert (await http.get(f"http://{address}/healthz", headers={"host": "10.0.0.7"})).status_code == 200
        with pytest.raises(InvalidStatus) as closed:
            host, port = address.split(":")
            await connect("ws://evil.example/graphql", host=host, port=int(port), subprotocols=[TRANSPORT])
        assert closed.value.response.status_code == 403


@pytest.mark.parametrize(
    ("trusted", "found"),
    [
        ("", ["127.0.0.1", "http"]),
        ("10.0.0.0/8", ["127.0.0.1", "http"]),
        ("127.0.0.1", ["203.0.113.9", "https"]),
    ],
)
async def test_what_a_proxy_says_is_believed_only_of_one_that_is_trusted(
    settings: Settings, trusted: str, found: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", trusted)
    named = settings.model_copy(update={"trusted_proxies": Settings().trusted_proxies})

    async def told(request: Request) -> JSONResponse:
        return JSONResponse([address_of(request), request.url.scheme])

    async with served(Starlette(routes=[Route("/", told)]), named) as address, httpx.AsyncClient() as http:
        assert json.loads((await http.get(f"http://{address}/", headers=FORGED)).text) == found


async def test_https_is_kept_to_where_people_come_by_it(settings: Settings) -> None:
    for public, proxies, headers, kept in (
        (None, "", {}, False),
        (None, "", FORGED, False),
        (None, "127.0.0.1", FORGED, True),
        ("http://localhost", "", {}, False),
        ("https://concertation.exemple.fr", "", {}, True),
    ):
        own = settings.model_copy(update={"public_url": public, "trusted_proxies": proxies})
        async with served(create_app(own), own) as address, httpx.AsyncClient() as http:
            answer = await http.get(f"http://{address}/", headers=headers)
            assert ("strict-transport-security" in answer.headers) is kept
