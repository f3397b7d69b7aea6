"""A link between two processes that can be cut: a proxy for TCP and for the Unix sockets of PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib
from enum import StrEnum
from pathlib import Path

SOCKET = ".s.PGSQL.5432"
"""What PostgreSQL calls its socket, in the folder that clients name."""
_CHUNK = 65_536

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Weather(StrEnum):
    """What a link does with what is sent through it."""

    FAIR = "fair"
    CUT = "cut"
    """Connections break, and no new one is taken."""
    HOLE = "hole"
    """Connections are taken, and everything is swallowed until it is fair again; then it arrives after all."""
    HALF_OPEN = "half-open"
    """What is asked arrives, what is answered is swallowed for good; the connection breaks when it is fair again."""
    SLOW = "slow"
    """Each piece takes `LATENCY` seconds."""


LATENCY = 0.2


class Proxy:
    """Listens in one place and passes on to another: `host:port`, or a folder with a socket of PostgreSQL."""

    def __init__(self, to: tuple[str, int] | Path, *, folder: Path | None = None) -> None:
        """Listen on a free port of this machine, or in `folder`."""
        self._to = to
        self._folder = folder
        self._port = 0
        self._server: asyncio.Server | None = None
        self._weather = Weather.FAIR
        self._fair = asyncio.Event()
        self._fair.set()
        self._at_hand: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._port

    @property
    def address(self) -> str:
        """`host:port`."""
        return f"127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Listen, in the same place as before if there is one."""
        if self._folder is not None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            (self._folder / SOCKET).unlink(missing_ok=True)
            self._server = await asyncio.start_unix_server(self._taken, self._folder / SOCKET)
            return
        self._server = await asyncio.start_server(self._taken, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Listen no more, and break what is there."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self._break()
        for task in self._at_hand:
            task.cancel()
        await asyncio.gather(*self._at_hand, return_exceptions=True)

    async def turn(self, weather: Weather) -> None:
        """Let the weather change."""
        before, self._weather = self._weather, weather
        if weather is Weather.HOLE:
            self._fair.clear()
        else:
            self._fair.set()
        if weather is Weather.CUT and self._server is not None:
            self._server.close()
            self._server = None
            self._break()
        if before is Weather.CUT and weather is not Weather.CUT:
            await self.start()
        if before is Weather.HALF_OPEN and weather is not Weather.HALF_OPEN:
            self._break()

    def _break(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    async def _taken(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._at_hand.add(task)
        self._writers.add(writer)
        beyond: asyncio.StreamWriter | None = None
        try:
            await self._fair.wait()
            answers, beyond = await self._reach()
            self._writers.add(beyond)
            asked = asyncio.create_task(self._pass(reader, beyond, answers=False))
            answered = asyncio.create_task(self._pass(answers, writer, answers=True))
            self._at_hand |= {asked, answered}
            await asyncio.wait({asked, answered}, return_when=asyncio.FIRST_COMPLETED)
        except (OSError, asyncio.CancelledError):
            pass  # nobody there, or the end: whoever asked sees their connection end
        finally:
            self._at_hand.discard(task)
            for one in (writer, beyond):
                if one is not None:
                    self._writers.discard(one)
                    one.close()

    async def _reach(self) -> Streams:
        if isinstance(self._to, Path):
            return await asyncio.open_unix_connection(self._to / SOCKET)
        return await asyncio.open_connection(*self._to)

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool
    ) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while data := await reader.read(_CHUNK):
                await self._fair.wait()
                if self._weather is Weather.SLOW:
                    await asyncio.sleep(LATENCY)
                if answers and self._weather is Weather.HALF_OPEN:
                    continue
                writer.write(data)
                await writer.drain()
