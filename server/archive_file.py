"""The file of an archive: a ZIP whose last entry is the manifest, which names the digest of all parts.

Contents of files come after the parts; each is named by its own digest.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from server.errors import CommandFailed
from store.archiving import CONTENTS, CONTRIBUTIONS, LEDGER, TABLES, VERSION
from store.identifiers import parse

MANIFEST = "manifest.json"
FORMAT = "concertation-archive"
_KNOWN = (1, VERSION)
"""Versions that are read: the first one had no contents of files."""
_DIGEST = re.compile("[0-9a-f]{64}")
_LONGEST_MANIFEST = 1 << 20
_LONGEST_LINE = 1 << 26


class ArchiveBroken(CommandFailed):
    """This is no archive, or not a whole one."""


def read_content(line: str | bytes) -> tuple[str, int]:
    """Give the digest, in hexadecimal, and the size of a content from its line; raises ValueError and the like."""
    row = json.loads(line)
    digest = str(row["digest"]).removeprefix("\\x")
    if not _DIGEST.fullmatch(digest):
        raise ValueError("no digest")
    return digest, int(row["size"])


def content_entry(digest: str) -> str:
    """Name the entry of a content."""
    return f"contents/{digest}"


class ContentUnreadable(Exception):
    """A content of an archive cannot be read."""


class ArchiveFile:
    """An archive that is read, part by part; each is compared with what the manifest says of it."""

    def __init__(self, file: zipfile.ZipFile, manifest: dict[str, Any]) -> None:
        self._file = file
        self.manifest = manifest

    @property
    def concertation(self) -> str:
        """The id of the concertation."""
        return str(self.manifest["concertation"])

    def count(self, part: str) -> int:
        """How many lines a part has."""
        return int(self.manifest["parts"][part]["lines"])

    @property
    def has_contents(self) -> bool:
        """Whether contents of files were put into it."""
        return self.manifest.get("contents") is not None

    def contents(self) -> Iterator[tuple[str, int]]:
        """Give digest and size of each content that belongs to it, whether it is in it or not.

        Raises:
            ArchiveBroken: see `lines`.
        """
        for line in self.lines(CONTENTS):
            try:
                yield read_content(line)
            except (KeyError, TypeError, ValueError) as fault:
                raise _broken(CONTENTS) from fault

    def content(self, digest: str) -> IO[bytes] | None:
        """Open a content, if it is in it. What it is has to be compared with the digest by who reads it.

        Raises:
            ContentUnreadable: there is something that cannot be read.
        """
        try:
            return self._file.open(content_entry(digest))
        except KeyError:
            return None
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as fault:
            # Damage; a compression that zipfile does not know; a password that it wants.
            raise ContentUnreadable from fault

    def lines(self, part: str) -> Iterator[str]:
        """Give the lines of a part.

        Raises:
            ArchiveBroken: at its end, if they are not those of the manifest.
        """
        digest, count = sha256(), 0
        try:
            with self._file.open(f"{part}.jsonl") as entry:
                while line := entry.readline(_LONGEST_LINE):
                    digest.update(line)
                    count += 1
                    yield line.decode()
        except (zipfile.BadZipFile, EOFError, OSError, ValueError, KeyError) as fault:
            raise _broken(f"{part}: {fault}") from fault
        if {"lines": count, "sha256": digest.hexdigest()} != self.manifest["parts"][part]:
            raise _broken(part)


@contextmanager
def reading(path: Path) -> Iterator[ArchiveFile]:
    """Open an archive.

    Raises:
        ArchiveBroken: it is none, it was cut off, or this version does not know it.
    """
    try:
        with path.open("rb") as source, zipfile.ZipFile(source) as file:
            yield ArchiveFile(file, _manifest(file))
    except OSError as fault:
        raise _broken(f"{path}: {fault.strerror}") from fault
    except zipfile.BadZipFile as fault:
        raise _broken(f"{path}: {fault}") from fault


def _manifest(file: zipfile.ZipFile) -> dict[str, Any]:
    try:
        with file.open(MANIFEST) as entry:
            manifest = json.loads(entry.read(_LONGEST_MANIFEST))
        known = manifest["format"] == FORMAT and manifest["version"] in _KNOWN
        named = {CONTRIBUTIONS, "concertation", LEDGER, *TABLES}
        whole = {str(part) for part in manifest["parts"]} == named and parse(
            manifest["concertation"]
        ) is not None
    except (KeyError, TypeError, ValueError, AttributeError, zipfile.BadZipFile) as fault:
        raise _broken(MANIFEST) from fault
    if not known or not whole:
        raise _broken(MANIFEST)
    found: dict[str, Any] = manifest
    return found


def _broken(what: str) -> ArchiveBroken:
    return ArchiveBroken(
        "Ce n’est pas une archive entière que cette version sache lire ; rien n’est rétabli avant. / "
        f"This is no whole archive that this version can read; nothing is restored until it is. ({what})"
    )
