"""Processes read lately: reading a snapshot again that nobody has changed costs more than all else in a request.

A process is known by the head of its ledger, a hash of everything that ever happened. So what is kept can be old, and
is then not found, but never wrong. What a reader may see is asked anew each time: the row comes from PostgreSQL, only
without its snapshot.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import NamedTuple

from domain.process import Process

MOST = 8_000_000
"""Characters of snapshots whose processes are kept: some 60 MB of them."""


class Known(NamedTuple):
    """A process, with the head of its ledger and the length of its snapshot."""

    head: bytes
    process: Process
    length: int


class KnownProcesses:
    """What one process of the API has read lately. The longest unused goes first."""

    def __init__(self, most: int = MOST) -> None:
        """Keep processes of `most` characters altogether."""
        self._most = most
        self._length = 0
        self._known: OrderedDict[str, Known] = OrderedDict()
        self._by_slug: dict[str, str] = {}

    def heads(self, concertations: Iterable[str]) -> list[bytes]:
        """Give the heads at which these are known."""
        return [self._known[key].head for key in concertations if key in self._known]

    def heads_by_slug(self, slug: str) -> list[bytes]:
        """Give the head at which the concertation of a slug is known, if it is."""
        return self.heads([self._by_slug.get(slug, "")])

    def get(self, concertation: str, head: bytes) -> Process | None:
        """Give the process of a concertation whose ledger has this head."""
        known = self._known.get(concertation)
        if known is None or known.head != head:
            return None
        self._known.move_to_end(concertation)
        return known.process

    def lately(self, concertation: str) -> Known | None:
        """Give a concertation as it was read last. It may have gone on since: whoever uses this must find that out."""
        return self._known.get(concertation)

    def keep(self, process: Process, head: bytes, length: int) -> None:
        """Keep a process that was read from a snapshot of this length."""
        self._drop(process.id)
        self._known[process.id] = Known(head, process, length)
        self._by_slug[process.slug] = process.id
        self._length += length
        while self._length > self._most:
            self._drop(next(iter(self._known)))

    def _drop(self, concertation: str) -> None:
        known = self._known.pop(concertation, None)
        if known is not None:
            self._length -= known.length
            self._by_slug.pop(known.process.slug, None)
