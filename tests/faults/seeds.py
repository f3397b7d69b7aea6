"""Which row is tried with which seed, and in what order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from tests.faults.row import Row


def fixed(rows: Sequence[Row]) -> Iterator[tuple[Row, int]]:
    """Give the fixed set: of each row its seeds, counted from 1."""
    for row in rows:
        for seed in range(1, row.seeds + 1):
            yield row, seed


def one(rows: Sequence[Row], seed: int) -> Iterator[tuple[Row, int]]:
    """Give each row once, with this seed: how a run is replayed."""
    for row in rows:
        yield row, seed


def endless(rows: Sequence[Row], first: int) -> Iterator[tuple[Row, int]]:
    """Give all rows again and again, each as often in a turn as in the fixed set, with seeds from `first` on.

    Rows that share servers stay together, so that a turn starts them once.
    """
    seeds = count(first)
    while rows:
        for row in rows:
            for _ in range(row.seeds):
                yield row, next(seeds)
