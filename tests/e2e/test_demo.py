"""`concertation demo` as a command. What it plays is in test_demo_survives_kills.py, in the one run that it takes."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.running import Running, all_gone


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Running]:
    running = Running("demo", "--pace", "0.5", "--transcript", tmp_path / "transcript.jsonl")
    yield running
    running.stop()


@pytest.mark.stack
def test_stopped_in_the_middle_it_stops_its_servers_and_leaves_nothing(demo: Running) -> None:
    """At another pace it publishes the procedure under another name: refused, it would not come as far as this."""
    demo.read_until("DraftConcertation")
    facts = demo.facts_of_its_servers()
    assert demo.end(signal.SIGTERM) == 130, demo.screen
    assert "Traceback" not in demo.screen
    assert all_gone(facts["pids"])
    assert not Path(facts["data_dir"]).exists()


def test_without_servers_at_the_address_it_says_so_and_ends() -> None:
    demo = Running("demo", "--ready-file", "/nonexistent/ready.json")
    assert demo.wait() == 1
    assert "concertation up --ready-file" in demo.screen
    assert "Traceback" not in demo.screen


@pytest.mark.parametrize(
    "words", [["--pace", "0"], ["--pace", "slow"], ["--url", "http://x", "--ready-file", "y"]]
)
def test_a_wrong_word_is_refused(words: list[str]) -> None:
    demo = Running("demo", *words)
    assert demo.wait() == 2
    assert "usage: concertation demo" in demo.screen
