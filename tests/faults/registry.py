"""The rows, in the order in which they are tried: those that share servers stand together."""

from __future__ import annotations

from tests.faults.row import Row
from tests.faults.rows import kills

ROWS: tuple[Row, ...] = (kills.ROW,)
