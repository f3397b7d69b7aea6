"""One whole demonstration on real servers, each of which is killed with SIGKILL on the way.

It proves the plain demonstration, too: it starts its own servers, plays two rounds and leaves nothing behind.
"""

from __future__ import annotations

import json
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.e2e.running import Running, all_gone, kill, until_back

pytestmark = [pytest.mark.stack, pytest.mark.long]

#: Killed as soon as this was printed: in the middle of contributions, of votes, of the synthesis.
KILLS = (
    ("Auditions – Métiers", "api"),
    ("Membre 2 du conseil : position", "temporal"),
    ("Rapporteur « politiques publiques » : chapitre", "worker"),
)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Running]:
    running = Running(
        "demo", "--keep", "--pace", "0.6", "--transcript", tmp_path / "transcript.jsonl", "--archive",
        tmp_path / "cloture.zip",
    )  # fmt: skip
    yield running
    running.stop()


async def test_the_demo_goes_on_when_every_server_is_killed_nothing_twice_nothing_missing(
    demo: Running, tmp_path: Path
) -> None:
    for words, service in KILLS:
        demo.read_until(words)
        killed = kill(service, demo.facts_of_its_servers)
        until_back(service, killed, demo.facts_of_its_servers)
    demo.read_until("Tout reste en marche")
    facts = demo.facts_of_its_servers()

    assert "kill -9" in demo.screen  # the worker, by the demonstration itself
    assert "une seule clé" in demo.screen
    assert "Le journal est intact" in demo.screen
    assert "Le récépissé est vérifié" in demo.screen
    assert "Le récépissé n’est pas vérifié" in demo.screen
    assert "Rien ne contredit cette archive" in demo.screen
    archive = Running("verify", tmp_path / "cloture.zip")
    assert archive.wait() == 0, archive.screen
    verified = Running("verify-ledger", "--data-dir", facts["data_dir"])
    assert verified.wait() == 0, verified.screen

    transcript = [json.loads(line) for line in (tmp_path / "transcript.jsonl").read_text().splitlines()]
    connection = await asyncpg.connect(facts["database_urls"]["worker"])
    try:
        await assert_each_key_has_one_effect(connection, transcript)
        assert_the_logs_tell_of_nobody(Path(facts["data_dir"]) / "logs", await said_in(connection), facts)
    finally:
        await connection.close()

    assert demo.end(signal.SIGINT) == 0, demo.screen
    assert all_gone(facts["pids"])
    assert not Path(facts["data_dir"]).exists()


async def said_in(connection: asyncpg.Connection) -> set[str]:
    """Everything that people wrote, and their names: what is long enough to be told apart."""
    found: set[str] = set()
    for sql in (
        "SELECT body FROM contribution",
        "SELECT value FROM contribution, json_each_text(answers)",
        "SELECT receipt FROM contribution",
        "SELECT member FROM contribution",
        "SELECT value FROM body, json_each_text(CASE json_typeof(content) WHEN 'object' THEN content END)",
        "SELECT display_name FROM person",
        "SELECT email FROM contact",
    ):
        found |= {row[0] for row in await connection.fetch(sql) if row[0] and len(row[0]) > 8}
    return found


def assert_the_logs_tell_of_nobody(logs: Path, said: set[str], facts: dict[str, Any]) -> None:
    """Look for each in the logs of all processes, those that were killed included."""
    assert len(said) > 100
    for file in logs.iterdir():
        text = file.read_text()
        for words in (*said, *facts["tokens"].values()):
            assert words not in text, file.name
            assert json.dumps(words)[1:-1] not in text, file.name
        if file.stem.partition("-")[0] in ("api", "worker"):
            assert all(isinstance(json.loads(line), dict) for line in text.splitlines())


async def assert_each_key_has_one_effect(
    connection: asyncpg.Connection, transcript: list[dict[str, Any]]
) -> None:
    """Compare what the client was told with what the store has: the same keys, each with its own events."""
    told: dict[tuple[str, str], set[int]] = {}
    contributed: set[tuple[str, str]] = set()
    for entry in transcript:
        name = (entry["member"], entry["key"])
        if entry["code"] not in (None, "SIGN_OFF_PENDING"):
            continue
        if entry["answer"] == "ContributionAccepted":
            contributed.add(name)
        elif entry["events"]:  # not all that was asked for is in the ledger: drafts, batches, invitations
            assert told.setdefault(name, set(entry["events"])) == set(entry["events"])

    log = await connection.fetch(
        "SELECT actor, command, first_seq, last_seq FROM command_log WHERE actor <> 'system'"
    )
    kept = {(row["actor"], row["command"]): set(range(row["first_seq"], row["last_seq"] + 1)) for row in log}
    assert kept == told
    assert sum(map(len, kept.values())) == len(set().union(*kept.values())), "two commands share an event"

    ledger = await connection.fetch("SELECT seq FROM ledger WHERE actor <> 'system' ORDER BY seq")
    assert {row["seq"] for row in ledger} <= set().union(*kept.values()), "an act that nobody was told of"

    rows = await connection.fetch("SELECT actor FROM contribution WHERE carried_from IS NULL")
    assert Counter(row["actor"] for row in rows) == Counter(actor for actor, _ in contributed)
