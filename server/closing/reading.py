"""Reading a closing archive: a file that may have been changed anywhere, by anybody."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from domain.closing.contents import MANIFEST, ArchiveUnfit, Entry
from server.closing.sealed import digests_of

_LONGEST_LINE = 1 << 26
_LARGEST = 1 << 28
"""Bytes of a file that is read at once."""
_AT_ONCE = 1 << 20
_UNFIT = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, KeyError, NotImplementedError, RuntimeError,
    RecursionError,
)  # fmt: skip
"""What reading a changed ZIP raises: for an unknown compression NotImplementedError, for a password RuntimeError."""


class ClosingFile:
    """A closing archive on disk. See `domain.closing.contents.Archive`."""

    def __init__(self, path: Path) -> None:
        """Read the digests; raises OSError where there is no such file."""
        self._path = path
        self.stated, self.found = digests_of(path)

    @cached_property
    def _zip(self) -> zipfile.ZipFile:
        """The ZIP, opened once: it has thousands of files. It is closed with the last word of it."""
        return zipfile.ZipFile(self._path)

    @contextmanager
    def _open(self, name: str) -> Iterator[IO[bytes]]:
        try:
            with self._zip.open(name) as entry:
                yield entry
        except _UNFIT as fault:
            raise ArchiveUnfit(f"{name}: {type(fault).__name__}") from fault

    def manifest(self) -> Mapping[str, Any]:
        """Give the manifest."""
        said = self.whole(MANIFEST)
        try:
            found = json.loads(said)
        except (ValueError, RecursionError) as fault:
            raise ArchiveUnfit(MANIFEST) from fault
        if not isinstance(found, dict):
            raise ArchiveUnfit(MANIFEST)
        return found

    def names(self) -> Sequence[str]:
        """Give the names of all files, in their order."""
        try:
            return self._zip.namelist()
        except _UNFIT as fault:
            raise ArchiveUnfit(type(fault).__name__) from fault

    def entry(self, name: str) -> Entry:
        """Give what the manifest should say of a file."""
        digest, size = sha256(), 0
        with self._open(name) as entry:
            while piece := entry.read(_AT_ONCE):
                digest.update(piece)
                size += len(piece)
        return Entry(name, size, digest.hexdigest())

    def whole(self, name: str) -> bytes:
        """Give a file."""
        with self._open(name) as entry:
            content = entry.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise ArchiveUnfit(name)
        return content

    def lines(self, name: str) -> Iterator[bytes]:
        """Give the lines of a file."""
        with self._open(name) as entry:
            rest = b""
            while piece := entry.read(_AT_ONCE):
                *lines, rest = (rest + piece).split(b"\n")
                for line in lines:
                    yield line + b"\n"
                if len(rest) > _LONGEST_LINE:
                    raise ArchiveUnfit(name)
            if rest:
                yield rest
