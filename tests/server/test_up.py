"""`concertation up`, with a real PostgreSQL and a real Temporal; only worker and API are stand-ins."""

import json
import os
import re
import signal
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from server.settings import Settings
from server.sign_in.links import read_link
from server.tokens import demo_member
from tests.fixtures.replicas import REPLICAS

pytestmark = pytest.mark.stack

STAND_IN = Path(__file__).with_name("stand_in.py")
SERVICES = ("postgres", "temporal", "worker", "api")
#: The names of workers and APIs where there are several of each: the suite runs so, too.
SEVERAL = (
    [f"{kind}-{n}" for kind in ("worker", "api") for n in range(1, REPLICAS + 1)] if REPLICAS > 1 else []
)


class Up:
    """One `up` in a process of its own, and what it prints."""

    def __init__(self, folder: Path, *flags: str, **environment: str) -> None:
        program = folder / "stand_in"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{STAND_IN}" "$@"\n')
        program.chmod(0o755)
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, str(STAND_IN), "up", str(folder), *flags],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "STAND_IN": str(program), **environment},
        )

    def read_until(self, words: str) -> str:
        """What was printed up to the line that contains `words`."""
        assert self.process.stdout is not None
        printed = ""
        for line in self.process.stdout:
            printed += line
            if words in line:
                return printed
        raise AssertionError(
            f"never said {words!r}: {printed}\n{self.process.stderr and self.process.stderr.read()}"
        )

    def facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = json.loads((self.folder / "ready.json").read_text())
        return facts

    def end(self, how: signal.Signals) -> tuple[int, str]:
        self.process.send_signal(how)
        printed, _ = self.process.communicate(timeout=30)
        return self.process.returncode, printed


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Up]]:
    begun: list[Up] = []

    def start(*flags: str, **environment: str) -> Up:
        begun.append(Up(tmp_path, *flags, **environment))
        return begun[-1]

    yield start
    for one in begun:
        if one.process.poll() is None:
            one.process.terminate()
        one.process.communicate()


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as answer:
        text: str = answer.read().decode()
    return text


def all_gone(pids: dict[str, int]) -> bool:
    here = [psutil.Process(pid) for pid in pids.values() if psutil.pid_exists(pid)]
    return psutil.wait_procs(here, timeout=20)[1] == []


def test_it_says_where_everything_is_and_a_signal_stops_it_cleanly(start: Callable[..., Up]) -> None:
    up = start()
    screen = up.read_until("Ctrl-C stops everything")
    facts = up.facts()
    assert facts["graphql_url"] in screen
    assert set(facts["pids"]) == {*SERVICES, *SEVERAL, "up"}
    assert {"graphql_url", "ws_url", "site_url", "temporal_ui_url", "database_url"} <= set(facts)
    assert "coordinator" in facts["tokens"]
    (printed_link,) = re.findall(r"  clerk +(http\S+)", screen)
    settings = Settings(data_dir=Path(facts["data_dir"]))
    for link in (printed_link, facts["sign_in_links"]["clerk"]):
        site, _, ticket = link.partition("development/sign-in/")
        assert site == facts["site_url"]
        found = read_link(settings, ticket)
        assert found is not None
        assert found.member == str(demo_member("clerk"))
    assert stat.S_IMODE((up.folder / "ready.json").stat().st_mode) == 0o600
    assert "<html" in get(facts["temporal_ui_url"])
    code, printed = up.end(signal.SIGINT)
    assert (code, printed) == (0, "stopping\nstopped; everything is kept\n")
    assert all_gone(facts["pids"])
    assert not (up.folder / "ready.json").exists()


def test_it_resumes_at_the_same_addresses(start: Callable[..., Up]) -> None:
    up = start()
    up.read_until("Ctrl-C")
    before = up.facts()
    assert up.end(signal.SIGTERM)[0] == 0
    again = start()
    assert "migrations applied" not in again.read_until("Ctrl-C")
    after = again.facts()
    same = ("graphql_url", "temporal_address", "temporal_ui_url", "database_url")
    assert [after[name] for name in same] == [before[name] for name in same]


def test_each_service_that_is_killed_comes_back(start: Callable[..., Up]) -> None:
    up = start()
    up.read_until("Ctrl-C")
    for name in ("postgres", "temporal", *(SEVERAL or ("worker", "api"))):
        pid = up.facts()["pids"][name]
        os.kill(pid, signal.SIGKILL)
        up.read_until(f"{name} is back")
        assert up.facts()["pids"][name] != pid
    get(up.facts()["site_url"])


