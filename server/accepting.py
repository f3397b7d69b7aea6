"""Taking connections from a socket that several processes listen on, which `concertation up --api 2` hands down.

Whoever is idle takes the next one, and one at a time: a process that took all that wait at once, as event loops do,
would leave the others without. What one process does not take, because it hangs or is about to stop, another takes.
"""

import asyncio
from collections.abc import Callable
from socket import socket

FEW = 64
"""With so few connections a process leaves the next one to the others for a moment; with more, chance is fair."""
_MOMENT = 0.001
_FULL = 1.0
"""Seconds to wait where the process may have no more files open."""


class Accepting:
    """Takes connections from one socket, for as long as it may."""

    def __init__(
        self, shared: socket, make: Callable[[], asyncio.Protocol], connections: Callable[[], int]
    ) -> None:
        """Take from `shared`, give each to a protocol of `make`; `connections` says how many there are."""
        self._shared = shared
        self._make = make
        self._connections = connections
        self._loop = asyncio.get_running_loop()
        self._pause: asyncio.TimerHandle | None = None
        self._taken: set[asyncio.Task[object]] = set()

    def begin(self) -> None:
        """Take what comes."""
        self._shared.setblocking(False)
        self._loop.add_reader(self._shared, self._take)

    def end(self) -> None:
        """Take nothing any more. The socket stays with the others who listen."""
        if self._pause is not None:
            self._pause.cancel()
        if self._shared.fileno() >= 0:
            self._loop.remove_reader(self._shared)
            self._shared.close()

    def _take(self) -> None:
        try:
            connection, _ = self._shared.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return  # another process was faster, or the client has gone
        except OSError:
            self._rest(_FULL)
            return
        connection.setblocking(False)
        taken = self._loop.create_task(self._serve(connection), name="a connection")
        self._taken.add(taken)
        taken.add_done_callback(self._taken.discard)
        if self._connections() < FEW:
            self._rest(_MOMENT)

    async def _serve(self, connection: socket) -> None:
        try:
            await self._loop.connect_accepted_socket(self._make, connection)
        except OSError:
            connection.close()  # the client has gone

    def _rest(self, seconds: float) -> None:
        self._loop.remove_reader(self._shared)
        self._pause = self._loop.call_later(seconds, self.begin)
