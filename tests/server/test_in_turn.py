"""The suite against several replicas: requests go round, every application lives, and no test goes past it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tests.fixtures.replicas import InTurn

TESTS = Path(__file__).parents[1]
ITSELF = {
    "fixtures/replicas.py",  # where they are made
    "api/test_across_replicas.py",  # which has two of its own
}


def saying(name: str, living: list[str]) -> Starlette:
    """An application that says its name."""

    async def answer(request: Request) -> Response:
        return PlainTextResponse(name)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        living.append(name)
        yield
        living.remove(name)

    return Starlette(routes=[Route("/", answer)], lifespan=lifespan)


async def test_requests_go_to_all_in_turn_while_all_live() -> None:
    living: list[str] = []
    app = InTurn([saying("a", living), saying("b", living)])
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http,
    ):
        assert living == ["a", "b"]
        assert [(await http.get("/")).text for _ in range(4)] == ["a", "b", "a", "b"]
    assert living == []


def test_whoever_makes_an_application_or_a_worker_makes_as_many_as_are_asked_for() -> None:
    past = re.compile(r"^\s*from server\.(app import .*create_app|worker import .*compose)\b", re.MULTILINE)
    found = {str(file.relative_to(TESTS)) for file in TESTS.rglob("*.py") if past.search(file.read_text())}
    assert found == ITSELF
