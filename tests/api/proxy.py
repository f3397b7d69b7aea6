"""A socket between the API and PostgreSQL that a test can cut, or silence."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit


class Proxy:
    """Passes on what comes to its socket, until told otherwise."""

    def __init__(self, dsn: str, folder: Path) -> None:
        parts = urlsplit(dsn)
        query = dict(parse_qsl(parts.query))
        port = str(parts.port or query.get("port", 5432))
        name = f".s.PGSQL.{port}"
        self._behind = Path(query["host"]) / name
        self._socket = folder / name
        self.dsn = urlunsplit(parts._replace(query=urlencode({**query, "host": str(folder)})))
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._speaks = asyncio.Event()

    async def open(self) -> None:
        """Pass on what comes."""
        self._speaks.set()
        self._server = await asyncio.start_unix_server(self._serve, self._socket)

    async def close(self) -> None:
        """Cut all connections, and refuse new ones."""
        assert self._server is not None
        self._server.close()
        self._socket.unlink(missing_ok=True)
        for writer in self._writers:
            writer.transport.abort()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._writers.clear()

    def silence(self) -> None:
        """Keep connections, pass nothing on."""
        self._speaks.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind, ahead = await asyncio.open_unix_connection(str(self._behind))
        self._writers |= {writer, ahead}
        for source, target in ((reader, ahead), (behind, writer)):
            task = asyncio.ensure_future(self._pass_on(source, target))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass_on(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await source.read(65536):
                await self._speaks.wait()
                target.write(data)
                await target.drain()
        target.close()
