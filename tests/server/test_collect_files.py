"""`concertation collect-files` on a database of its own."""

from __future__ import annotations

import argparse
import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from server.commands import collect_files
from server.settings import Settings
from store import files
from store.pool import open_pool
from tests.fixtures.clock import TestClock
from tests.fixtures.postgres import Database

pytestmark = pytest.mark.postgres

DAY = timedelta(days=1)


async def test_it_says_what_there_is_to_remove_then_removes_it(
    database: Database, test_clock: TestClock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(data_dir=tmp_path, worker_database_url=SecretStr(database.worker))
    incoming = settings.files_folder / "incoming"
    incoming.mkdir(parents=True)
    (incoming / "broken").touch()
    two_days_ago = time.time() - 2 * 86_400
    os.utime(incoming / "broken", (two_days_ago, two_days_ago))
    pool = await open_pool(database.app, application="tests", statement_timeout=20)
    async with pool.acquire() as connection:
        await files.keep(connection, "0" * 64, 1)
    await pool.close()
    await test_clock.advance(2 * DAY)

    async def said(dry: bool) -> tuple[int, str]:
        code = await collect_files.run(argparse.Namespace(dry_run=dry), settings)
        return code, capsys.readouterr().out

    assert await said(True) == (0, "to remove: 0 files, 1 contents, 1 broken uploads\n")
    assert (incoming / "broken").exists()
    assert await said(False) == (0, "removed: 0 files, 1 contents, 1 broken uploads\n")
    assert await said(False) == (0, "removed: 0 files, 0 contents, 0 broken uploads\n")


async def test_a_place_that_does_not_answer_is_said_and_tried_again(
    database: Database, test_clock: TestClock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(data_dir=tmp_path, worker_database_url=SecretStr(database.worker))
    in_the_way = settings.files_folder / "00" / "00" / ("0" * 64)
    in_the_way.mkdir(parents=True)
    pool = await open_pool(database.app, application="tests", statement_timeout=20)
    async with pool.acquire() as connection:
        await files.keep(connection, "0" * 64, 1)
    await pool.close()
    await test_clock.advance(2 * DAY)
    assert await collect_files.run(argparse.Namespace(dry_run=False), settings) == 1
    assert "not removed: 1 contents" in capsys.readouterr().out
    in_the_way.rmdir()
    assert await collect_files.run(argparse.Namespace(dry_run=False), settings) == 0
