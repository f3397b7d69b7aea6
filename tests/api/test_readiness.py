"""/readyz tells the truth of each thing that the API depends on: every one of them broken for real."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from pydantic import SecretStr

from server import depended_on
from server.settings import Settings
from store.pool import open_pool
from tests.fixtures.postgres import Database
from tests.fixtures.replicas import REPLICAS, create_app, working
from tests.server.clamd import standing
from tests.workflows.conftest import embedded
from workflows.connecting import connect

pytestmark = pytest.mark.postgres


@asynccontextmanager
async def asked(folder: Path, database: str, **more: Any) -> AsyncIterator[Callable[[], Any]]:
    """Start the API, and give what asks it how it is: the status, and each dependency by its name."""
    given: dict[str, Any] = {"data_dir": folder, "temporal_address": "127.0.0.1:1", **more}
    app = create_app(Settings(database_url=SecretStr(database), **given))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1") as client,
    ):

        async def ask() -> tuple[int, dict[str, Any]]:
            answer = await client.get("/readyz")
            return answer.status_code, {one["name"]: one for one in answer.json()["dependencies"]}

        yield ask


async def test_what_is_well_is_up_and_what_nobody_configured_is_not_there(
    database: Database, tmp_path: Path
) -> None:
    async with asked(tmp_path, database.app) as ask:
        status, found = await ask()
        assert status == 200
        assert {name: one["state"] for name, one in found.items()} == {
            "postgresql": "up", "schema": "up", "role": "up", "temporal": "down", "worker": "down", "files": "up",
        }  # fmt: skip
        assert [name for name, one in found.items() if one["needed"]] == ["postgresql", "schema", "role"]
        assert found["postgresql"]["latency_ms"] > 0
        assert found["temporal"]["fault"] == "unreachable"
        before = found["temporal"]["for_s"]
        for _ in range(REPLICAS - 1):
            await ask()  # each knows for itself since when
        await asyncio.sleep(0.2)
        assert (await ask())[1]["temporal"]["for_s"] > before


async def test_a_schema_that_lacks_a_migration_that_this_version_needs_is_behind(
    database: Database, tmp_path: Path
) -> None:
    owner = await asyncpg.connect(database.owner)
    await owner.execute("DELETE FROM schema_migrations WHERE version = '0063'")
    async with asked(tmp_path, database.app) as ask:
        status, found = await ask()
        assert (status, found["schema"]["fault"]) == (503, "behind: migrate")
        await owner.execute("INSERT INTO schema_migrations (version) VALUES ('0063'), ('9999')")
        status, found = await ask()
        assert (status, found["schema"]["state"]) == (200, "up"), "newer ones do no harm"
    await owner.execute("DROP FUNCTION applied_migrations")
    await owner.close()
    async with asked(tmp_path, database.app) as ask:
        assert (await ask())[1]["schema"]["fault"] == "behind: migrate"


async def test_an_account_that_row_level_security_does_not_hold_serves_nobody(
    database: Database, tmp_path: Path
) -> None:
    async with asked(tmp_path, database.worker) as ask:
        status, found = await ask()
        assert (status, found["role"]["fault"]) == (503, "not under row-level security")


@pytest.mark.temporal
async def test_temporal_is_up_and_the_worker_only_while_one_asks_for_work(
    database: Database, tmp_path: Path
) -> None:
    temporal = embedded(tmp_path)
    await temporal.start()
    queue = f"queue-{uuid4()}"
    address = {"temporal_address": temporal.address, "temporal_namespace": "tests"}
    async with asked(tmp_path, database.app, task_queue=queue, **address) as ask:
        found = (await ask())[1]
        assert (found["temporal"]["state"], found["worker"]["fault"]) == ("up", "none asks for work")
        pool = await open_pool(database.worker, application="tests: worker")
        settings = Settings(
            worker_database_url=SecretStr(database.worker), task_queue=queue, shutdown_timeout=0.1
        )
        client = await connect(temporal.address, "tests")
        async with working(client, pool, settings):
            async with asyncio.timeout(10):
                while True:
                    if (await ask())[1]["worker"]["state"] == "up":
                        break
                    await asyncio.sleep(0.05)
        await pool.close()
        await temporal.stop()
        assert (await ask())[1]["temporal"]["fault"] == "unreachable"


async def test_files_that_cannot_be_kept_are_said(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with asked(tmp_path, database.app) as ask:
        monkeypatch.setattr(
            depended_on, "shutil", SimpleNamespace(disk_usage=lambda folder: SimpleNamespace(free=1000))
        )
        status, found = await ask()
        assert (status, found["files"]["fault"]) == (200, "nearly full")
        monkeypatch.setattr(depended_on, "shutil", shutil)
        monkeypatch.setattr(depended_on, "os", SimpleNamespace(access=lambda folder, how: False, W_OK=2))
        assert (await ask())[1]["files"]["fault"] == "not writable"


async def test_a_scanner_and_a_mail_server_are_asked_where_there_are_any(
    database: Database, tmp_path: Path
) -> None:
    async def pong(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\0") == b"zPING\0"
        writer.write(b"PONG\0")
        await writer.drain()

    async def greeting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        await writer.drain()

    async with standing(pong, tmp_path, "tcp") as scanner, standing(greeting, tmp_path, "tcp") as server:
        given = {
            "clamd_address": scanner,
            "smtp_url": SecretStr(f"smtp://a:secret@{server}"),
            "mail_from": "a@b.fr",
        }
        async with asked(tmp_path, database.app, **given) as ask:
            found = (await ask())[1]
            assert (found["scanner"]["state"], found["mail"]["state"]) == ("up", "up")
    async with asked(tmp_path, database.app, **given) as ask:
        status, found = await ask()
        assert status == 200
        assert (found["scanner"]["fault"], found["mail"]["fault"]) == ("unreachable", "unreachable")
        assert "secret" not in str(found)


async def test_keys_of_an_issuer_that_cannot_be_had_are_said(database: Database, tmp_path: Path) -> None:
    issuers = tmp_path / "issuers.json"
    issuers.write_text(
        '[{"issuer": "https://id.example", "audience": "a", "jwks_url": "http://127.0.0.1:1/jwks"}]'
    )
    async with asked(tmp_path, database.app, issuers_file=issuers) as ask:
        assert (await ask())[1]["keys of issuer 1"]["state"] == "down"
