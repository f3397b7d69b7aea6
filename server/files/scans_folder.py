"""Scans that lie in a folder beside a file of forms, which names them: looked into and kept as uploads are.

Nothing outside of the folder is ever opened: names are plain, and links are not followed.
"""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO
from unicodedata import normalize

from domain.files.kinds import Kind
from domain.files.names import read_name
from domain.files.scans import SCAN_MISSING, kind_of_scan
from domain.files.sniffing import fault_of_content
from domain.refusals import Code, Finding, Refusal
from server.errors import CommandFailed
from server.files.scanning import Scanner
from server.files.shelf import Shelf, ShelfFault
from server.files.staging import Staged, staged
from store import files
from store.entering_scans import Scan
from store.pool import Connection

_AT_ONCE = 4
"""Scans that are looked into at one moment."""
_PIECE = 1 << 18
_LONGEST = 600.0
"""Seconds that one scan may take."""


class NoFolder(CommandFailed):
    """The folder of scans cannot be opened."""


class _Unreadable(Exception):
    """A scan cannot be read to its end."""


class ScansFolder:
    """Takes scans in from a folder."""

    def __init__(
        self, folder: int, connection: Connection, shelf: Shelf, scanner: Scanner, incoming: Path, most: int,
        *, dry: bool,
    ) -> None:  # fmt: skip
        """Read below the open folder; `most` bytes a scan. With `dry`, look into them and keep nothing."""
        self._folder = folder
        self._connection = connection
        self._shelf = shelf
        self._scanner = scanner
        self._incoming = incoming
        self._most = most
        self._dry = dry
        self._some = asyncio.Semaphore(_AT_ONCE)
        self._asking = asyncio.Lock()

    async def take(self, name: str) -> Scan | Refusal | Finding:
        """Take in the scan of this name; see store.entering_scans.

        Raises:
            ShelfFault, ScannerAway, StoreFault: start again; what is in its place stays there.
        """
        tidy = read_name(name)
        if isinstance(tidy, Refusal):
            return tidy
        kind = kind_of_scan(tidy)
        if isinstance(kind, Refusal):
            return kind
        async with self._some:
            with self._opened(tidy) as file:
                if file is None:
                    return SCAN_MISSING
                try:
                    return await self._taken(tidy, kind, file)
                except _Unreadable:
                    return Refusal(Code.FILE_DAMAGED)
                except OSError as fault:  # of the folder where files come in
                    raise ShelfFault(type(fault).__name__) from fault

    @contextmanager
    def _opened(self, name: str) -> Iterator[BinaryIO | None]:
        """Open a file that lies in the folder itself; accents may be written in either way there."""
        for spelling in dict.fromkeys((name, normalize("NFD", name))):
            try:
                flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
                number = os.open(spelling, flags, dir_fd=self._folder)
            except OSError:
                continue
            if stat.S_ISREG(os.fstat(number).st_mode):
                with open(number, "rb") as file:
                    yield file
                return
            os.close(number)
        yield None

    async def _taken(self, name: str, kind: Kind, file: BinaryIO) -> Scan | Refusal:
        size = os.fstat(file.fileno()).st_size
        if size > self._most:
            return Refusal(Code.FILE_TOO_LARGE, {"largest": self._most})
        if not size:
            return Refusal(Code.FILE_DAMAGED)
        try:
            fault = await asyncio.to_thread(fault_of_content, file, size, kind)
            digest = await asyncio.to_thread(_digest, file)
        except OSError as unreadable:
            raise _Unreadable from unreadable
        if fault is not None:
            return fault
        if await self._is_kept(digest, size):
            return Scan(name=name, media_type=kind.media_type, size=size, digest=digest)
        file.seek(0)
        async with staged(self._incoming, _pieces(file), size, _LONGEST, _LONGEST) as arrived:
            if isinstance(arrived, Refusal) or arrived.digest != digest:  # somebody is writing it
                return Refusal(Code.FILE_DAMAGED)
            if await self._scanner.found(arrived.file) is not None:
                return Refusal(Code.FILE_INFECTED)
            await self._keep(arrived)
        return Scan(name=name, media_type=kind.media_type, size=size, digest=digest)

    async def _is_kept(self, digest: str, size: int) -> bool:
        """Say whether the content is in its place, where it then stays for a day at least."""
        async with self._asking:
            if not self._dry:
                await files.keep(self._connection, digest, size)
            return await files.is_had(self._connection, digest)

    async def _keep(self, arrived: Staged) -> None:
        if not self._dry:
            await self._shelf.put(arrived.digest, arrived.file)


@contextmanager
def opened_folder(path: Path) -> Iterator[int]:
    """Open a folder, for `ScansFolder`; what it is called later does not matter any more.

    Raises:
        NoFolder: it is none, or may not be read.
    """
    try:
        number = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except (OSError, ValueError) as fault:
        raise NoFolder(f"{path}: {getattr(fault, 'strerror', None) or 'cannot be opened'}") from fault
    try:
        yield number
    finally:
        os.close(number)


def _digest(file: BinaryIO) -> str:
    file.seek(0)
    found = sha256()
    for piece in iter(partial(file.read, _PIECE), b""):
        found.update(piece)
    return found.hexdigest()


async def _pieces(file: BinaryIO) -> AsyncIterator[bytes]:
    while True:
        try:
            piece = await asyncio.to_thread(file.read, _PIECE)
        except OSError as fault:
            raise _Unreadable from fault
        if not piece:
            return
        yield piece
