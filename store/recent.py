"""Processes that this program has just written: what it remembers, it need not read again.

A process is kept with the hash of its last row, which names the whole history that it is the fold of. So nothing here
can be stale: whoever holds the lock compares the hash, and reads the snapshot when it is another one.
"""

from __future__ import annotations

from collections import OrderedDict

from domain.process import Process


class Recent:
    """The last `most` processes, by concertation."""

    def __init__(self, most: int = 64) -> None:
        """Remember nothing yet."""
        self._most = most
        self._kept: OrderedDict[str, tuple[bytes, Process]] = OrderedDict()

    def get(self, concertation: str) -> tuple[bytes, Process] | None:
        """Give the process that is remembered, after the hash of its last row."""
        return self._kept.get(concertation)

    def keep(self, head: bytes, process: Process) -> None:
        """Remember a process instead of its earlier one, and instead of the one not used for longest."""
        self._kept[process.id] = (head, process)
        self._kept.move_to_end(process.id)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
