"""The process `concertation api`: it starts whatever is down, and stops when told to."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import httpx
import pytest

from server.provisioning import Role
from tests.api.house import House
from tests.api.sockets import connected
from tests.fixtures.postgres import Database

PROGRAM = [sys.executable, "-m", "server.cli", "api"]
ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def started(folder: Path, *arguments: str, **env: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *PROGRAM, "--data-dir", str(folder), *arguments,
        cwd=ROOT, env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}:{ROOT}/graphql", **env},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def address(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(30):
        line = (await process.stdout.readline()).decode().strip()
    assert line.startswith("http://127.0.0.1:")
    return line.removeprefix("http://").removesuffix("/graphql")


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
async def test_it_starts_with_everything_down_says_so_and_stops_cleanly(
    tmp_path: Path, stop: signal.Signals
) -> None:
    ready_file = tmp_path / "ready"
    env = {
        "DATABASE_URL": f"postgresql://nobody@/nothing?host={tmp_path}",
        "TEMPORAL_ADDRESS": "127.0.0.1:1",
        "CONCERTATION_READY_FILE": str(ready_file),
    }
    async with started(tmp_path, **env) as process:
        site = await address(process)
        assert ready_file.read_text() == str(process.pid)
        async with httpx.AsyncClient(base_url=f"http://{site}") as client:
            assert (await client.get("/healthz")).status_code == 200
            ready = await client.get("/readyz")
            assert ready.status_code == 503
            said = ready.json()
            assert (said["ready"], said["postgresql"], said["temporal"]) == (False, "down", "down")
        async with connected(site) as socket:
            await socket.begin()
            process.send_signal(stop)
            async with asyncio.timeout(10):
                assert await process.wait() == 0


async def test_outside_loopback_a_development_key_is_refused(tmp_path: Path) -> None:
    env = {"DATABASE_URL": "postgresql://nobody@localhost/nothing", "TEMPORAL_ADDRESS": "127.0.0.1:1"}
    async with started(tmp_path, "--host", "0.0.0.0", **env) as process:
        _, said = await process.communicate()
        assert process.returncode == 1
        assert b"CONCERTATION_JWKS_FILE" in said
        assert b"Traceback" not in said


async def test_without_an_address_of_the_database_it_says_which_setting_is_missing(tmp_path: Path) -> None:
    async with started(tmp_path) as process:
        _, said = await process.communicate()
        assert process.returncode == 1
        assert b"DATABASE_URL" in said
        assert b"Traceback" not in said


@pytest.mark.postgres
async def test_the_api_connects_as_the_application_and_nothing_more(house: House, database: Database) -> None:
    await house.ask("{ serverTime }")
    connection = await asyncpg.connect(database.superuser)
    try:
        users = await connection.fetch(
            "SELECT DISTINCT usename FROM pg_stat_activity "
            "WHERE application_name = 'concertation api' AND datname = current_database()"
        )
    finally:
        await connection.close()
    assert [row["usename"] for row in users] == [Role.APP]
