"""The rows, in the order in which they are tried: those that share servers stand together."""

from __future__ import annotations

from tests.faults.row import Row
from tests.faults.rows import (
    clocks,
    closing,
    continued,
    disk_full,
    duplicates,
    kills,
    links,
    losing_temporal,
    overload,
    pool,
    races,
    revoked,
    tampering,
)

ROWS: tuple[Row, ...] = (
    # the processes of `up`
    kills.ROW,
    losing_temporal.ROW,
    overload.ROW,
    pool.ROW,
    links.ROW,
    disk_full.ROW,
    # in this process, by a clock of their own
    duplicates.ROW,
    closing.ROW,
    races.ROW,
    tampering.ROW,
    clocks.ROW,
    revoked.ROW,
    continued.ROW,
)
