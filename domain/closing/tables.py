"""Tables of an archive: CSV as exports write it, comparable with what it is made from."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from domain.interchange.formulas import guarded


def table(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Write a table: RFC 4180, UTF-8, a header; nothing where there is nothing; no cell that is taken for a formula."""
    sink = io.StringIO(newline="")
    write = csv.writer(sink)
    write.writerow(columns)
    write.writerows([_cell(row.get(column)) for column in columns] for row in rows)
    return sink.getvalue().encode()


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    return guarded(value) if isinstance(value, str) else value
