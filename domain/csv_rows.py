"""Long lists as CSV: one line after the other, in constant memory, each with its number and what is wrong with it.

The separator (comma, semicolon, tab) is the one that the header has most of. Which characters the bytes are is found
out before, by `encoding_of`, in constant memory too. What the columns mean is for those who ask.
"""

from __future__ import annotations

import csv
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from domain.loading import Unreadable
from domain.refusals import Finding, Refusal

_LONGEST_CELL = 100_000


@dataclass(frozen=True, slots=True)
class LineFault:
    """What is wrong with a line: a refusal, as anybody who asked for the same would get it, or a finding."""

    line: int
    """From 1; the header is the first."""
    column: str
    """The name of the column at fault, as the file has it; empty where it is the whole line."""
    fault: Refusal | Finding


@dataclass(frozen=True, slots=True)
class CsvRow:
    """A line by the names of its columns; cells without their blanks, empty ones left out."""

    line: int
    cells: dict[str, str]
    headers: Mapping[str, str]
    """What the file calls each column."""

    def fault(self, column: str, fault: Refusal | Finding) -> LineFault:
        """Say what is wrong with a cell of this line."""
        return LineFault(self.line, self.headers.get(column, column), fault)


def encoding_of(chunks: Iterable[bytes]) -> tuple[str, Finding | None]:
    """Give the encoding of a file, and what there is to say about it: UTF-8, or what spreadsheets save in France.

    That is Windows-1252, or UTF-16 ("Unicode text").

    A mark at the beginning says UTF-8; where the rest is none all the same, it is set aside (`cp1252` then has it as
    three characters, which `rows` removes).
    """
    decoder = getincrementaldecoder("utf-8-sig")()
    try:
        for number, chunk in enumerate(chunks):
            if number == 0 and chunk.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
                return "utf-16", Finding("read_as_utf_16", severity="advice")
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252", Finding("read_as_windows_1252", severity="advice")
    return "utf-8-sig", None


def rows(
    lines: Iterable[str], names: Mapping[str, str], required: Iterable[str]
) -> Iterator[CsvRow | LineFault]:
    """Give the lines after the header one by one. `names` gives the column of each name that a header may have.

    Raises:
        Unreadable: there is no header, or one that lacks what is required or says the same twice.
    """
    given = iter(lines)
    first = next(given, "").removeprefix("\ufeff").removeprefix("ï»¿")
    if not first.strip():
        raise Unreadable("file_empty")
    separator = max(",;\t", key=first.count)
    header = [cell.strip() for cell in next(csv.reader([first], delimiter=separator))]
    columns = [names.get(_plain(cell)) for cell in header]
    for number, column in enumerate(columns):
        if column is not None and column in columns[:number]:
            raise Unreadable("column_twice", (1, number + 1), name=header[number][:60])
    for column in required:
        if column not in columns:
            raise Unreadable("column_missing", (1, 1), name=column)
    for cell, column in zip(header, columns, strict=True):
        if cell and column is None:
            yield LineFault(
                1, cell[:60], Finding("column_unknown", args={"name": cell[:60]}, severity="advice")
            )
    called = {column: cell for cell, column in zip(header, columns, strict=True) if column}
    reader = csv.reader(given, delimiter=separator)
    begins = 2
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            yield LineFault(begins, "", Finding("not_csv", args={"message": str(fault)}))
            begins = reader.line_num + 2
            continue
        found = {
            column: text
            for column, cell in zip(columns, cells, strict=False)
            if column is not None and (text := cell.strip())
        }
        if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
            yield LineFault(begins, "", Finding("cells_too_many"))
        elif cells and max(map(len, cells)) > _LONGEST_CELL:
            yield LineFault(begins, "", Finding("not_csv", args={"message": f"> {_LONGEST_CELL}"}))
        elif found:
            yield CsvRow(begins, found, called)
        begins = reader.line_num + 2


def _plain(cell: str) -> str:
    """Give the name of a column as it is looked up."""
    return cell.casefold().replace(" ", "_").replace("-", "_")
