"""A process of the project itself, `concertation worker` or `concertation api`, as a child of `concertation up`."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from server.embedded.child import Child

_START_WITHIN = 30.0


class OwnProcess:
    """`COMMAND worker` or `COMMAND api`, ready once `ready()` says so."""

    def __init__(
        self,
        name: str,
        command: str,
        log: Path,
        env: Mapping[str, str],
        ready: Callable[["OwnProcess"], Awaitable[bool]],
        *,
        handed: Sequence[int] = (),
        stops_within: float = 10.0,
    ) -> None:
        """Nothing is started yet. What comes after a hyphen in `name` tells it from others that do the same.

        `handed`: the files that it inherits. `stops_within`: the seconds after which it is killed instead.
        """
        self.name = name
        self._handed = handed
        self._stops_within = stops_within
        self._command = command
        self._env = env
        self._ready = ready
        self._child = Child(name, log)

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._child.pid

    async def start(self) -> None:
        """Start it and wait until it is ready; `ChildFailed` if it ends or takes more than 30 s."""
        subcommand = self.name.partition("-")[0]
        self._child.spawn([self._command, subcommand], env=self._env, handed=self._handed)
        await self._child.until(lambda: self._ready(self), _START_WITHIN)

    async def ended(self) -> int:
        """Wait for the end of the process that `start` started."""
        return await self._child.ended()

    async def stop(self) -> None:
        """Let it finish what it has in hand, then end it."""
        await self._child.stop(within=self._stops_within)


def by_file(file: Path) -> Callable[[OwnProcess], Awaitable[bool]]:
    """Ready once the process has written its own id into `file` (`CONCERTATION_READY_FILE`)."""

    async def ready(process: OwnProcess) -> bool:
        try:
            return file.read_text().strip() == str(process.pid)
        except OSError:
            return False

    return ready


def by_http(host: str, port: int, path: str) -> Callable[[OwnProcess], Awaitable[bool]]:
    """Ready once `GET path` answers 200."""

    async def ready(process: OwnProcess) -> bool:
        try:
            async with asyncio.timeout(2.0):
                return await _status(host, port, path) == 200
        except (OSError, TimeoutError, ValueError, IndexError):
            return False

    return ready


async def _status(host: str, port: int, path: str) -> int:
    reader, writer = await asyncio.open_connection(host.strip("[]"), port)
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        return int((await reader.readline()).split()[1])
    finally:
        writer.close()
