"""Bringing the contents of files back from an archive into the place where this installation keeps them.

Nothing is believed here either: a content is kept if its digest is the one it is named by, and the virus scanner, if
there is one, lets it pass. What is put into its place before the rows are restored is collected after a day, should
they never be.
"""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import IO
from zipfile import BadZipFile

from domain.refusals import Refusal
from server.archive_file import ArchiveFile, ContentUnreadable
from server.files.scanning import Scanner
from server.files.shelf import Shelf
from server.files.staging import Staged, staged
from store import files
from store.pool import Connection

_AT_ONCE = 1 << 18
_LONGEST = 3600.0
"""Seconds that one content may take."""


class FilesBack:
    """Brings contents back."""

    def __init__(self, connection: Connection, shelf: Shelf, scanner: Scanner, incoming: Path) -> None:
        """Let them arrive in the folder `incoming`, which is on the file system of the shelf, if that is a folder."""
        self._connection = connection
        self._shelf = shelf
        self._scanner = scanner
        self._incoming = incoming
        #: How many contents are in their place, and how many could not be had.
        self.kept = 0
        self.lost = 0

    async def bring(
        self,
        archive: ArchiveFile,
        lost: Callable[[str, str], None],
        done: Callable[[int], None] = lambda count: None,
        *,
        only_known: bool = False,
    ) -> None:
        """Bring back all contents of an archive; `only_known`: of files that its concertation has here.

        `lost` is told of each that is `missing`, `changed` or `infected`; `done` how many were looked at.

        Raises:
            ArchiveBroken: the list of contents is not that of the manifest.
            ShelfFault, ScannerAway, StoreFault: ask again; what is in its place stays there.
        """
        for number, (digest, size) in enumerate(archive.contents(), 1):
            if not only_known or await files.is_had(self._connection, digest, archive.concertation):
                fault = await self._brought(archive, digest, size, is_known=only_known)
                self.kept += fault is None
                self.lost += fault is not None
                if fault is not None:
                    lost(digest, fault)
            done(number)

    async def _brought(self, archive: ArchiveFile, digest: str, size: int, *, is_known: bool) -> str | None:
        try:
            opened = archive.content(digest)
        except ContentUnreadable:
            return "changed"
        if opened is None:
            return "missing"
        with opened:
            try:
                async with staged(self._incoming, _pieces(opened), size, _LONGEST, _LONGEST) as arrived:
                    return await self._kept(digest, arrived, is_known=is_known)
            except _Unreadable:
                return "changed"

    async def _kept(self, digest: str, arrived: Staged | Refusal, *, is_known: bool) -> str | None:
        if isinstance(arrived, Refusal) or arrived.digest != digest:
            return "changed"
        if await self._scanner.found(arrived.file) is not None:
            return "infected"
        if not is_known:  # else a file has it: nobody removes it, and it was sent when it was sent
            await files.keep(self._connection, digest, arrived.size)
        await self._shelf.put(digest, arrived.file)
        return None


class _Unreadable(Exception):
    """A content of an archive cannot be read to its end."""


async def _pieces(opened: IO[bytes]) -> AsyncIterator[bytes]:
    while True:
        try:
            piece = opened.read(_AT_ONCE)
        except (BadZipFile, zlib.error, EOFError, OSError) as fault:
            raise _Unreadable from fault
        if not piece:
            return
        yield piece
