"""Writing an archive: first the rows, of one instant, then the contents of files, each once under its digest.

Contents are read after the rows, without a transaction: they never change, and some take long to come.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO

from server.archive_file import FORMAT, MANIFEST, content_entry, read_content
from server.files.shelf import Shelf, ShelfFault
from store.archiving import CONTENTS, CONTRIBUTIONS, VERSION, Archive

_IN_MEMORY = 1 << 20
"""Bytes of a content that need no disk on their way."""
_AT_ONCE = 1 << 18


class ArchiveWriting:
    """An archive that is being written."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        self._parts: dict[str, dict[str, Any]] = {}
        #: What it says of itself; whole at the end.
        self.manifest: dict[str, Any] = {}
        #: Digests and sizes of the contents that belong to it.
        self.contents: list[tuple[str, int]] = []

    async def rows(self, archived: Archive, done: Callable[[int], None] = lambda count: None) -> None:
        """Write all that PostgreSQL has. `done` is told how many contributions were written."""
        self.manifest |= {
            "format": FORMAT,
            "version": VERSION,
            "concertation": archived.concertation,
            "slug": archived.slug,
            "seq": archived.seq,
            "head": archived.head,
            "parts": self._parts,
            "contents": None,
        }
        async for part in archived.parts:
            digest, count = sha256(), 0
            with self._file.open(_entry(f"{part.name}.jsonl"), "w", force_zip64=True) as entry:
                async for piece, lines in part.pieces:
                    entry.write(piece)
                    digest.update(piece)
                    count += lines
                    if part.name == CONTRIBUTIONS:
                        done(count)
                    if part.name == CONTENTS:
                        self.contents += map(read_content, piece.splitlines())
            self._parts[part.name] = {"lines": count, "sha256": digest.hexdigest()}

    async def files(
        self,
        shelf: Shelf,
        folder: Path,
        left_out: Callable[[str, str], None],
        done: Callable[[int], None] = lambda count: None,
    ) -> None:
        """Write the contents of files, each through `folder` until it is known to be what its digest says.

        `left_out` is told of each that is not there any more, or changed, with the reason; `done` how many were tried.
        """
        kept = total = 0
        for number, (digest, size) in enumerate(self.contents, 1):
            with SpooledTemporaryFile(_IN_MEMORY, dir=str(folder)) as passing:
                fault = await _fetched(shelf, digest, size, passing)
                if fault is None:
                    passing.seek(0)
                    with self._file.open(_entry(content_entry(digest), zipfile.ZIP_STORED), "w") as entry:
                        while piece := passing.read(_AT_ONCE):
                            entry.write(piece)
                    kept, total = kept + 1, total + size
                else:
                    left_out(digest, fault)
            done(number)
        self.manifest["contents"] = {
            "count": kept,
            "bytes": total,
            "missing": len(self.contents) - kept,
        }

    def finish(self) -> None:
        """Write the manifest, by which a whole archive is known."""
        with self._file.open(_entry(MANIFEST), "w") as entry:
            entry.write(json.dumps(self.manifest, indent=1).encode() + b"\n")


@contextmanager
def writing(sink: BinaryIO) -> Iterator[ArchiveWriting]:
    """Give an archive to write; it is finished at the end of the block, unless that raises."""
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        begun = ArchiveWriting(file)
        yield begun
        begun.finish()


async def _fetched(shelf: Shelf, digest: str, size: int, passing: Any) -> str | None:
    """Fetch a content; say why it cannot be had."""
    found = sha256()
    try:
        async for piece in await shelf.open(digest, 0, size):
            found.update(piece)
            passing.write(piece)
    except ShelfFault as fault:
        cause = fault.__cause__
        return "missing" if isinstance(cause, FileNotFoundError) else type(cause or fault).__name__
    return None if found.hexdigest() == digest else "changed"


def _entry(name: str, how: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    """Name an entry; none has a date, so that equal contents are equal files."""
    entry = zipfile.ZipInfo(name)
    entry.compress_type = how
    entry.external_attr = 0o600 << 16
    return entry
