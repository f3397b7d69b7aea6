"""A connection to the API as light as Python can make it: hundreds of requests a second beside what they ask.

Whatever breaks says nothing about the request: `Silence`. The next request makes a new connection.
"""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from benchmarks.clients import request


class Silence(Exception):
    """No answer came, or no whole one."""


class Wire:
    """One connection, one request at a time."""

    def __init__(self, url: str, within: float) -> None:
        """Connect at the first request; wait `within` seconds for each answer."""
        at = urlsplit(url)
        self._host, self._port, self._path = at.hostname or "127.0.0.1", at.port or 80, at.path
        self._within = within
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, body: bytes, token: str | None = None) -> tuple[int, bytes]:
        """Send JSON; give status and body of the answer.

        Raises:
            Silence: the connection was refused, broke or stayed silent.
        """
        asked = request(self._path, f"{self._host}:{self._port}", body, token)
        whole = False
        try:
            async with asyncio.timeout(self._within):
                answer = await self._exchange(asked)
            whole = True
            return answer
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError) as failure:
            raise Silence(type(failure).__name__) from failure
        finally:
            if not whole:
                self.close()

    async def _exchange(self, asked: bytes) -> tuple[int, bytes]:
        if self._streams is not None and self._streams[0].at_eof():
            self.close()  # by the server, while nothing was asked
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._streams
        writer.write(asked)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        lines = head.split("\r\n")
        fields = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
        body = await reader.readexactly(int(fields.get("content-length", "0")))
        if fields.get("connection") == "close":
            self.close()
        return int(lines[0].split()[1]), body

    def close(self) -> None:
        """Forget the connection."""
        if self._streams is not None:
            self._streams[1].transport.abort()
            self._streams = None
