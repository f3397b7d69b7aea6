"""The embedded Temporal: real servers on real files."""

import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.client import Client

from server.data_folder import DataFolder
from server.embedded.child import ChildFailed
from server.embedded.temporal import EmbeddedTemporal

pytestmark = pytest.mark.temporal


def in_folder(folder: Path) -> EmbeddedTemporal:
    data = DataFolder(folder)
    data.run.mkdir(exist_ok=True)
    port = data.port("temporal", "127.0.0.1")
    log = folder / "temporal.log"
    return EmbeddedTemporal(
        data.temporal, log, host="127.0.0.1", port=port, ui_port=None, namespace="concertation"
    )


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[EmbeddedTemporal]:
    server = in_folder(tmp_path)
    await server.start()
    yield server
    await server.stop()


async def begin(server: EmbeddedTemporal, name: str) -> None:
    client = await Client.connect(server.address, namespace="concertation")
    await client.start_workflow("Waiting", id=name, task_queue="nobody")


async def is_known(server: EmbeddedTemporal, name: str) -> bool:
    client = await Client.connect(server.address, namespace="concertation")
    described = await client.get_workflow_handle(name).describe()
    return described.id == name


async def test_it_serves_the_namespace_as_soon_as_it_has_started(server: EmbeddedTemporal) -> None:
    await begin(server, "first")
    assert await is_known(server, "first")


async def test_a_killed_server_comes_back_on_its_port_with_its_workflows(server: EmbeddedTemporal) -> None:
    await begin(server, "kept")
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    assert await server.ended() == -signal.SIGKILL
    await server.start()
    assert await is_known(server, "kept")


async def test_a_stopped_server_keeps_its_workflows_and_its_address(
    server: EmbeddedTemporal, tmp_path: Path
) -> None:
    await begin(server, "kept")
    await server.stop()
    assert server.pid is None
    again = in_folder(tmp_path)
    await again.start()
    assert again.address == server.address
    assert await is_known(again, "kept")
    await again.stop()


async def test_without_its_file_it_starts_empty(server: EmbeddedTemporal, tmp_path: Path) -> None:
    await server.stop()
    (tmp_path / "temporal.db").unlink()
    await server.start()
    await begin(server, "first of the new file")


async def test_a_port_that_is_taken_is_reported_with_the_log(
    server: EmbeddedTemporal, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    host, _, port = server.address.partition(":")
    other = EmbeddedTemporal(
        tmp_path / "other" / "temporal.db",
        tmp_path / "log",
        host=host,
        port=int(port),
        ui_port=None,
        namespace="x",
    )
    with pytest.raises(ChildFailed, match=r"(?s)temporal: ended at once.*The whole log is in"):
        await other.start()
