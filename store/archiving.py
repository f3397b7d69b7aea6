"""An archive of a whole concertation: its ledger, its contributions, and every row that belongs to them, as JSON Lines.

What an archive says depends on the rows alone: one of what was restored from it is the same, byte for byte. Left out
is what is made again (lists, snapshot, counters), what was on its way (outbox, notices, attempts), addresses for
notices, which belong to the installation, and files that were destroyed. Contents of files are kept elsewhere, and put
into archives there (server/archive_writing).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from domain.interchange.columns import Form, Variant
from store.exporting import Asked, export
from store.identifiers import parse
from store.pool import Connection

VERSION = 2
"""Of the form of archives. Those of version 1 have no contents of files."""
CONTRIBUTIONS = "contributions"
CONTENTS = "file_content"
"""The part that names the contents of files."""
LEDGER = "ledger"

_AT_ONCE = 1_000
_OF_MEMBERS = "SELECT m.member FROM member m WHERE m.concertation = $1"
_OF_AUTHORS = "SELECT unnest(ARRAY[c.member, c.actor]) FROM contribution c WHERE c.concertation = $1"
_OF_INVITATIONS = "t.invitation IN (SELECT i.id FROM invitation i WHERE i.concertation = $1)"
_OWN = "t.concertation = $1"

TABLES: Mapping[str, tuple[str, str]] = {
    "procedure": (
        "EXISTS (SELECT FROM concertation c "
        "WHERE c.id = $1 AND (c.procedure, c.procedure_version) = (t.id, t.version)) OR EXISTS ("
        "SELECT FROM ledger l WHERE l.concertation = $1 AND l.kind = 'procedure_migrated' "
        "AND l.content::json->'fact'->>'before_digest' = t.digest)",
        't.id COLLATE "C", t.version',
    ),
    "questionnaire": (
        "t.digest IN (SELECT c.questionnaire FROM contribution c WHERE c.concertation = $1) OR EXISTS ("
        "SELECT FROM ledger l WHERE l.concertation = $1 AND l.kind = 'document_attached' AND position(t.digest "
        "IN l.content) > 0)",
        't.digest COLLATE "C"',
    ),
    "person": (f"t.member IN ({_OF_MEMBERS} UNION {_OF_AUTHORS})", 't.member COLLATE "C"'),
    "body": (_OWN, "t.id"),
    "organisation": (_OWN, "t.id"),
    "participant": (_OWN, 't.reference COLLATE "C"'),
    "invitation": (_OWN, "t.number"),
    "invitation_code": (_OF_INVITATIONS, "t.hash"),
    "invited_token": (_OF_INVITATIONS, "t.digest"),
    "reminder_day": (_OWN, 't.round, t.stage COLLATE "C", t.days'),
    "reminder": (_OF_INVITATIONS, "t.invitation, t.day"),
    "batch": (_OWN, "t.id"),
    "draft": (_OWN, 't.round, t.stage COLLATE "C", t.member COLLATE "C"'),
    "secret_vote": (_OWN, 't.ballot COLLATE "C", t.commitment COLLATE "C"'),
    "measure": (_OWN, "t.id"),
    "moderation_act": (_OWN, "t.id"),
    "report": (_OWN, "t.id"),
    "resemblance": (_OWN, "t.one, t.other"),
    "contribution_group": (_OWN, "t.id"),
    "grouping_part": (
        "t.grouping IN (SELECT g.id FROM contribution_group g WHERE g.concertation = $1)",
        "t.grouping, t.contribution",
    ),
    "grouping_act": (_OWN, "t.id"),
    CONTENTS: (
        "t.digest IN (SELECT f.digest FROM file f WHERE f.concertation = $1 AND f.destroyed_at IS NULL)",
        "t.digest",
    ),
    "file": (f"{_OWN} AND t.destroyed_at IS NULL", "t.id"),
    "file_reference": (
        "t.file IN (SELECT f.id FROM file f WHERE f.concertation = $1 AND f.destroyed_at IS NULL)",
        't.file, t.kind COLLATE "C", t.referrer COLLATE "C"',
    ),
    "seal_branch": (_OWN, 't.round, t.stage COLLATE "C", t.number'),
    "command_log": (_OWN, 't.first_seq, t.last_seq, t.actor COLLATE "C", t.command COLLATE "C"'),
}
"""Which rows of which table belong to a concertation, and their order, in the order in which they are restored."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an archive: its name, and its bytes with the number of lines that they are."""

    name: str
    pieces: AsyncIterator[tuple[bytes, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """An archive on its way."""

    concertation: str
    slug: str
    #: Number and hash of the last row of the ledger.
    seq: int
    head: str
    #: How many contributions it has, every version counted.
    size: int
    parts: AsyncIterator[Part]


@asynccontextmanager
async def archive(connection: Connection, concertation: str) -> AsyncIterator[Archive]:
    """Begin the archive of a concertation that exists, as the worker; all of it is of one instant."""
    asked = Asked(concertation=concertation, variant=Variant.COMPLETE, form=Form.JSONL)
    async with export(connection, asked) as exported:
        row = await connection.fetchrow(
            "SELECT slug, seq, head FROM concertation WHERE id = $1", parse(concertation)
        )
        assert row is not None
        yield Archive(
            concertation=concertation,
            slug=row["slug"],
            seq=row["seq"],
            head=row["head"].hex(),
            size=exported.size,
            parts=_parts(connection, concertation, exported.pieces),
        )


async def _parts(
    connection: Connection, concertation: str, contributions: AsyncIterator[tuple[bytes, int]]
) -> AsyncIterator[Part]:
    yield Part(CONTRIBUTIONS, contributions)
    dates = "SELECT row_to_json(t)::text FROM (SELECT created_at, updated_at FROM concertation WHERE id = $1) AS t"
    yield Part("concertation", _lines(connection, concertation, dates))
    for table, (belongs, order) in TABLES.items():
        columns = await columns_of(connection, table)
        rows = f"SELECT {columns} FROM {table} t WHERE {belongs} ORDER BY {order}"
        query = f"SELECT row_to_json(r)::text FROM ({rows}) AS r"
        yield Part(table, _lines(connection, concertation, query))
    yield Part(LEDGER, _lines(connection, concertation, _LEDGER))


_LEDGER = """
    SELECT '{"seq":' || l.seq || ',"previousHash":"' || encode(l.previous, 'hex') || '","hash":"'
        || encode(l.hash, 'hex') || '","content":' || l.content || '}'
    FROM ledger l WHERE l.concertation = $1 ORDER BY l.seq
"""
"""As `concertation verify-receipt` reads it."""


async def columns_of(connection: Connection, table: str) -> str:
    """Give the columns of a table, but for those that number themselves, as SQL has them."""
    columns: str = await connection.fetchval(
        """
        SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a
        WHERE a.attrelid = format('public.%I', $1::text)::regclass AND a.attnum > 0 AND NOT a.attisdropped
            AND a.attidentity = ''
        """,
        table,
    )
    return columns


async def _lines(connection: Connection, concertation: str, query: str) -> AsyncIterator[tuple[bytes, int]]:
    lines: list[str] = []
    async for (line,) in connection.cursor(query, parse(concertation), prefetch=_AT_ONCE):
        lines.append(line)
        if len(lines) == _AT_ONCE:
            yield _joined(lines), len(lines)
            lines = []
    if lines:
        yield _joined(lines), len(lines)


def _joined(lines: list[str]) -> bytes:
    # A line end within JSON is a blank, whatever wrote it.
    return "".join(f"{line.replace(chr(10), ' ')}\n" for line in lines).encode()