def test_several_apis_and_workers_answer_at_one_address_and_each_comes_back(start: Callable[..., Up]) -> None:
    up = start(CONCERTATION_API_PROCESSES="2", CONCERTATION_WORKER_PROCESSES="2")
    up.read_until("Ctrl-C")
    facts = up.facts()
    several = {"worker-1", "worker-2", "api-1", "api-2"}
    assert set(facts["pids"]) == {*SERVICES, *several, "up"}
    assert [facts["pids"][kind] == facts["pids"][f"{kind}-1"] for kind in ("api", "worker")] == [True, True]
    assert set(facts["api_urls"]) == {"api-1", "api-2"}
    for url in (facts["site_url"], *facts["api_urls"].values()):
        assert "CONCERTATION_LISTEN_FD" in get(url)
    for name in sorted(several):
        os.kill(facts["pids"][name], signal.SIGKILL)
        get(facts["site_url"])
        up.read_until(f"{name} is back")
    after = up.facts()
    assert not {after["pids"][name] for name in several} & set(facts["pids"].values())
    assert after["api_urls"] == facts["api_urls"]
    code, printed = up.end(signal.SIGTERM)
    assert (code, printed) == (0, "stopping\nstopped; everything is kept\n")
    assert all_gone(after["pids"])


def test_workers_and_apis_are_started_anew_one_after_the_other_and_somebody_always_answers(
    start: Callable[..., Up],
) -> None:
    up = start(CONCERTATION_API_PROCESSES="2", CONCERTATION_WORKER_PROCESSES="2")
    up.read_until("Ctrl-C")
    before = up.facts()
    up.process.send_signal(signal.SIGUSR1)
    for name in ("worker-1", "worker-2", "api-1", "api-2"):
        assert f"{name} ended (exit code 0)" in up.read_until(f"{name} is back")
        get(before["site_url"])
    up.read_until("started anew")
    after = up.facts()
    same = {name for name, pid in after["pids"].items() if pid == before["pids"][name]}
    assert same == {"postgres", "temporal", "up"}


def test_when_it_is_killed_nothing_stays_and_the_next_one_starts(start: Callable[..., Up]) -> None:
    up = start()
    up.read_until("Ctrl-C")
    pids = up.facts()["pids"]
    up.end(signal.SIGKILL)
    assert all_gone(pids)
    start().read_until("Ctrl-C")


def test_a_second_one_on_the_same_folder_is_refused(start: Callable[..., Up]) -> None:
    first = start()
    first.read_until("Ctrl-C")
    second = start()
    _, told = second.process.communicate(timeout=30)
    assert second.process.returncode == 1
    assert f"already runs as process {first.process.pid}" in told
    get(first.facts()["site_url"])


def test_an_ephemeral_one_leaves_nothing(start: Callable[..., Up]) -> None:
    up = start("--ephemeral")
    up.read_until("Ctrl-C")
    data = Path(up.facts()["data_dir"])
    assert data.exists()
    assert up.end(signal.SIGTERM)[0] == 0
    assert not data.exists()
    assert not (up.folder / "data").exists()


def test_a_signal_during_the_start_stops_what_has_started(start: Callable[..., Up]) -> None:
    up = start()
    up.read_until("answers")
    code, printed = up.end(signal.SIGTERM)
    assert code == 0
    assert "stopped; everything is kept" in printed


def test_each_process_gets_only_the_addresses_it_needs(start: Callable[..., Up]) -> None:
    up = start(CONCERTATION_PROVISION_DATABASE_URL="postgresql://postgres:sesame@127.0.0.1:1/postgres")
    up.read_until("Ctrl-C")
    api = get(up.facts()["site_url"]).splitlines()
    worker = (up.folder / "data" / "logs" / "worker.log").read_text().splitlines()
    urls = {
        name: [variable for variable in seen if variable.endswith("DATABASE_URL")]
        for name, seen in (("api", api), ("worker", worker))
    }
    assert urls == {"api": ["DATABASE_URL"], "worker": ["WORKER_DATABASE_URL"]}


def test_a_service_that_does_not_start_is_told_with_its_log_and_everything_stops(
    start: Callable[..., Up], tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\necho the disk is full; exit 4\n")
    broken.chmod(0o755)
    up = start(STAND_IN=str(broken))
    _, told = up.process.communicate(timeout=60)
    assert up.process.returncode == 1
    assert "ended at once with exit code 4" in told
    assert "the disk is full" in told
    assert not any(
        str(tmp_path) in " ".join(one.info["cmdline"] or []) for one in psutil.process_iter(["cmdline"])
    )
