"""The data folder belongs to one `up` at a time and remembers its ports."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from server.data_folder import DataFolder, DataFolderInUse

HOLD = """
import sys
from pathlib import Path
from server.data_folder import DataFolder
with DataFolder(Path(sys.argv[1])).locked():
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_process_is_told_who_holds_the_folder(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(DataFolderInUse, match=f"process {holder.pid}"), DataFolder(tmp_path).locked():
            pass
        holder.kill()
        holder.wait()
        with DataFolder(tmp_path).locked():
            assert (tmp_path / "lock").read_text() == str(os.getpid())


def test_a_port_stays_the_same_from_one_start_to_the_next(tmp_path: Path) -> None:
    with DataFolder(tmp_path).locked():
        first = DataFolder(tmp_path).port("api", "127.0.0.1")
        assert DataFolder(tmp_path).port("api", "127.0.0.1") == first


def test_a_port_that_someone_else_took_is_replaced(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    with folder.locked(), socket.socket() as other:
        other.bind(("127.0.0.1", folder.port("api", "127.0.0.1")))
        other.listen()
        assert folder.port("api", "127.0.0.1") != other.getsockname()[1]


def test_a_port_asked_for_is_taken_as_it_is(tmp_path: Path) -> None:
    assert DataFolder(tmp_path).port("api", "127.0.0.1", wanted=4321) == 4321


def test_services_get_ports_of_their_own(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    with folder.locked():
        assert len({folder.port(name, "127.0.0.1") for name in ("api", "temporal", "temporal_ui")}) == 3
