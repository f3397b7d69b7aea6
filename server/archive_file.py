"""The file of an archive: a ZIP whose last entry is the manifest, which names the digest of all others."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from server.errors import CommandFailed
from store.archiving import CONTRIBUTIONS, LEDGER, TABLES, VERSION, Archive
from store.identifiers import parse

MANIFEST = "manifest.json"
_FORMAT = "concertation-archive"
_LONGEST_MANIFEST = 1 << 20
_LONGEST_LINE = 1 << 26


class ArchiveBroken(CommandFailed):
    """This is no archive, or not a whole one."""


async def write_archive(sink: BinaryIO, archived: Archive, done: Callable[[int], None]) -> dict[str, Any]:
    """Write an archive and give its manifest. `done` is told how many contributions were written."""
    parts: dict[str, dict[str, Any]] = {}
    manifest: dict[str, Any] = {
        "format": _FORMAT,
        "version": VERSION,
        "concertation": archived.concertation,
        "slug": archived.slug,
        "seq": archived.seq,
        "head": archived.head,
        "parts": parts,
    }
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        async for part in archived.parts:
            digest, count = sha256(), 0
            with file.open(_entry(part.name), "w", force_zip64=True) as entry:
                async for piece, lines in part.pieces:
                    entry.write(piece)
                    digest.update(piece)
                    count += lines
                    if part.name == CONTRIBUTIONS:
                        done(count)
            parts[part.name] = {"lines": count, "sha256": digest.hexdigest()}
        with file.open(_entry(MANIFEST), "w") as entry:
            entry.write(json.dumps(manifest, indent=1).encode() + b"\n")
    return manifest


def _entry(name: str) -> zipfile.ZipInfo:
    """Name an entry; none has a date, so that equal contents are equal files."""
    entry = zipfile.ZipInfo(name if name == MANIFEST else f"{name}.jsonl")
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry


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
        known = (manifest["format"], manifest["version"]) == (_FORMAT, VERSION)
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
