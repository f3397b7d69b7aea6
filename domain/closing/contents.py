"""What a closing archive consists of: its files by name, and how they are read, whoever keeps the bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import orjson

from domain.closing.figures import Leaf
from domain.process import Process

FORMAT = "concertation-closing"
VERSION = 1
MANIFEST = "manifest.json"
LEDGER = "ledger.jsonl"
FIGURES = "figures.json"
FIGURES_TABLE = "figures.csv"
CONTRIBUTIONS = "contributions.jsonl"
CONTRIBUTIONS_TABLE = "contributions.csv"
CONTRIBUTIONS_SCHEMA = "contributions.schema.json"


class ArchiveUnfit(Exception):
    """Something of an archive cannot be read; says what."""


class Entry(NamedTuple):
    """What the manifest says of a file."""

    name: str
    bytes: int
    sha256: str


class Archive(Protocol):
    """A closing archive, however it is kept. Each of its methods may raise `ArchiveUnfit`."""

    @property
    def stated(self) -> str | None:
        """The digest that the file states of itself: of all bytes before it."""

    @property
    def found(self) -> str:
        """The digest of these bytes."""

    def manifest(self) -> Mapping[str, Any]:
        """Give the manifest."""

    def names(self) -> Sequence[str]:
        """Give the names of all files, in their order."""

    def entry(self, name: str) -> Entry:
        """Give what the manifest should say of a file."""

    def whole(self, name: str) -> bytes:
        """Give a file."""

    def lines(self, name: str) -> Iterator[bytes]:
        """Give the lines of a file."""


def manifest_of(
    process: Process, withheld: int, head: str, files: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Give what an archive says of itself: the public state of its ledger, the hash of the last row, its files."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "concertation": process.id,
        "slug": process.slug,
        "title": process.title,
        "state": "final" if process.over else "provisional",
        "phase": process.phase.value,
        "outcome": process.outcome.value if process.outcome is not None else None,
        "seq": process.seq,
        "head": head,
        "withheld": withheld,
        "files": list(files),
    }


def set_name(round: int, stage: str) -> str:
    """Name the file of the leaves of a set."""
    return f"leaves/{round}-{stage}.jsonl"


def write_leaf(leaf: Leaf) -> bytes:
    """Write a leaf as a line. `gone` is from which seal on it is not counted, if it ever is not."""
    said = {"leaf": leaf.digest.hex(), "college": leaf.college, "channel": leaf.channel, "gone": leaf.gone}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def leaves_of(archive: Archive, round: int, stage: str) -> Iterator[Leaf]:
    """Give the leaves of a set, in their order.

    Raises:
        ArchiveUnfit: they cannot be read.
    """
    name = set_name(round, stage)
    for line in archive.lines(name):
        said = json_of(line, name)
        try:
            digest, college, channel, gone = said["leaf"], said["college"], said["channel"], said["gone"]
            leaf = Leaf(bytes.fromhex(digest), college, channel, gone)
        except (KeyError, TypeError, ValueError):
            raise ArchiveUnfit(name) from None
        typed = (
            type(channel) is str and type(college) in (str, type(None)) and type(gone) in (int, type(None))
        )
        if len(leaf.digest) != 32 or not typed:
            raise ArchiveUnfit(name)
        yield leaf


def json_of(text: bytes, name: str) -> Any:
    """Read JSON.

    Raises:
        ArchiveUnfit: it is none.
    """
    try:
        return orjson.loads(text)
    except ValueError:
        raise ArchiveUnfit(name) from None
