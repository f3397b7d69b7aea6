"""Which servers the demonstration plays against."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from server.demo.cast import make_cast
from server.demo.faults import DemoFailed
from server.demo.stack import attach_to_file, attach_to_url
from server.keys import trusted_keys
from server.settings import Settings
from server.tokens import read_token


def test_a_file_that_describes_nothing_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DemoFailed, match="concertation up --ready-file"):
        attach_to_file(Settings(), tmp_path / "none.json")


@pytest.mark.parametrize(
    ("url", "graphql", "socket"),
    [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/graphql", "ws://127.0.0.1:8000/graphql"),
        ("https://a.example/graphql/", "https://a.example/graphql", "wss://a.example/graphql"),
    ],
)
def test_an_address_gives_both_doors(url: str, graphql: str, socket: str) -> None:
    stack = attach_to_url(Settings(), url)
    assert (stack.graphql_url, stack.ws_url) == (graphql, socket)
    assert stack.kill("worker") is None


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(DemoFailed, match="Exemple"):
        attach_to_url(Settings(), "127.0.0.1:8000")


def test_process_ids_are_read_anew_each_time(tmp_path: Path) -> None:
    file = tmp_path / "ready.json"
    facts = {
        "graphql_url": "",
        "ws_url": "",
        "data_dir": str(tmp_path),
        "pids": {"worker": os.getpid(), "api": None},
    }
    file.write_text(json.dumps(facts))
    stack = attach_to_file(Settings(), file)
    assert stack.processes() == {"worker": True}
    file.write_text(json.dumps(facts | {"pids": {"worker": 2**22 + 1}}))
    assert stack.processes() == {"worker": False}
    assert stack.pid("worker") is None
    file.unlink()
    assert stack.facts["pids"] == {"worker": 2**22 + 1}


def test_tokens_are_signed_with_the_key_of_the_servers(tmp_path: Path) -> None:
    stack = attach_to_url(Settings(data_dir=tmp_path), "http://127.0.0.1:8000")
    cast = make_cast("essai")
    stack.give_tokens(cast.everybody)
    claims = read_token(cast.coordinator.token, trusted_keys(stack.settings), stack.settings)
    assert claims.member == cast.coordinator.member
    assert claims.roles == {"coordinator"}
