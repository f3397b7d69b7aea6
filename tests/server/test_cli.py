"""The command line: quick, lazy, and clear about what is wrong."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from server.cli import COMMANDS, call
from server.embedded.programs import program
from server.settings import Settings

HEAVY = ("temporalio", "strawberry", "asyncpg", "pydantic", "joserfc", "rich")
IMPORTED = """
import json, sys
from server.cli import call
try:
    call(["--help"])
except SystemExit:
    pass
print(json.dumps(sorted(sys.modules)))
"""


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program("concertation"), *words],
        capture_output=True,
        check=False,
        text=True,
        env={**os.environ, **environment},
    )


def test_help_names_every_command() -> None:
    """How long it takes, `make bench` measures (`help_s`); what would make it slow is the next test."""
    shown = run("--help").stdout
    assert all(f"\n  {name} " in shown for name in COMMANDS)


def test_help_imports_nothing_heavy() -> None:
    done = subprocess.run([sys.executable, "-c", IMPORTED], capture_output=True, check=True, text=True)
    imported = json.loads(done.stdout.splitlines()[-1])
    assert [name for name in HEAVY if name in imported] == []


def test_the_version_is_that_of_the_package() -> None:
    from importlib.metadata import version

    assert run("--version").stdout == f"concertation {version('concertation')}\n"


@pytest.mark.parametrize(
    "words",
    [["nonsense"], ["--nonsense"], ["up", "--nonsense"], ["up", "--api", "0"], ["token"]],
    ids=" ".join,
)
def test_wrong_usage_is_exit_code_2(words: list[str]) -> None:
    done = run(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage: concertation" in done.stderr


def test_a_failure_is_one_sentence_and_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OWNER_DATABASE_URL", raising=False)
    done = run("migrate")
    assert done.returncode == 1
    assert done.stderr.startswith("concertation: OWNER_DATABASE_URL is not set.")
    assert "Traceback" not in done.stderr


def test_a_token_is_printed_alone(tmp_path: Path) -> None:
    done = run("token", "--as", "coordinator", "--data-dir", str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count(".") == 2
    assert done.stdout.count("\n") == 1


def test_a_link_needs_a_service_to_lead_to_and_a_key_that_it_believes(tmp_path: Path) -> None:
    asked = ["token", "--as", "coordinator", "--link", "--data-dir", str(tmp_path)]
    none_yet = run(*asked)
    assert (none_yet.returncode, none_yet.stdout) == (1, "")
    assert "concertation up" in none_yet.stderr
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "ports.json").write_text('{"api": 4321}')
    done = run(*asked)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("http://127.0.0.1:4321/development/sign-in/")
    exposed = run(*asked, CONCERTATION_HOST="0.0.0.0")
    assert (exposed.returncode, exposed.stdout) == (1, "")
    assert "loopback" in exposed.stderr


@pytest.mark.parametrize("ttl", ["", "soon", "0s", "-1h", "1.5h", "9999999d"])
def test_a_life_that_is_no_duration_is_wrong_usage(tmp_path: Path, ttl: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        call(["token", "--as", "clerk", f"--ttl={ttl}", "--data-dir", str(tmp_path)])


def test_an_interrupted_reader_does_not_raise() -> None:
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {program('concertation')} --help | head -n 1"],
        capture_output=True,
        check=False,
        text=True,
    )
    assert "Traceback" not in done.stderr


def test_up_is_told_how_many_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Settings] = []

    async def up(settings: Settings, options: object) -> int:
        told.append(settings)
        return 0

    monkeypatch.setattr("server.up.up", up)
    for kind in ("API", "WORKER"):
        monkeypatch.setenv(f"CONCERTATION_{kind}_PROCESSES", "3")
    assert [call(["up"]), call(["up", "--api", "2", "--workers", "1"])] == [0, 0]
    assert [(one.api_processes, one.worker_processes) for one in told] == [(3, 3), (2, 1)]
