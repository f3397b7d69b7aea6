"""The ledger: everything that happened to a concertation, in order, each row hashed with the one before it.

hash(n) = SHA-256( hash(n-1) followed by the canonical JSON of {"concertation": …, "event": …, "seq": n} )

with hash(0), the genesis, being 32 zero bytes. Canonical JSON is that of domain/digests.py: sorted keys, no spaces,
UTF-8. `concertation` is the lower-case UUID, `event` what domain.events.event_content gave when it happened: whoever
recomputes the chain takes the kept text, for a later version may write more into an event of that kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from domain.chaining import GENESIS, row_hash
from domain.events import Event
from domain.evolve import fold
from domain.process import Process
from store.identifiers import parse
from store.pages import Page, cut
from store.pool import Connection
from store.snapshots import read_event

__all__ = [
    "CHANNEL", "GENESIS", "Entry", "Link", "after", "chain", "fold_of", "get", "page", "row_hash",
]  # fmt: skip

CHANNEL = "ledger"
"""The channel of NOTIFY on which each commit tells the id of its concertation. A hint, not a record: also ask."""

_AT_ONCE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row of the ledger. Hashes are in lower-case hexadecimal."""

    concertation: str
    seq: int
    kind: str
    event: Event
    #: The event as canonical JSON: the bytes that are hashed.
    content: str
    previous: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An event with its place in the chain."""

    seq: int
    event: Event
    content: str
    previous: bytes
    hash: bytes


def chain(
    concertation: str, seq: int, head: bytes, events: Sequence[Event], contents: Sequence[str]
) -> list[Link]:
    """Chain events, each with its content as canonical JSON, to the row number `seq`, whose hash is `head`."""
    links: list[Link] = []
    for number, (event, content) in enumerate(zip(events, contents, strict=True), start=seq + 1):
        link = Link(
            seq=number,
            event=event,
            content=content,
            previous=head,
            hash=row_hash(head, concertation, number, content),
        )
        links.append(link)
        head = link.hash
    return links


async def page(
    connection: Connection,
    concertation: str,
    *,
    reader: str | None,
    first: int,
    after: int = 0,
    kinds: Sequence[str] | None = None,
) -> Page[Entry]:
    """Give the rows after the number `after`, oldest first; none of an unknown concertation, or of another's draft."""
    identifier = parse(concertation)
    rows = await connection.fetch(
        f"{_ROWS} ledger_rows($1, $2, $3, $4, $5)",
        reader,
        identifier,
        after,
        kinds,
        first + 1,
    )
    total = await connection.fetchval("SELECT ledger_total($1, $2, $3)", reader, identifier, kinds)
    return cut([_read(row) for row in rows], first, total)


_ROWS = "SELECT concertation, seq, kind, content, previous, hash FROM"


async def after(
    connection: Connection, concertation: str, seq: int, *, reader: str | None, most: int = 1000
) -> list[Entry]:
    """Give at most `most` rows after the number `seq`, oldest first: one statement, for subscriptions."""
    rows = await connection.fetch(
        f"{_ROWS} ledger_rows($1, $2, $3, NULL, $4)", reader, parse(concertation), seq, most
    )
    return [_read(row) for row in rows]


async def get(connection: Connection, concertation: str, seq: int, *, reader: str | None) -> Entry | None:
    """Give one row by its number."""
    row = await connection.fetchrow(
        f"{_ROWS} ledger_rows($1, $2, $3, NULL, 1) WHERE seq = $4", reader, parse(concertation), seq - 1, seq
    )
    return None if row is None else _read(row)


async def fold_of(connection: Connection, concertation: str, *, full: bool = False) -> Process:
    """Fold a whole ledger: what the snapshot is a cache of. `full`: see store/snapshots.py.

    Raises:
        SnapshotUnreadable: it has an event that this version does not know.
    """
    process = Process(id=concertation)
    seq, more = 0, True
    while more:
        rows = await connection.fetch(
            "SELECT seq, content FROM ledger_to_fold($1, $2, $3)",
            parse(concertation),
            seq,
            _AT_ONCE,
        )
        process = fold(process, (read_event(row["content"], full=full) for row in rows))
        seq, more = (rows[-1]["seq"] if rows else seq), len(rows) == _AT_ONCE
    return process


def _read(row: Any) -> Entry:
    return Entry(
        concertation=str(row["concertation"]),
        seq=row["seq"],
        kind=row["kind"],
        event=read_event(row["content"]),
        content=row["content"],
        previous=row["previous"].hex(),
        hash=row["hash"].hex(),
    )
