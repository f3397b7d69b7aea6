"""The virus scanner: clamd, asked by its command INSTREAM over TCP or a Unix socket. Off unless it has an address."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Protocol

from server.settings import Settings

_CHUNK = 65_536
_LONGEST_REPLY = 4_096


class ScannerAway(Exception):
    """The virus scanner does not answer, or cannot scan. Files are refused until it can."""

    def __init__(self, reason: object = "") -> None:
        """`reason` is for the log."""
        super().__init__(f"{self.__doc__} ({reason})")


class Scanner(Protocol):
    """Looks for what would do harm."""

    async def found(self, file: Path) -> str | None:
        """Give the name of the signature that a file matches, for the log; nothing for a clean one.

        Raises:
            ScannerAway: nobody knows.
        """
        ...


class NoScanner:
    """Finds nothing: the operator named no scanner."""

    async def found(self, file: Path) -> str | None:
        """Let it pass."""
        return None


class Clamd:
    """A clamd (clamd(8), "INSTREAM"): chunks after their length, then a length of zero."""

    def __init__(self, address: str, within: float) -> None:
        """Ask at `host:port`, or at the path of a socket, and wait at most `within` seconds for a verdict."""
        self._address = address.removeprefix("unix:").removeprefix("tcp://")
        self._within = within

    async def found(self, file: Path) -> str | None:
        """Stream the file there."""
        try:
            async with asyncio.timeout(self._within):
                reply = await self._asked(file)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError) as fault:
            raise ScannerAway(type(fault).__name__) from fault
        verdict = reply.removeprefix("stream: ")
        if verdict == "OK":
            return None
        if verdict.endswith(" FOUND"):
            return verdict.removesuffix(" FOUND")
        raise ScannerAway(reply)

    async def ping(self) -> None:
        """See that it answers.

        Raises:
            ScannerAway: it does not.
        """
        try:
            async with asyncio.timeout(self._within):
                reader, writer = await self._connected()
                try:
                    writer.write(b"zPING\0")
                    reply = await reader.readuntil(b"\0")
                finally:
                    writer.close()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError) as fault:
            raise ScannerAway(type(fault).__name__) from fault
        if reply != b"PONG\0":
            raise ScannerAway("no PONG")

    async def _asked(self, file: Path) -> str:
        reader, writer = await self._connected()
        try:
            writer.write(b"zINSTREAM\0")
            with file.open("rb") as opened:
                while chunk := await asyncio.to_thread(opened.read, _CHUNK):
                    writer.write(len(chunk).to_bytes(4, "big") + chunk)
                    await writer.drain()
            writer.write(bytes(4))
            await writer.drain()
            reply = await reader.readuntil(b"\0")
        finally:
            writer.close()
        return reply[:_LONGEST_REPLY].decode(errors="replace").rstrip("\0\n")

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._address.startswith("/"):
            return await asyncio.open_unix_connection(self._address, limit=_LONGEST_REPLY)
        host, _, port = self._address.rpartition(":")
        return await asyncio.open_connection(host.strip("[]"), int(port), limit=_LONGEST_REPLY)


def scanner_of(settings: Settings) -> Scanner:
    """Give the scanner that the settings name."""
    if settings.clamd_address is None:
        return NoScanner()
    return Clamd(settings.clamd_address, settings.clamd_timeout)
