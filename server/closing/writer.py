"""Writing a closing archive: a ZIP whose bytes depend on nothing but the rows, streamed, in constant memory.

What the ledger does not tell the public yet is left out of it, as the API leaves it out; all sections follow from what
is told, so that who verifies can make them again.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any, BinaryIO

import orjson

from api.publication import is_embargoed, is_published
from api.snapshot import Snapshot
from domain.closing.chronicle import Chronicle
from domain.closing.contents import (
    CONTRIBUTIONS,
    CONTRIBUTIONS_SCHEMA,
    CONTRIBUTIONS_TABLE,
    FIGURES,
    FIGURES_TABLE,
    LEDGER,
    MANIFEST,
    Entry,
    manifest_of,
    set_name,
    write_leaf,
)
from domain.closing.figures import COLUMNS, Figures
from domain.closing.rows import read_row, write_row
from domain.closing.sections import as_json, runs, sections
from domain.closing.tables import table
from domain.closing.texts import file_of, texts
from domain.interchange.columns import Form, Variant
from domain.interchange.table_schema import table_schema
from domain.procedure import Kind
from domain.rights import Viewer
from domain.texts import LANGUAGES, text
from server.closing.archived import Archived
from server.closing.dossier import dossier
from server.closing.page import readable
from server.closing.printed import PRINTED, printed
from server.closing.sealed import PLACEHOLDER, SealedSink
from store import closing_texts
from store.closing_archive import Closing
from store.snapshots import read_event

README = "README.txt"
_ANYBODY = Viewer()
_LEVEL = 4
"""Of compression: half the time of the usual one, for a tenth more bytes."""


async def write_archive(closing: Closing, sink: BinaryIO) -> tuple[dict[str, Any], str]:
    """Write the closing archive of a concertation; give its manifest, and the digest that it states of itself."""
    sealed = SealedSink(sink)
    with zipfile.ZipFile(sealed, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as file:
        file.comment = PLACEHOLDER
        writing = _Writing(file, closing)
        await writing.ledger()
        for name, content in sections(writing.told):
            writing.put(name, [content])
        await writing.texts()
        await writing.leaves()
        await writing.contributions()
        writing.figures()
        await writing.dossier()
        writing.put(README, [_readme()])
        manifest = writing.manifest()
    return manifest, sealed.finish()


class _Writing:
    """An archive on its way."""

    def __init__(self, file: zipfile.ZipFile, closing: Closing) -> None:
        self._file = file
        self._closing = closing
        self._entries: list[Entry] = []
        self._figures = Figures()
        self._texts: dict[str, Any] = {}
        self._head = ""
        self.told = Chronicle(closing.process.id)

    @contextmanager
    def _entry(self, name: str) -> Iterator[_Entry]:
        """Write a file; none has a date."""
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.create_system = 3
        info.external_attr = 0o644 << 16
        with self._file.open(info, "w", force_zip64=True) as opened:
            entry = _Entry(opened)
            yield entry
        self._entries.append(Entry(name, entry.size, entry.digest.hexdigest()))

    def put(self, name: str, pieces: Iterable[bytes]) -> None:
        """Write a file whose pieces are there."""
        with self._entry(name) as entry:
            for piece in pieces:
                entry.write(piece)

    async def ledger(self) -> None:
        """Write the ledger as the public may read it, and learn what it tells."""
        at = Snapshot(self._closing.process, self._closing.now)
        with self._entry(LEDGER) as entry:
            async for row in self._closing.ledger():
                public = not is_embargoed(_ANYBODY, at, read_event(row.content))
                line = write_row(*row, public=public)
                entry.write(line)
                self.told.tell(read_row(line))
                self._head = row.hash

    async def texts(self) -> None:
        """Write the texts that are public of those that the ledger names."""
        at, connection = Snapshot(self._closing.process, self._closing.now), self._closing.connection
        public = [
            text.body
            for text in texts(self.told)
            if text.published_as is None or is_published(at, text.stage, text.round, text.published_as)
        ]
        for source in (
            closing_texts.documents(connection, self.told.documents),
            closing_texts.texts(connection, public),
        ):
            async for digest, content in source:
                if digest not in self._texts:
                    self.put(file_of(digest), [content])
                    self._texts[digest] = json.loads(content)

    async def leaves(self) -> None:
        """Write the leaves of every sealed call for input."""
        for run in runs(self.told.process):
            if not run.seals or self.told.process.stages[run.key].kind is not Kind.CALL_FOR_INPUT:
                continue
            most = run.seals[-1].figures.count
            sealed = [seal.at for seal in run.seals]
            with self._entry(set_name(run.round, run.key)) as entry:
                async for leaf in self._closing.leaves(run.round, run.key, sealed, most):
                    entry.write(write_leaf(leaf))
                    self._figures.add_leaf(run.round, run.key, leaf)

    async def contributions(self) -> None:
        """Write what is public of the contributions, and count it."""
        with self._entry(CONTRIBUTIONS) as entry:
            async for piece in self._closing.contributions(Form.JSONL):
                entry.write(piece)
                for line in piece.splitlines():
                    self._figures.add_contribution(orjson.loads(line))
        with self._entry(CONTRIBUTIONS_TABLE) as entry:
            async for piece in self._closing.contributions(Form.CSV):
                entry.write(piece)
        self.put(CONTRIBUTIONS_SCHEMA, [as_json(table_schema(Variant.PUBLIC))])

    def figures(self) -> None:
        """Write what was counted."""
        rows = self._figures.rows()
        self.put(FIGURES, [as_json(rows)])
        self.put(FIGURES_TABLE, [table(COLUMNS, rows)])

    async def dossier(self) -> None:
        """Write what people read."""
        archived = Archived(told=self.told, head=self._head, figures=self._figures.rows(), texts=self._texts)
        read = dossier(archived)
        self.put(PRINTED, [await printed(read)])
        for name, pieces in readable(read):
            self.put(name, pieces)

    def manifest(self) -> dict[str, Any]:
        """Write and give the manifest: what the archive says of itself."""
        told = self.told
        files = [entry._asdict() for entry in self._entries]
        said = manifest_of(told.process, told.withheld, self._head, files)
        self.put(MANIFEST, [as_json(said)])
        return said


class _Entry:
    """A file of the archive that is being written."""

    def __init__(self, opened: Any) -> None:
        self._opened = opened
        self.size = 0
        self.digest = sha256()

    def write(self, piece: bytes) -> None:
        """Write and count."""
        self._opened.write(piece)
        self.size += len(piece)
        self.digest.update(piece)


def _readme() -> bytes:
    return "\n\n".join(text("closing.readme", (language,)) for language in LANGUAGES).encode() + b"\n"
