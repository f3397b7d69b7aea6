"""/readyz tells the truth of each thing that the API depends on: every one of them broken for real."""

from __future__ import annotations

import asyncio
import json
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

from server import depended_on, dependencies
from server.dependencies import WITHIN
from server.settings import Settings
from server.sign_in.providers import DISCOVERY
from store.pool import open_pool
from tests.fixtures.postgres import Database
from tests.fixtures.replicas import REPLICAS, create_app, working
from tests.server.bucket import bucket_at, endpoint
from tests.server.clamd import standing
from tests.server.issuer import publishing
from tests.workflows.conftest import embedded
from workflows.connecting import connect

__all__ = ["endpoint"]

pytestmark = pytest.mark.postgres

PATIENT = 10.0
"""Seconds for a look where it is not tested how long it may take."""


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
            down = any(one["state"] == "down" for one in answer.json()["dependencies"])
            assert answer.json()["degraded"] is down
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


async def test_a_bucket_is_reached_or_said_to_be_away_and_the_api_goes_on(
    database: Database, tmp_path: Path, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dependencies, "WITHIN", PATIENT)

    async def found(**more: Any) -> dict[str, Any]:
        async with asked(tmp_path, database.app, **bucket_at(endpoint) | more) as ask:
            status, found = await ask()
            assert status == 200
            bucket: dict[str, Any] = found["bucket"]
            assert not any(word in str(found) for word in ("papers", "someone", "secret", "127.0.0.1"))
            return bucket

    assert (await found())["state"] == "up"
    assert (await found(s3_bucket="papiers"))["fault"] == "no such bucket"
    assert (await found(s3_endpoint="http://127.0.0.1:1"))["fault"] in ("unreachable", "too slow")
    async with publishing() as store:
        for code, fault in (("InvalidAccessKeyId", "refuses our key"), ("AccessDenied", None)):
            body = f"<Error><Code>{code}</Code></Error>".encode()
            store.publish(body, f"/papers/concertation/00/00/{64 * '0'}", status=403)
            assert (await found(s3_endpoint=store.url)).get("fault") == fault, code
        monkeypatch.setattr(dependencies, "WITHIN", WITHIN)
        store.waits = asyncio.Event()
        bucket = await found(s3_endpoint=store.url)
        assert (bucket["fault"], bucket["latency_ms"] < 3_000) == ("too slow", True)


async def test_a_provider_that_is_away_is_said_and_the_api_goes_on(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dependencies, "WITHIN", PATIENT)
    monkeypatch.setenv("SECRET_OF_IT", "unsaid")
    async with publishing() as provider:
        file = tmp_path / "providers.yaml"
        file.write_text(
            f"[{{id: agents, label: {{fr: A, en: A}}, discovery_url: '{provider.url}{DISCOVERY}', "
            "client_id: us, client_secret_env: SECRET_OF_IT}]"
        )
        whole = {
            "issuer": provider.url, "authorization_endpoint": f"{provider.url}/a",
            "token_endpoint": f"{provider.url}/t", "jwks_uri": f"{provider.url}/k",
        }  # fmt: skip

        async def found() -> dict[str, Any]:
            async with asked(tmp_path, database.app, providers_file=file) as ask:
                status, found = await ask()
                assert status == 200
                assert "127.0.0.1" not in str(found)
                assert "unsaid" not in str(found)
                one: dict[str, Any] = found["provider agents"]
                assert not one["needed"]
                return one

        provider.publish(json.dumps(whole).encode(), DISCOVERY)
        assert (await found())["state"] == "up"
        provider.publish(b"{}", DISCOVERY)
        assert (await found())["fault"] == "publishes nothing that can be used"
        await provider.stop()
        assert (await found())["fault"] == "unreachable"
        await provider.start()
        monkeypatch.setattr(dependencies, "WITHIN", WITHIN)
        provider.waits = asyncio.Event()
        away = await found()
        assert (away["fault"], away["latency_ms"] < 3_000) == ("too slow", True)
