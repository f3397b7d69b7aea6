"""Rows of an export as bytes: CSV or JSON Lines, some thousands at a time.

A row has the values of the columns in their order: whole numbers, and texts for all the rest (instants in UTC with
microseconds, JSON as it is kept); `None` where there is nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import orjson

from domain.interchange.columns import COLUMNS, Column, Form, Type, Variant
from domain.interchange.formulas import guarded

Row = Sequence[str | int | None]


def header(variant: Variant, form: Form) -> bytes:
    """Give what stands before the first row."""
    if form is Form.JSONL:
        return b""
    return (",".join(column.name for column in COLUMNS[variant]) + "\r\n").encode()


def writer(variant: Variant, form: Form) -> Callable[[Iterable[Row]], bytes]:
    """Give a function that writes rows."""
    columns = COLUMNS[variant]
    return _csv_writer(columns) if form is Form.CSV else _jsonl_writer(columns)


def _csv_writer(columns: Sequence[Column]) -> Callable[[Iterable[Row]], bytes]:
    words = [place for place, column in enumerate(columns) if column.words]

    def write(rows: Iterable[Row]) -> bytes:
        lines: list[str] = []
        for row in rows:
            cells = list(row)
            for place in words:
                cell = cells[place]
                if cell:
                    cells[place] = guarded(str(cell))
            lines.append(",".join(map(_cell, cells)))
        lines.append("")
        return "\r\n".join(lines).encode()

    return write


def _cell(value: str | int | None) -> str:
    """Write a cell as RFC 4180 has it, and csv.writer, which looks at each character and takes five times as long."""
    if value is None:
        return ""
    text = str(value)
    if '"' in text:
        return '"' + text.replace('"', '""') + '"'
    return f'"{text}"' if "," in text or "\n" in text or "\r" in text else text


def _jsonl_writer(columns: Sequence[Column]) -> Callable[[Iterable[Row]], bytes]:
    names = [column.name for column in columns]
    raw = [place for place, column in enumerate(columns) if column.type in (Type.ARRAY, Type.OBJECT)]

    def write(rows: Iterable[Row]) -> bytes:
        lines: list[bytes] = []
        for row in rows:
            values: list[Any] = list(row)
            for place in raw:
                if values[place] is not None:
                    values[place] = orjson.Fragment(values[place])
            lines.append(
                orjson.dumps(dict(zip(names, values, strict=True)), option=orjson.OPT_APPEND_NEWLINE)
            )
        return b"".join(lines)

    return write
