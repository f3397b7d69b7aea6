"""A port chosen now is still free when a server listens on it seconds later."""

import socket
import subprocess
import sys

import pytest

from server.free_port import LISTENED_ON, free_port

HERE = "127.0.0.1"


def test_it_is_none_that_the_kernel_gives_to_whoever_connects() -> None:
    with socket.create_server((HERE, 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getsockname()[1] > max(LISTENED_ON)
    assert all(free_port(HERE) in LISTENED_ON for _ in range(50))


def test_two_who_ask_at_once_get_two() -> None:
    assert len({free_port(HERE) for _ in range(20)}) > 15


def test_what_another_process_has_chosen_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    few = range(11_001, 11_004)
    code = (
        "import server.free_port as f, sys; f.LISTENED_ON = range(11_001, 11_004);"
        "print(f.free_port('127.0.0.1'), flush=True); sys.stdin.read()"
    )
    monkeypatch.setattr("server.free_port.LISTENED_ON", few)
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        theirs = int(other.stdout.readline())
        ours = {free_port(HERE), free_port(HERE)}
        assert ours == set(few) - {theirs}
        other.communicate()
    assert free_port(HERE) == theirs, "whoever has ended has chosen nothing"


def test_it_keeps_the_one_wished_for_while_it_is_free() -> None:
    wished = free_port(HERE)
    assert free_port(HERE, wished) == wished
    with socket.create_server((HERE, wished)):
        assert free_port(HERE, wished) != wished


def test_what_is_kept_for_others_is_not_given() -> None:
    wished = free_port(HERE)
    assert free_port(HERE, wished, avoid=frozenset({wished})) != wished


def test_an_address_of_another_machine_is_said() -> None:
    with pytest.raises(OSError, match="no free port at 192"):
        free_port("192.0.2.1")
