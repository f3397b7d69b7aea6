"""The virus scanner, against a stand-in that speaks the protocol of clamd."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from server.files.scanning import Clamd, NoScanner, ScannerAway, scanner_of
from server.settings import Settings

SIGNATURE = b"a signature of this test"


async def clamd(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one INSTREAM: FOUND for the signature, an error for more than 100,000 bytes, OK for all else."""
    assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
    content = b""
    while length := int.from_bytes(await reader.readexactly(4), "big"):
        content += await reader.readexactly(length)
    verdict = b"stream: OK"
    if SIGNATURE in content:
        verdict = b"stream: Test.Signature FOUND"
    elif len(content) > 100_000:
        verdict = b"INSTREAM size limit exceeded. ERROR"
    writer.write(verdict + b"\0")
    await writer.drain()


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Read and say nothing."""
    await reader.read()


async def broken(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hang up."""


Speaks = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def standing(how: Speaks, tmp_path: Path, kind: str) -> AsyncIterator[str]:
    """Start the stand-in; gives its address, and waits at the end for who still speaks."""
    speaking: list[asyncio.Task[None]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        speaking.append(task)
        try:
            await how(reader, writer)
        finally:
            writer.close()
            await asyncio.gather(writer.wait_closed(), return_exceptions=True)

    if kind == "socket":
        address = f"unix:{tmp_path / 'clamd'}"
        server = await asyncio.start_unix_server(serve, tmp_path / "clamd")
    else:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield address
        await asyncio.gather(*speaking)


def file(tmp_path: Path, content: bytes) -> Path:
    found = tmp_path / "file"
    found.write_bytes(content)
    return found


@pytest.mark.parametrize("kind", ["socket", "tcp"])
async def test_a_clean_file_passes_and_an_infected_one_is_named(tmp_path: Path, kind: str) -> None:
    async with standing(clamd, tmp_path, kind) as address:
        scanner = Clamd(address, 5)
        assert await scanner.found(file(tmp_path, b"x" * 99_000)) is None
        assert await scanner.found(file(tmp_path, b"x" * 70_000 + SIGNATURE)) == "Test.Signature"
        assert await scanner.found(file(tmp_path, b"")) is None


async def test_who_cannot_scan_has_not_found_the_file_clean(tmp_path: Path) -> None:
    async with standing(clamd, tmp_path, "tcp") as address:
        with pytest.raises(ScannerAway, match="size limit"):
            await Clamd(address, 5).found(file(tmp_path, b"x" * 100_001))
    async with standing(broken, tmp_path, "tcp") as address:
        with pytest.raises(ScannerAway):
            await Clamd(address, 5).found(file(tmp_path, b"x"))
    async with standing(silent, tmp_path, "tcp") as address:
        with pytest.raises(ScannerAway, match="TimeoutError"):
            await Clamd(address, 0.05).found(file(tmp_path, b"x"))


@pytest.mark.parametrize("address", ["127.0.0.1:1", "nowhere", "/nowhere/clamd", "host:port"])
async def test_a_scanner_that_is_not_there_is_away(tmp_path: Path, address: str) -> None:
    with pytest.raises(ScannerAway):
        await Clamd(address, 5).found(file(tmp_path, b"x"))


async def test_nobody_looks_unless_there_is_an_address(tmp_path: Path) -> None:
    scanner = scanner_of(Settings(data_dir=tmp_path))
    assert isinstance(scanner, NoScanner)
    assert await scanner.found(file(tmp_path, SIGNATURE)) is None
    assert isinstance(scanner_of(Settings(data_dir=tmp_path, clamd_address="127.0.0.1:3310")), Clamd)
