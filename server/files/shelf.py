"""Where contents are kept: by their SHA-256 alone, in a folder or in an S3-compatible bucket."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from server.errors import CommandFailed
from server.settings import Settings

T = TypeVar("T")

_DIGEST = re.compile("[0-9a-f]{64}")
_CHUNK = 262_144


class ShelfFault(Exception):
    """The place where files are kept does not do what it was asked. Nothing was lost: ask again."""

    def __init__(self, reason: object = "") -> None:
        """`reason` is for the log."""
        super().__init__(f"{self.__doc__} ({reason})")


class ShelfRefused(CommandFailed):
    """The place for files that the settings name cannot be used."""


class Shelf(Protocol):
    """Keeps contents. Each method may be repeated; `digest` is 64 hexadecimal digits, whatever people sent."""

    async def put(self, digest: str, staged: Path) -> None:
        """Put the content of a file into its place, whole or not at all; the file may be gone afterwards.

        Raises:
            ShelfFault: it is perhaps not there.
        """
        ...

    async def open(self, digest: str, start: int, end: int) -> AsyncIterator[bytes]:
        """Give the bytes from `start` up to but without `end`.

        Raises:
            ShelfFault: there is no such content, or the place does not answer.
        """
        ...

    async def erase(self, digest: str) -> None:
        """Take a content out of its place, if it is there.

        Raises:
            ShelfFault: it is perhaps still there.
        """
        ...


def place_of(digest: str) -> str:
    """Name the place of a content: two levels of folders, so that none of them grows large."""
    if not _DIGEST.fullmatch(digest):
        raise ValueError("no digest")
    return f"{digest[:2]}/{digest[2:4]}/{digest}"


class FolderShelf:
    """Keeps contents in a folder of this machine, or one that several machines share."""

    def __init__(self, folder: Path) -> None:
        """Keep them below `folder`, which is made when the first one comes."""
        self._folder = folder

    async def put(self, digest: str, staged: Path) -> None:
        """Move the file there: `staged` must be on the same file system."""
        await _blocking(lambda: _moved(staged, self._folder / place_of(digest)))

    async def open(self, digest: str, start: int, end: int) -> AsyncIterator[bytes]:
        """Read piece by piece, off the event loop."""
        file = self._folder / place_of(digest)
        number = await _blocking(lambda: os.open(file, os.O_RDONLY | os.O_CLOEXEC))

        async def pieces() -> AsyncIterator[bytes]:
            try:
                at = start
                while at < end:
                    piece = await _blocking(partial(os.pread, number, min(_CHUNK, end - at), at))
                    if not piece:
                        raise ShelfFault("the content is shorter than it was")
                    at += len(piece)
                    yield piece
            finally:
                os.close(number)

        return pieces()

    async def erase(self, digest: str) -> None:
        """Remove the file."""
        file = self._folder / place_of(digest)
        await _blocking(lambda: file.unlink(missing_ok=True))


async def _blocking(work: Callable[[], T]) -> T:
    try:
        return await asyncio.to_thread(work)
    except OSError as fault:
        raise ShelfFault(type(fault).__name__) from fault


def _moved(staged: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.chmod(staged, 0o600)
    os.replace(staged, place)
    for folder in (place.parent, place.parent.parent, place.parent.parent.parent):
        _sync(folder)


def _sync(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def shelf_of(settings: Settings) -> Shelf:
    """Give the place that the settings name."""
    if settings.s3_bucket is None:
        return FolderShelf(settings.files_folder)
    from server.files.s3_shelf import S3Shelf

    return S3Shelf(settings)
