"""`concertation …` as a child process, read line by line; and the servers that it started, found by their parent."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from server.embedded.programs import program

#: How long a process killed with SIGKILL may take to be back under another id.
BACK_WITHIN = 60.0


class Running:
    """A `concertation` command in a process of its own."""

    def __init__(self, *words: str | Path, **settings: str) -> None:
        """Start it with these words, and these variables beside those of the environment."""
        self.printed: list[str] = []
        self._process = subprocess.Popen(
            [program("concertation"), *map(str, words)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1", "COLUMNS": "200", **settings},
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def read_until(self, words: str) -> str:
        """Give the line that contains `words`, having kept all before it."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.printed.append(line)
            if words in line:
                return line
        raise AssertionError(f"never said {words!r}:\n{self.screen}")

    @property
    def screen(self) -> str:
        """Everything that was printed so far."""
        return "".join(self.printed)

    def end(self, how: signal.Signals) -> int:
        """Send a signal, read the rest, give the exit code."""
        self._process.send_signal(how)
        return self.wait()

    def wait(self) -> int:
        """Read the rest, give the exit code."""
        rest, _ = self._process.communicate(timeout=60)
        self.printed.append(rest)
        return self._process.returncode

    def stop(self) -> None:
        """End it, whatever happened."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.communicate(timeout=30)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.communicate()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def facts_of_its_servers(self) -> dict[str, Any]:
        """Read the ready file of the `up` that this command started as its child."""
        for child in psutil.Process(self.pid).children():
            words = child.cmdline()
            if "--ready-file" in words:
                return read_facts(Path(words[words.index("--ready-file") + 1]))
        raise AssertionError("it has started no servers")


def read_facts(ready_file: Path) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(ready_file.read_text())
    return facts


def kill(service: str, facts: Callable[[], dict[str, Any]]) -> int:
    """End a service with SIGKILL; give the process id that it had."""
    pid: int = facts()["pids"][service]
    os.kill(pid, signal.SIGKILL)
    return pid


def until_back(service: str, killed: int, facts: Callable[[], dict[str, Any]]) -> None:
    """Wait until the supervisor has written down another process for the service."""
    limit = time.monotonic() + BACK_WITHIN
    while facts()["pids"][service] in (killed, None):
        assert time.monotonic() < limit, f"{service} is not back"
        time.sleep(0.1)  # the supervisor tells of it in a file: nothing to wait on


def all_gone(pids: dict[str, int]) -> bool:
    here = [psutil.Process(pid) for pid in pids.values() if psutil.pid_exists(pid)]
    return psutil.wait_procs(here, timeout=20)[1] == []
