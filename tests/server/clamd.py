"""A stand-in that speaks the protocol of clamd."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

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
