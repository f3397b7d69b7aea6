"""The committed configuration of the proxy, as Caddy itself understands it, in front of two APIs on this machine."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path

import asyncpg
import httpx
import pytest
import websockets

from domain.files.permission import LARGEST
from server.embedded.child import Child
from server.free_port import free_port
from tests.api.replicas import Pair, paired
from tests.api.sockets import connected
from tests.api.stage import Stage
from tests.api.test_files_on_the_wire import address, granted
from tests.fixtures.postgres import Database

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.stack,
    pytest.mark.skipif(shutil.which("caddy") is None, reason="caddy is not installed on this machine"),
]

CADDYFILE = Path(__file__).parents[2] / "docker" / "caddy" / "Caddyfile"
HERE = "127.0.0.1"


@asynccontextmanager
async def proxied(pair: Pair, folder: Path) -> AsyncIterator[str]:
    """Start the proxy in front of both; gives `host:port`."""
    port = free_port(HERE)
    caddy = Child("caddy", folder / "caddy.log")
    given = {
        "PROXY_SITES": f"http://{HERE}:{port}",
        "UPSTREAMS": " ".join(pair.own.values()),
        "PROXIES_IN_FRONT": "192.0.2.1/32",
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
    }
    command: list[str | Path] = ["caddy", "run", "--config", CADDYFILE, "--adapter", "caddyfile"]
    caddy.spawn(command, env={**os.environ, **given})
    async with httpx.AsyncClient() as client:

        async def ready() -> bool:
            try:
                return (await client.get(f"http://{HERE}:{port}/readyz")).status_code == 200
            except httpx.TransportError:
                return False

        await caddy.until(ready, 30)
    try:
        yield f"{HERE}:{port}"
    finally:
        await caddy.stop(signal.SIGTERM)


async def test_the_largest_file_goes_through_and_nobody_says_who_they_are(
    stage: Stage, database: Database, tmp_path: Path
) -> None:
    await stage.open()
    content = b"x" * LARGEST
    given = await granted(stage, content)
    async with (
        paired(tmp_path, database, trusted_proxies=HERE) as pair,
        proxied(pair, tmp_path) as site,
        httpx.AsyncClient(base_url=f"http://{site}", timeout=60) as client,
    ):
        sent = await client.put(given["url"], content=content)
        assert (sent.status_code, sent.json()["digest"]) == (201, sha256(content).hexdigest())
        fetched = await client.get(await address(stage, given))
        assert fetched.content == content
        asked = {"query": "{ serverTime }"}
        forged = {"authorization": "Bearer x", "x-forwarded-for": "203.0.113.9"}
        answers = [await client.post("/graphql", json=asked, headers=headers) for headers in ({}, forged)]
        assert [answer.status_code for answer in answers] == [200, 401]
        assert "server" not in answers[0].headers
        assert await refused_at(database) == HERE


async def refused_at(database: Database) -> str:
    """Give the address that the one wrong token came from: it is written every second."""
    connection = await asyncpg.connect(database.superuser)
    try:
        for _ in range(100):
            noted = await connection.fetch("SELECT address FROM audit WHERE what = 'token_refused'")
            if noted:
                (row,) = noted
                return str(row["address"])
            await asyncio.sleep(0.1)
    finally:
        await connection.close()
    raise AssertionError("nothing was noted")


@pytest.mark.long
async def test_behind_it_an_api_is_replaced_and_nobody_notices(
    stage: Stage, database: Database, tmp_path: Path
) -> None:
    await stage.open()
    seq = (await stage.about("{ seq }"))["seq"]
    async with (
        paired(tmp_path, database, drain_delay="6", trusted_proxies=HERE) as pair,
        proxied(pair, tmp_path) as site,
    ):
        stop = asyncio.Event()
        answered: Counter[int] = Counter()
        closed: list[int] = []
        told: list[int] = []

        async def ask() -> None:
            async with httpx.AsyncClient(timeout=20) as client:
                while not stop.is_set():
                    answer = await client.post(f"http://{site}/graphql", json={"query": "{ serverTime }"})
                    answered[answer.status_code] += 1

        async def follow() -> None:
            while told[-1:] != [seq + 6]:
                try:
                    async with connected(site) as socket:
                        await socket.begin(f"Bearer {stage.house.token('coordinator')}")
                        await socket.follow(stage.id, told[-1] if told else seq)
                        while told[-1:] != [seq + 6]:
                            told.append((await socket.event())["seq"])
                except websockets.ConnectionClosed as end:
                    closed.append(end.rcvd.code if end.rcvd else 1006)

        working = [asyncio.create_task(one) for one in (ask(), ask(), ask(), follow())]
        for name in ("api-1", "api-2"):
            await stage.do("Suspend", "coordinator", reason="Une panne.")
            pair.tell(name)
            await stage.do("Resume", "coordinator", reason="Réparée.")
            assert await pair.ended(name) == 0
            await pair.processes[name].start()
            await asyncio.sleep(3)  # the proxy looks every two seconds
        await stage.do("Suspend", "coordinator", reason="Une panne.")
        await stage.do("Resume", "coordinator", reason="Réparée.")
        async with asyncio.timeout(30):
            await working[-1]
        stop.set()
        await asyncio.gather(*working)
        assert set(answered) == {200}
        assert told == list(range(seq + 1, seq + 7))
        assert closed
        assert set(closed) == {1001}
