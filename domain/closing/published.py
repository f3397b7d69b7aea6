"""The public contributions of an archive: each has its leaf, table and lines say the same, figures count them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby, zip_longest
from types import NoneType
from typing import Any

import orjson

from domain.closing.contents import (
    CONTRIBUTIONS,
    CONTRIBUTIONS_SCHEMA,
    CONTRIBUTIONS_TABLE,
    Archive,
    ArchiveUnfit,
    json_of,
)
from domain.closing.figures import Leaf
from domain.closing.sections import as_json
from domain.interchange.columns import PUBLIC, Column, Type, Variant
from domain.interchange.formulas import guarded
from domain.interchange.table_schema import table_schema

_LONGEST_CELL = 1 << 26
_TYPES: Mapping[Type, type] = {Type.INTEGER: int, Type.ARRAY: list, Type.OBJECT: dict}
"""What values of a type are in JSON, where they are not texts."""

_NAMES = tuple(column.name for column in PUBLIC)
_STRUCTURED = (Type.ARRAY, Type.OBJECT)

Leaves = Callable[[int, str], Iterator[Leaf] | None]
"""Gives the leaves of a set, or `None`: it has no seal that all contributions are in."""


def rows_of(archive: Archive) -> Iterator[dict[str, Any]]:
    """Give the rows.

    Raises:
        ArchiveUnfit: they cannot be read, or are no rows of contributions.
    """
    typed: set[tuple[type, ...]] = set()
    for line in archive.lines(CONTRIBUTIONS):
        row = json_of(line, CONTRIBUTIONS)
        if not isinstance(row, dict) or tuple(row) != _NAMES:
            raise ArchiveUnfit(CONTRIBUTIONS)
        types = tuple(map(type, row.values()))
        if types not in typed:  # most rows have the types of one before
            _check(types)
            typed.add(types)
        yield row


def _check(types: Sequence[type]) -> None:
    """Compare the types of the values of a row with those of their columns."""
    for column, found in zip(PUBLIC, types, strict=True):
        if column.required if found is NoneType else found is not _TYPES.get(column.type, str):
            raise ArchiveUnfit(f"{CONTRIBUTIONS}: {column.name}")


def unleaved(archive: Archive, leaves: Leaves) -> tuple[int, int, str | None]:
    """Compare the rows with the leaves, which come in the same order: each live leaf of a public set has its row.

    Gives how many rows have theirs, how many have no seal yet, and the name of the first that has none, or of the set
    that has other live leaves than rows.
    """
    held = untold = 0
    for (round, stage), rows in groupby(rows_of(archive), key=lambda row: (row["round"], row["stage"])):
        sealed = leaves(round, stage)
        if sealed is None:
            untold += sum(1 for _ in rows)
            continue
        live = (leaf for leaf in sealed if leaf.gone is None)
        for row, leaf in zip_longest(rows, live):
            if row is None or leaf is None:
                return held, untold, f"{round}/{stage}"
            if (row["leaf"], row["college"], row["channel"]) != (
                leaf.digest.hex(),
                leaf.college,
                leaf.channel,
            ):
                return held, untold, str(row["id"])
            held += 1
    return held, untold, None


def untabled(archive: Archive) -> str | None:
    """Give the id of the first row of the lines that the table says otherwise, or what else does not fit; or `None`.

    Raises:
        ArchiveUnfit: one of them cannot be read.
    """
    if archive.whole(CONTRIBUTIONS_SCHEMA) != as_json(table_schema(Variant.PUBLIC)):
        return CONTRIBUTIONS_SCHEMA
    texts = (line.decode("utf-8", "replace") for line in archive.lines(CONTRIBUTIONS_TABLE))
    table = csv.reader(texts, strict=True)
    before = csv.field_size_limit(_LONGEST_CELL)
    try:
        if next(table, None) != list(_NAMES):
            return "header"
        for row, cells in zip_longest(rows_of(archive), table):
            if row is None or cells is None or len(cells) != len(PUBLIC):
                return "size"
            if not all(map(_is_same, PUBLIC, row.values(), cells)):
                return str(row["id"])
    except csv.Error:
        raise ArchiveUnfit(CONTRIBUTIONS_TABLE) from None
    finally:
        csv.field_size_limit(before)
    return None


def _is_same(column: Column, value: Any, cell: str) -> bool:
    if value is None:
        return cell == ""
    if column.type in _STRUCTURED:
        try:
            return bool(orjson.loads(cell) == value)
        except ValueError:
            return False
    text = value if type(value) is str else str(value)
    return cell == (guarded(text) if column.words else text)
