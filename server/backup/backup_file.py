"""The file of a backup: a ZIP with the dump of the database, the contents of files, keys, and, last, the manifest.

The manifest names size and digest of each part; a file that was cut off has none, and is no backup.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from server.archive_file import content_entry
from server.errors import CommandFailed

FORMAT = "concertation-backup"
VERSION = 1
MANIFEST = "manifest.json"
DATABASE = "database.dump"
CONTENTS = "contents.jsonl"
KEYS = "keys/"
PIECE = 1 << 18
_LONGEST_MANIFEST = 1 << 28


class BackupBroken(CommandFailed):
    """This is no backup, or not a whole one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """A concertation as the backup has it."""

    id: str
    slug: str
    phase: str
    #: Number and hash of its last event.
    seq: int
    head: str
    contributions: int
    #: Stages in which people could answer at that moment.
    open: list[str]


@dataclass(slots=True, kw_only=True)
class Manifest:
    """What a backup says of itself."""

    #: The instant that it is of.
    at: str
    #: Of the program, and of PostgreSQL.
    program: str
    postgresql: str
    #: The migrations that the database has.
    migrations: list[str]
    #: Tells whether the key of tickets is the same; unset: there was none.
    ticket_key: str | None
    concertations: list[Ledger]
    #: Size and SHA-256 by name of the part.
    parts: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: Contents of files that could not be read, though the database names them.
    missing: list[str] = field(default_factory=list)

    @property
    def moment(self) -> datetime:
        """The instant that the backup is of."""
        return datetime.fromisoformat(self.at)


def entry(name: str) -> zipfile.ZipInfo:
    """Name an entry, stored as it is: dumps are compressed, and images do not get smaller."""
    named = zipfile.ZipInfo(name)
    named.compress_type = zipfile.ZIP_STORED
    named.external_attr = 0o600 << 16
    return named


class BackupWriting:
    """A backup that is being written."""

    def __init__(self, file: zipfile.ZipFile, manifest: Manifest) -> None:
        self.file = file
        self.manifest = manifest

    @contextmanager
    def part(self, name: str) -> Iterator[Callable[[bytes], None]]:
        """Give what takes the pieces of a part."""
        digest, size = sha256(), 0
        with self.file.open(entry(name), "w", force_zip64=True) as sink:

            def write(piece: bytes) -> None:
                nonlocal size
                sink.write(piece)
                digest.update(piece)
                size += len(piece)

            yield write
        self.manifest.parts[name] = {"size": size, "sha256": digest.hexdigest()}

    def finish(self) -> None:
        """Write the manifest, by which a whole backup is known."""
        said = {"format": FORMAT, "version": VERSION} | asdict(self.manifest)
        with self.file.open(entry(MANIFEST), "w") as sink:
            sink.write(json.dumps(said, indent=1, ensure_ascii=False).encode() + b"\n")


class BackupFile:
    """A backup that is read."""

    def __init__(self, file: zipfile.ZipFile, manifest: Manifest, path: Path) -> None:
        self._file = file
        self.manifest = manifest
        self._path = path

    def open(self, name: str) -> IO[bytes]:
        """Open a part; `BackupBroken`."""
        try:
            return self._file.open(name)
        except (KeyError, zipfile.BadZipFile) as fault:
            raise _broken(self._path, name) from fault

    def contents(self) -> list[tuple[str, int]]:
        """Give digest and size of the contents of files that are in it."""
        with self.open(CONTENTS) as lines:
            return [(row["digest"], row["size"]) for row in map(json.loads, lines)]

    def key_parts(self) -> list[str]:
        """Name the parts that are keys."""
        return [name for name in self.manifest.parts if name.startswith(KEYS)]

    def verify(self, done: Callable[[int], None] = lambda count: None) -> None:
        """Read all of it, and compare with what the manifest says; `done` is told how many bytes were read.

        Raises:
            BackupBroken: something is missing, or not what it was.
        """
        for name, said in self.manifest.parts.items():
            self._compare(name, said["sha256"], said["size"], done)
        for digest, size in self.contents():
            self._compare(content_entry(digest), digest, size, done)

    def _compare(self, name: str, expected: str, size: int, done: Callable[[int], None]) -> None:
        digest, count = sha256(), 0
        try:
            with self.open(name) as source:
                while piece := source.read(PIECE):
                    digest.update(piece)
                    count += len(piece)
                    done(len(piece))
        except (zipfile.BadZipFile, EOFError, OSError) as fault:
            raise _broken(self._path, f"{name}: {fault}") from fault
        if digest.hexdigest() != expected or count != size:
            raise _broken(self._path, name)


@contextmanager
def reading(path: Path) -> Iterator[BackupFile]:
    """Open a backup.

    Raises:
        BackupBroken: it is none, it was cut off, or this version does not know it.
    """
    try:
        source = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as fault:
        raise _broken(path, str(fault)) from fault
    with source as file:
        yield BackupFile(file, _manifest(file, path), path)


def _manifest(file: zipfile.ZipFile, path: Path) -> Manifest:
    try:
        with file.open(MANIFEST) as source:
            said = json.loads(source.read(_LONGEST_MANIFEST))
        kind, version = said.pop("format"), said.pop("version")
        said["concertations"] = [Ledger(**one) for one in said["concertations"]]
        manifest = Manifest(**said)
        datetime.fromisoformat(manifest.at)
        whole = {DATABASE, CONTENTS} <= manifest.parts.keys()
    except (KeyError, TypeError, ValueError, AttributeError, zipfile.BadZipFile, EOFError) as fault:
        raise _broken(path, MANIFEST) from fault
    if (kind, version) != (FORMAT, VERSION) or not whole:
        raise _broken(path, MANIFEST)
    return manifest


def _broken(path: Path, what: str) -> BackupBroken:
    return BackupBroken(
        f"{path} n’est pas une sauvegarde entière que cette version sache lire ({what}). Rien n’a été modifié : "
        "prenez une autre sauvegarde, ou une autre copie de celle-ci. / "
        f"{path} is no whole backup that this version can read ({what}). Nothing was changed: take another backup, "
        "or another copy of this one."
    )
