"""The rows, in the order in which they are tried: those that share servers stand together."""

from __future__ import annotations

from tests.faults.row import Row

ROWS: tuple[Row, ...] = ()
