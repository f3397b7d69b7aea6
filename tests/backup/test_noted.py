"""The database knows when its last whole backup was taken, and takes nobody else's for its own."""

from __future__ import annotations

from argparse import Namespace
from datetime import datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from server.ailments import Ailment, of_database
from server.backup.addresses import superuser_of
from server.backup.backup_file import reading
from server.backup.restoring import restore_database
from server.commands import backup
from server.files.shelf import place_of
from server.settings import Settings
from server.telemetry.looking import look
from server.telemetry.metrics import WorkerMetrics
from store.backups import last_backup, note
from store.pool import Pool, open_pool
from tests.backup.test_restoring import content
from tests.fixtures.clock import TestClock
from tests.fixtures.postgres import Database

pytestmark = pytest.mark.postgres


async def backed_up(settings: Settings, path: Path, code: int = 0) -> datetime:
    """Take a backup with the command; give the instant that it is of."""
    assert await backup.run(Namespace(output=path, language="en"), settings) == code
    with reading(path) as file:
        return file.manifest.moment


async def warned(worker: Pool) -> list[Ailment]:
    """What a doctor says of backups."""
    async with worker.acquire() as connection:
        return [one async for one in of_database(connection) if one.kind.startswith("backup_")]


async def known(worker: Pool) -> datetime | None:
    async with worker.acquire() as connection:
        return await last_backup(connection)


async def told(worker: Pool) -> float | None:
    metrics = WorkerMetrics()
    await look(worker, metrics)
    return metrics.registry.get_sample_value("concertation_backup_timestamp_seconds")


async def test_there_was_none_then_there_is_one_and_then_it_is_old(
    worker: Pool, here: Settings, tmp_path: Path, test_clock: TestClock
) -> None:
    assert await warned(worker) == [Ailment(kind="backup_never", warning=True)]
    assert await told(worker) == 0
    at = await backed_up(here, tmp_path / "b.backup")
    assert await told(worker) == pytest.approx(at.timestamp(), abs=0.001)
    await test_clock.advance(timedelta(hours=25))
    assert await warned(worker) == []
    await test_clock.advance(timedelta(hours=2))
    (said,) = await warned(worker)
    assert (said.kind, said.warning) == ("backup_old", True)
    assert datetime.fromisoformat(said.details["at"]) == at.replace(microsecond=0)
    await backed_up(here, tmp_path / "c.backup")
    assert await warned(worker) == []


async def test_what_was_restored_has_no_backup_until_it_has_one_of_its_own(
    worker: Pool, here: Settings, there: Settings, tmp_path: Path, nowhere: Database
) -> None:
    await backed_up(here, tmp_path / "first.backup")
    second = await backed_up(here, tmp_path / "second.backup")
    with reading(tmp_path / "second.backup") as file:
        await restore_database(superuser_of(there), file, None)
    assert await known(worker) == second
    restored = await open_pool(nowhere.worker, application="tests")
    assert await restored.fetchval("SELECT count(*) FROM backup_taken") == 1, (
        "the one before, of what was lost"
    )
    assert await known(restored) is None
    assert await told(restored) == 0
    third = await backed_up(there, tmp_path / "third.backup")
    assert await known(restored) == third
    await restored.close()


async def test_one_that_is_not_whole_is_not_noted(
    app: Pool, worker: Pool, here: Settings, tmp_path: Path
) -> None:
    digest = await content(app, here, b"perdu")
    (here.files_folder / place_of(digest)).unlink()
    await backed_up(here, tmp_path / "b.backup", code=1)
    assert await known(worker) is None


async def test_one_that_ends_late_does_not_take_the_place_of_a_later_one(
    worker: Pool, here: Settings, tmp_path: Path, database: Database
) -> None:
    at = await backed_up(here, tmp_path / "b.backup")
    superuser = await asyncpg.connect(database.superuser)
    await note(superuser, at - timedelta(hours=1))
    await superuser.close()
    assert await known(worker) == at


async def test_a_database_that_cannot_note_it_costs_no_backup(
    here: Settings, tmp_path: Path, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    superuser = await asyncpg.connect(database.superuser)
    await superuser.execute("ALTER TABLE backup_taken ADD CHECK (at < 'epoch')")
    await backed_up(here, tmp_path / "b.backup")
    assert "could not take note of it (CheckViolationError)" in capsys.readouterr().err
    await superuser.execute("DROP TABLE backup_taken CASCADE")  # a schema of before
    await backed_up(here, tmp_path / "c.backup")
    assert capsys.readouterr().err == ""
    await superuser.close()
