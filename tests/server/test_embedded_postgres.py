"""The embedded PostgreSQL: real servers on real folders."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import psutil
import pytest
import pytest_asyncio

from server.embedded.child import ChildFailed, is_alive
from server.embedded.postgres import EmbeddedPostgres

pytestmark = pytest.mark.postgres

#: A parent that starts a server which does not end with it, and says its process id.
PARENT = """
import asyncio, sys
from pathlib import Path
from server.embedded.postgres import EmbeddedPostgres
folder = Path(sys.argv[1])
server = EmbeddedPostgres(folder, folder.with_name("log"), durable=False, dies_with_parent=False)
asyncio.run(server.start())
print(server.pid, flush=True)
"""


def in_folder(folder: Path) -> EmbeddedPostgres:
    return EmbeddedPostgres(folder / "postgres", folder / "log", durable=False)


async def ask(server: EmbeddedPostgres, question: str) -> object:
    connection = await asyncpg.connect(server.dsn())
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[EmbeddedPostgres]:
    server = in_folder(tmp_path)
    await server.start()
    yield server
    await server.stop()


async def test_only_its_account_reaches_the_socket_and_nothing_listens_on_the_network(
    server: EmbeddedPostgres,
) -> None:
    assert stat.S_IMODE(server.sockets.stat().st_mode) == 0o700
    assert await ask(server, "SHOW listen_addresses") == ""
    assert server.pid is not None
    assert psutil.Process(server.pid).uids().effective != 0


async def test_what_was_written_is_there_after_a_stop(server: EmbeddedPostgres) -> None:
    await ask(server, "CREATE TABLE kept AS SELECT 42 AS value")
    await server.stop()
    assert server.pid is None
    await server.start()
    assert await ask(server, "SELECT value FROM kept") == 42


async def test_a_killed_server_starts_again(server: EmbeddedPostgres) -> None:
    await ask(server, "CREATE TABLE kept AS SELECT 42 AS value")
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    await server.ended()
    await server.start()
    assert await ask(server, "SELECT value FROM kept") == 42


async def test_a_server_left_behind_by_a_killed_parent_is_replaced(tmp_path: Path) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, str(tmp_path / "postgres"), stdout=subprocess.PIPE
    )
    orphan = int((await parent.communicate())[0])
    server = in_folder(tmp_path)
    assert server.pid == orphan
    await server.start()
    assert server.pid != orphan
    assert not is_alive(orphan)
    await server.stop()


async def test_an_interrupted_first_start_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "postgres.making").mkdir()
    (tmp_path / "postgres.making" / "PG_VERSION").touch()
    server = in_folder(tmp_path)
    await server.start()
    assert await ask(server, "SELECT 1") == 1
    await server.stop()
    assert not (tmp_path / "postgres.making").exists()


async def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "thesis").write_text("four years of work")
    with pytest.raises(ChildFailed, match="holds something else"):
        await in_folder(tmp_path).start()
    assert (tmp_path / "postgres" / "thesis").read_text() == "four years of work"


async def test_a_folder_too_deep_for_a_socket_works_all_the_same(tmp_path: Path) -> None:
    deep = tmp_path / ("deep" * 25)
    server = in_folder(deep)
    await server.start()
    assert not server.sockets.is_relative_to(tmp_path)
    assert await ask(server, "SELECT 1") == 1
    await server.stop()
    assert not server.sockets.exists()


async def test_a_socket_folder_of_someone_else_is_refused(tmp_path: Path) -> None:
    server = in_folder(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    server.sockets.symlink_to(elsewhere)
    with pytest.raises(ChildFailed, match="belongs to someone else"):
        await server.start()


async def test_french_sorts_and_folds_without_a_system_locale(server: EmbeddedPostgres) -> None:
    assert await ask(server, "SELECT upper('éàç') || lower('ÉÀÇ')") == "ÉÀÇéàç"
