"""A ledger in memory, as an archive tells it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from domain.chaining import GENESIS, row_hash
from domain.closing.rows import Row, read_row, write_row
from domain.closing.walking import Walk
from domain.digests import canonical
from domain.events import Event, event_content
from tests.unit.play import ID


def rows_of(events: Iterable[Event], public: Callable[[Event], bool] = lambda event: True) -> Iterator[Row]:
    head = GENESIS
    for seq, event in enumerate(events, 1):
        content = canonical(event_content(event)).decode()
        previous, head = head, row_hash(head, ID, seq, content)
        yield read_row(write_row(seq, previous.hex(), head.hex(), content, public=public(event)))


def walked(
    events: Iterable[Event],
    public: Callable[[Event], bool] = lambda event: True,
    without: str | None = None,
) -> Walk:
    walk = Walk(ID, without)
    for row in rows_of(events, public):
        walk.go(row)
    walk.end()
    return walk
