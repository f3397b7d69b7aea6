"""Uploads on their way in: streamed into a folder of their own, measured, and gone again unless somebody keeps them."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from domain.refusals import Code, Refusal

_WRITTEN_AT_ONCE = 262_144


@dataclass(frozen=True, slots=True)
class Staged:
    """An upload that arrived whole."""

    file: Path
    size: int
    #: SHA-256 of the content, in hexadecimal.
    digest: str


@asynccontextmanager
async def staged(
    folder: Path, stream: AsyncIterator[bytes], announced: int, idle: float, within: float
) -> AsyncIterator[Staged | Refusal]:
    """Take in a stream that was announced with so many bytes; what is left of it at the end of the block is removed.

    More bytes than announced are not read. `idle` is the longest wait for the next bytes, `within` for all of
    them, in seconds. Never more than a piece is in memory. Whatever the stream raises comes through, after the removal.

    Raises:
        OSError: the folder cannot take it.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    number, name = tempfile.mkstemp(dir=folder)
    try:
        try:
            found = await _taken(number, Path(name), stream, announced, idle, within)
        finally:
            os.close(number)
        yield found
    finally:
        Path(name).unlink(missing_ok=True)


class _Sink:
    """An open file, with the digest of what went into it."""

    def __init__(self, number: int) -> None:
        self._number = number
        self.digest = sha256()

    def write(self, content: bytes, *, last: bool = False) -> None:
        self.digest.update(content)
        left = memoryview(content)
        while left:
            left = left[os.write(self._number, left) :]
        if last:
            os.fsync(self._number)


async def _taken(
    number: int, file: Path, stream: AsyncIterator[bytes], announced: int, idle: float, within: float
) -> Staged | Refusal:
    size, sink, pending = 0, _Sink(number), bytearray()
    pieces, clock = aiter(stream), asyncio.get_running_loop().time
    late = clock() + within
    while True:
        try:
            async with asyncio.timeout(max(0.0, min(idle, late - clock()))):
                piece = await anext(pieces, None)
        except TimeoutError:
            piece = None
        if piece is None:
            break
        size += len(piece)
        if size > announced:
            return Refusal(Code.FILE_TOO_LARGE, {"largest": announced})
        pending += piece
        if len(pending) >= _WRITTEN_AT_ONCE:
            await asyncio.to_thread(sink.write, bytes(pending))
            pending.clear()
    if size < announced:
        return Refusal(Code.FILE_INCOMPLETE, {"received": size, "announced": announced})
    await asyncio.to_thread(sink.write, bytes(pending), last=True)
    return Staged(file, size, sink.digest.hexdigest())
