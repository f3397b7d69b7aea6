"""The real stack, started as anybody starts it: `concertation up`, in a data folder that is removed at the end.

Durable (`--ephemeral` would turn `fsync` off and flatter every figure), and warm: the folder is filled once, unless
nothing is published anyway.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from time import perf_counter, sleep
from typing import IO, Any

from benchmarks.progress import say
from benchmarks.scale import is_published

CONCERTATION = Path(sys.executable).with_name("concertation")
_START_WITHIN = 60.0
_STOP_WITHIN = 30.0


class Stack:
    """A running stack: what its ready file says, and how it came up."""

    def __init__(self, facts: dict[str, Any], ready_in: float, milestones: list[tuple[str, float]]) -> None:
        self._facts = facts
        #: Seconds from the start of the command to the ready file.
        self.ready_in = ready_in
        #: The services, in the order in which they answered, with the seconds from the start of the command.
        self.milestones = milestones

    @property
    def pids(self) -> dict[str, int]:
        """The process ids by service."""
        return dict(self._facts["pids"])

    @property
    def graphql_url(self) -> str:
        """The address of the API."""
        return str(self._facts["graphql_url"])

    @property
    def api_urls(self) -> dict[str, str]:
        """The own address of each API, where there are several."""
        return dict(self._facts["api_urls"])

    @property
    def temporal_address(self) -> str:
        """`host:port` of Temporal."""
        return str(self._facts["temporal_address"])

    @property
    def data_dir(self) -> Path:
        """Where its data and keys are."""
        return Path(self._facts["data_dir"])

    def database(self, role: str) -> str:
        """The address of PostgreSQL for `app`, `worker` or `owner`."""
        return str(self._facts["database_urls"][role])

    @property
    def superuser(self) -> str:
        """The address of PostgreSQL for its superuser: the embedded server trusts whoever reaches its socket."""
        return self.database("owner").replace("concertation_owner@", "postgres@")

    def token(self, role: str) -> str:
        """The demo token of a role."""
        return str(self._facts["tokens"][role])


class DataFolder:
    """A folder whose database is made and migrated, so that what starts on it starts warm."""

    def __init__(self, path: Path) -> None:
        self._path = path
        if not is_published():
            return
        with self.stack() as first:
            say(f"first start, in an empty folder: {first.ready_in:.1f} s")

    @contextmanager
    def stack(self, *arguments: str, **given: str) -> Iterator[Stack]:
        """Run the stack for the length of the block, with these arguments and settings besides the usual ones."""
        ready_file = self._path / "ready.json"
        command: list[str | Path] = [
            CONCERTATION,
            "up",
            "--data-dir",
            self._path / "data",
            "--ready-file",
            ready_file,
            *arguments,
        ]
        start = perf_counter()
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=_environment() | given
        )
        assert process.stdout is not None
        printed: list[tuple[float, str]] = []
        reader = Thread(target=_listen, args=(process.stdout, start, printed))
        reader.start()
        try:
            while not ready_file.exists():
                if process.poll() is not None or perf_counter() - start > _START_WITHIN:
                    raise RuntimeError("the stack did not start:\n" + "".join(line for _, line in printed))
                sleep(0.01)
            ready_in = perf_counter() - start
            answered = [(line.split()[0], at) for at, line in printed if " answers (" in line]
            yield Stack(json.loads(ready_file.read_text()), ready_in, answered)
        finally:
            process.terminate()
            process.wait(_STOP_WITHIN)
            reader.join()


def _listen(stream: IO[str], start: float, printed: list[tuple[float, str]]) -> None:
    for line in stream:
        printed.append((perf_counter() - start, line))


@contextmanager
def data_folder() -> Iterator[DataFolder]:
    """Give a warm folder, and remove it."""
    path = Path(tempfile.mkdtemp(prefix="bench-"))
    path.chmod(0o711)
    try:
        yield DataFolder(path)
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _environment() -> dict[str, str]:
    """What was set for another installation does not count here."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CONCERTATION_", "TEMPORAL_")) and not name.endswith("DATABASE_URL")
    }
