"""A backup of a database with a bit of everything, restored into an empty one: the same, and nothing less."""

from __future__ import annotations

import asyncio
import os
import subprocess
from argparse import Namespace
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio
from pydantic import SecretStr

from server.backup import postgres_programs, taking
from server.backup.addresses import NoDatabase, superuser_of
from server.backup.backup_file import reading
from server.backup.postgres_programs import ProgramFailed, ProgramMissing, fitting
from server.backup.restoring import (
    RestoreRefused,
    check_version,
    restore_contents,
    restore_database,
    restore_keys,
)
from server.backup.taking import Taken, take
from server.commands import backup as backing_up
from server.embedded.postgres import programs
from server.errors import CommandFailed
from server.files.shelf import FolderShelf, place_of, shelf_of
from server.keys import development_key, ticket_key
from server.settings import SettingMissing, Settings
from server.whole_file import whole_file
from store import files
from store.pool import Pool
from store.verification import verify
from tests.fixtures.postgres import Database
from tests.interchange.scene import Held, hold
from tests.server.bucket import bucket_at, endpoint
from tests.store.stage import Play

__all__ = ["endpoint"]

pytestmark = pytest.mark.postgres


async def taken(settings: Settings, path: Path) -> Taken:
    with whole_file(path) as file:
        return await take(settings, superuser_of(settings), file)


