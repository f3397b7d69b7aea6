"""The processes of `concertation up`, started as anybody starts them: looked up, killed, waited for."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from server.embedded.child import Child, is_alive
from server.embedded.programs import program
from server.settings import Settings

SERVICES = ("postgres", "temporal", "worker", "api")
_START_WITHIN = 120.0
_BACK_WITHIN = 90.0
_STOP_WITHIN = 60.0

UNHINDERED = {"CONCERTATION_RATE_LIMITS": "false", "CONCERTATION_RECONCILE_EVERY": "3"}
"""A few people do here in seconds what a crowd does in days; and who lost their workflow is looked for more often."""


class NotBack(AssertionError):
    """A service did not come back by itself."""


class Stack:
    """`concertation up` in a folder. Durable, as it is for people who use it."""

    def __init__(self, folder: Path, **given: str) -> None:
        """Start nothing yet; `given` are settings besides the usual ones."""
        folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        self.folder = folder
        self._given = given
        self._ready_file = folder / "ready.json"
        #: Words of a command that starts the one of `up`.
        self._before: list[str] = []
        self._facts: dict[str, Any] = {}
        self._up = Child("up", folder / "up.log")

    async def start(self) -> None:
        """Start everything; `ChildFailed` if it does not answer."""
        self._ready_file.unlink(missing_ok=True)
        self._up.spawn(
            [
                *self._before,
                program("concertation"),
                "up",
                "--data-dir",
                self.data_dir,
                "--ready-file",
                self._ready_file,
            ],
            env=bare_environment() | UNHINDERED | self._given,
        )

        async def ready() -> bool:
            return self._ready_file.exists()

        await self._up.until(ready, _START_WITHIN)

    async def stop(self) -> None:
        """Stop everything in order, as Ctrl-C does; the data stays."""
        await self._up.stop(signal.SIGTERM, within=_STOP_WITHIN)

    @property
    def data_dir(self) -> Path:
        """Where its data, keys and logs are."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What `up` says on the screen."""
        return self._up.log

    @property
    def settings(self) -> Settings:
        """Settings that sign tokens with its development key."""
        return Settings(data_dir=self.data_dir)

    @property
    def facts(self) -> dict[str, Any]:
        """What the ready file says now."""
        with contextlib.suppress(FileNotFoundError):  # while it starts again, its addresses stay
            self._facts = json.loads(self._ready_file.read_text())
        return self._facts

    @property
    def graphql_url(self) -> str:
        """The address of the API."""
        return str(self.facts["graphql_url"])

    @property
    def temporal_address(self) -> str:
        """`host:port` of Temporal."""
        return str(self.facts["temporal_address"])

    def database(self, role: str) -> str:
        """The address of PostgreSQL for `app`, `worker` or `owner`."""
        return str(self.facts["database_urls"][role])

    @property
    def superuser(self) -> str:
        """The address of PostgreSQL for its superuser: the embedded server trusts whoever reaches its socket."""
        return self.database("owner").replace("concertation_owner@", "postgres@")

    def pid(self, service: str) -> int | None:
        """Give the process id of a service while it runs."""
        pid = self.facts["pids"].get(service)
        return pid if isinstance(pid, int) and is_alive(pid) else None

    def kill(self, service: str) -> int | None:
        """End a service with SIGKILL; give the process id that it had, `None` if it was already dead."""
        pid = self.pid(service)
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
        return pid

    async def until_back(self, *killed: int | None) -> None:
        """Wait until every service runs as a process that is none of these.

        Raises:
            NotBack: the supervisor did not bring one back in good time.
        """
        try:
            async with asyncio.timeout(_BACK_WITHIN):
                while True:
                    pids = [self.pid(service) for service in SERVICES]
                    if None not in pids and not set(pids) & set(killed):
                        return
                    await asyncio.sleep(0.1)  # the supervisor tells of it in a file: nothing to wait on
        except TimeoutError:
            dead = [service for service in SERVICES if self.pid(service) is None]
            raise NotBack(f"not back after {_BACK_WITHIN:g} s: {', '.join(dead)}") from None


def bare_environment() -> dict[str, str]:
    """What was set for another installation does not count here."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CONCERTATION_", "TEMPORAL_")) and not name.endswith("DATABASE_URL")
    } | {"PYTHONUNBUFFERED": "1", "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
