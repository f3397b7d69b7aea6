"""The floors of `submit_*`: a bare endpoint that calls the same SQL function, and one that inserts a bare row.

Run as `python -m benchmarks.bare_door DSN POOL`, it serves both on a free port of loopback and prints that port: no
token, no GraphQL, no check of anything before the database.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

TABLE = "bench_bare"
SUBMIT = """
    SELECT submit_contribution(
        $1, $2, $3, $4, $4, NULL, 'online', '{}', $5, NULL, NULL, $6, p_answers => $7, p_questionnaire => $8)
"""
INSERT = f"INSERT INTO {TABLE} (member, body, answers, key) VALUES ($1, $2, $3, $4)"


def app(dsn: str, size: int) -> Starlette:
    """Give the application with a pool of `size` connections."""
    held: dict[str, asyncpg.Pool[Any]] = {}

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        held["pool"] = await asyncpg.create_pool(dsn, min_size=size, max_size=size)
        yield
        held["pool"].terminate()

    async def submit(request: Request) -> Response:
        asked = orjson.loads(await request.body())
        async with held["pool"].acquire() as connection:
            receipt = await connection.fetchval(
                SUBMIT,
                UUID(asked["concertation"]),
                asked["round"],
                asked["stage"],
                asked["member"],
                asked["body"],
                asked["key"],
                asked["answers"],
                asked["questionnaire"],
            )
        return Response(receipt, media_type="application/json")

    async def insert(request: Request) -> Response:
        asked = orjson.loads(await request.body())
        async with held["pool"].acquire() as connection:
            await connection.execute(INSERT, asked["member"], asked["body"], asked["answers"], asked["key"])
        return Response(b"{}", media_type="application/json")

    return Starlette(
        routes=[Route("/submit", submit, methods=["POST"]), Route("/insert", insert, methods=["POST"])],
        lifespan=lifespan,
    )


class _Server(uvicorn.Server):
    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        print(self.servers[0].sockets[0].getsockname()[1], flush=True)


if __name__ == "__main__":
    config = uvicorn.Config(app(sys.argv[1], int(sys.argv[2])), port=0, log_level="warning", access_log=False)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_Server(config).serve())