async def rows(superuser: str) -> dict[str, Any]:
    """Digest every table of a database, row by row."""
    connection = await asyncpg.connect(superuser)
    try:
        names = await connection.fetch(
            "SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        )
        return {
            row["name"]: await connection.fetch(
                f"SELECT md5(string_agg(t::text, E'\\n' ORDER BY t::text)), count(*) FROM {row['name']} t"
            )
            for row in names
        }
    finally:
        await connection.close()


def schema(superuser: str) -> list[str]:
    """Give the schema as SQL; a body that was read again has other parentheses, and the same meaning."""
    printed = subprocess.run(
        [programs() / "pg_dump", "--schema-only", superuser],
        capture_output=True, check=True, text=True, env={**os.environ, "PGTZ": "UTC"},
    ).stdout  # fmt: skip
    lines = [line for line in printed.splitlines() if not line.startswith(("--", "\\"))]
    return [line.replace("(", "").replace(")", "") for line in lines]


@pytest_asyncio.fixture
async def held(play: Play, app: Pool) -> Held:
    """A concertation with contributions, paper, moderation and a seal."""
    return await hold(play, app)


async def test_what_is_restored_is_what_was_there_but_for_what_ends_with_it(
    held: Held, here: Settings, there: Settings, tmp_path: Path, database: Database, nowhere: Database
) -> None:
    before = await rows(database.superuser)
    found = await taken(here, tmp_path / "b.backup")
    assert [one.slug for one in found.manifest.concertations] == ["essai"]
    assert found.manifest.concertations[0].contributions > 5
    with reading(tmp_path / "b.backup") as backup:
        backup.verify()
        check_version(backup)
        begun = await restore_database(superuser_of(there), backup, None)
    after = await rows(nowhere.superuser)
    assert len(begun.mark) == 8
    assert schema(nowhere.superuser) == schema(database.superuser)
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {"restoration", "restoration_catch_up", "notice", "delivery", "allowance"}, changed
    connection = await asyncpg.connect(nowhere.worker)
    verified = [one async for one in verify(connection, None)]
    await connection.close()
    assert [(one.fault, one.contributions > 5) for one in verified] == [(None, True)]


async def test_a_database_that_holds_anything_is_refused_and_left_as_it_was(
    held: Held, here: Settings, tmp_path: Path, database: Database
) -> None:
    await taken(here, tmp_path / "b.backup")
    before = await rows(database.superuser)
    with reading(tmp_path / "b.backup") as backup, pytest.raises(RestoreRefused, match="not empty"):
        await restore_database(superuser_of(here), backup, None)
    assert await rows(database.superuser) == before


async def test_a_restoration_that_is_broken_off_leaves_nothing(
    held: Held,
    here: Settings,
    there: Settings,
    tmp_path: Path,
    nowhere: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever ends first, pg_restore or psql: it is one transaction, and the next attempt finds an empty database."""
    await taken(here, tmp_path / "b.backup")
    half = tmp_path / "pg_restore"
    real = await fitting("pg_restore", 1)
    half.write_text(f'#!/bin/sh\n{real} "$@" | head -c 200000\nexit 1\n')
    half.chmod(0o755)

    async def found(name: str, major: int) -> str:
        return str(half) if name == "pg_restore" else await fitting(name, major)

    with reading(tmp_path / "b.backup") as backup:
        with monkeypatch.context() as patched:
            patched.setattr("server.backup.restoring.fitting", found)
            with pytest.raises(ProgramFailed):
                await restore_database(superuser_of(there), backup, None)
        assert await rows(nowhere.superuser) == {}
        await restore_database(superuser_of(there), backup, None)
    assert "ledger" in await rows(nowhere.superuser)


async def test_a_snapshot_has_whole_transactions_while_contributions_come(
    play: Play, app: Pool, here: Settings, there: Settings, tmp_path: Path, nowhere: Database
) -> None:
    await play.launch(participants=40)
    ready, stop = asyncio.Event(), asyncio.Event()
    sent: list[str] = []

    async def contribute() -> None:
        async with app.acquire() as connection:
            for number in range(40):
                receipt = await play.contribute(connection, f"p{number}")
                sent.append(receipt.contribution)
                if number == 3:
                    ready.set()
                if stop.is_set():
                    return
                await asyncio.sleep(0.01)

    coming = asyncio.create_task(contribute())
    await ready.wait()
    early = list(sent)
    found = await taken(here, tmp_path / "b.backup")
    stop.set()
    await coming
    with reading(tmp_path / "b.backup") as backup:
        await restore_database(superuser_of(there), backup, None)
    connection = await asyncpg.connect(nowhere.worker)
    kept = {str(row["id"]) for row in await connection.fetch("SELECT id FROM contribution")}
    assert (
        await connection.fetchval(
            "SELECT count(*) FROM contribution c WHERE NOT EXISTS ("
            "SELECT FROM outbox o WHERE o.payload ->> 'contribution' = c.id::text)"
        )
        == 0
    )
    await connection.close()
    assert set(early) <= kept <= set(sent)
    assert found.manifest.concertations[0].contributions == len(kept)
    assert found.manifest.concertations[0].open == ["appel"]


async def content(pool: Pool, settings: Settings, text: bytes) -> str:
    digest = sha256(text).hexdigest()
    async with pool.acquire() as connection:
        await files.keep(connection, digest, len(text))
    settings.files_folder.mkdir(parents=True, exist_ok=True)
    staged = settings.files_folder / f"staged-{uuid4()}"
    staged.write_bytes(text)
    await shelf_of(settings).put(digest, staged)
    return digest


async def test_contents_of_files_and_keys_travel_and_one_that_is_lost_is_named(
    app: Pool, here: Settings, there: Settings, tmp_path: Path
) -> None:
    one = await content(app, here, b"un")
    other = await content(app, here, b"autre")
    (here.files_folder / place_of(other)).unlink()
    development_key(here.data_dir)
    key = ticket_key(here)
    found = await taken(here, tmp_path / "b.backup")
    assert found.contents == 1
    assert [line.split()[0] for line in found.manifest.missing] == [other]
    with reading(tmp_path / "b.backup") as backup:
        backup.verify()
        assert (
            await restore_contents(backup, FolderShelf(there.files_folder), there.files_folder / "incoming")
            == 1
        )
        assert restore_keys(backup, there.data_dir / "keys") == []
        assert restore_keys(backup, there.data_dir / "keys") == []
        (there.data_dir / "keys" / "tickets.jwk.json").write_text("{}")
        assert restore_keys(backup, there.data_dir / "keys") == ["tickets.jwk.json"]
    assert (there.files_folder / place_of(one)).read_bytes() == b"un"
    assert taking.fingerprint(here) != taking.fingerprint(
        Settings(ticket_key=SecretStr("x" * 40), data_dir=tmp_path)
    )
    assert key is not None


async def test_contents_of_a_bucket_come_from_there_and_go_to_a_folder(
    app: Pool, here: Settings, there: Settings, tmp_path: Path, endpoint: str
) -> None:
    papers = here.model_copy(update=bucket_at(endpoint))
    digest = await content(app, papers, b"dans le seau")
    assert (await taken(papers, tmp_path / "b.backup")).contents == 1
    with reading(tmp_path / "b.backup") as backup:
        backup.verify()
        for place in (there, papers):
            await restore_contents(backup, shelf_of(place), tmp_path / "incoming")
    assert (there.files_folder / place_of(digest)).read_bytes() == b"dans le seau"


async def test_a_content_that_the_collector_took_in_the_meantime_is_not_missed(
    app: Pool, worker: Pool, here: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = await content(app, here, b"vieux")
    real = taking._contents

    async def collected(*given: Any) -> int:
        (here.files_folder / place_of(gone)).unlink()
        await worker.execute("DELETE FROM file_content WHERE digest = decode($1, 'hex')", gone)
        return await real(*given)

    monkeypatch.setattr(taking, "_contents", collected)
    found = await taken(here, tmp_path / "b.backup")
    assert (found.contents, found.manifest.missing) == (0, [])


async def test_a_backup_of_a_newer_version_is_refused(
    here: Settings, database: Database, tmp_path: Path
) -> None:
    connection = await asyncpg.connect(database.superuser)
    await connection.execute("INSERT INTO schema_migrations VALUES ('9999')")
    await connection.close()
    await taken(here, tmp_path / "b.backup")
    with reading(tmp_path / "b.backup") as backup, pytest.raises(RestoreRefused, match="9999"):
        check_version(backup)


async def test_nothing_runs_and_nothing_is_named(tmp_path: Path, database: Database) -> None:
    with pytest.raises(NoDatabase, match="concertation up"):
        superuser_of(Settings(data_dir=tmp_path))
    with pytest.raises(SettingMissing, match="PROVISION"):
        superuser_of(Settings(data_dir=tmp_path, owner_database_url=SecretStr(database.owner)))


async def test_a_program_that_is_too_old_is_not_used_and_a_password_is_in_no_argument() -> None:
    with pytest.raises(ProgramMissing, match="pg_dump"):
        await fitting("pg_dump", 99)
    address, env = postgres_programs.without_password(
        "postgresql://postgres:se%40cret@db:5433/concertation?sslmode=disable"
    )
    assert address == "postgresql://postgres@db:5433/concertation?sslmode=disable"
    assert env["PGPASSWORD"] == "se@cret"


async def test_of_a_backup_that_fails_nothing_is_left(
    here: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing(*_: Any) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(taking, "_contents", failing)
    folder = tmp_path / "backups"
    folder.mkdir()
    with pytest.raises(CommandFailed, match="No space left"):
        await backing_up.run(Namespace(output=folder, language="en"), here)
    assert list(folder.iterdir()) == []
