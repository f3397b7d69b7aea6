"""Stopping without taking anything from anybody: whoever watches is told, sockets are told to come again."""

import asyncio
from typing import Protocol

COME_AGAIN = (1001, "Come again")
"""How a socket is closed whose client should connect anew, and go on from the last event that it has."""


class Leaving(Protocol):
    """A socket, as it is told to leave."""

    async def go_away(self) -> None:
        """Close it once what it has in hand is answered."""
        ...


class Draining:
    """Whether this process is about to stop, and its open sockets."""

    def __init__(self) -> None:
        """Begin as a process that stays."""
        self.begun = False
        self._open: set[Leaving] = set()

    @property
    def open(self) -> int:
        """How many sockets are open."""
        return len(self._open)

    def enter(self, socket: Leaving) -> None:
        """Remember an open socket."""
        self._open.add(socket)

    def leave(self, socket: Leaving) -> None:
        """Forget one that is closed."""
        self._open.discard(socket)

    async def send_away(self, within: float) -> None:
        """Close all sockets, each once it has nothing in hand; those that take longer are left open."""
        going = [asyncio.create_task(socket.go_away(), name="sending away") for socket in self._open]
        if not going:
            return
        _, late = await asyncio.wait(going, timeout=within)
        for task in late:
            task.cancel()
        await asyncio.gather(*going, return_exceptions=True)
