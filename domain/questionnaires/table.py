"""A questionnaire as a table: CSV, one line per section or question, to the values that a YAML file would have.

Columns: kind, id, label, help, required, minimum, maximum, choices, other, when, themes, axes; in other languages
`label:en`, `help:en`, `choices:en`. Lists are separated by `|`, a choice is `id = label`.
A line of kind `questionnaire` names the whole, a line of kind `section` begins a section.
"""

from __future__ import annotations

import csv
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

from domain.loading import MAX_BYTES, Path, Place, Unreadable, decoded
from domain.questionnaires.shapes import MAX_QUESTIONS
from domain.refusals import Finding

_COLUMNS = {
    "kind", "id", "label", "help", "required", "minimum", "maximum", "choices", "other", "when", "themes", "axes",
    "whole", "unit", "version",
}  # fmt: skip
_IN_LANGUAGES = ("label", "help", "choices", "unit")
_MAX_LINES = 2 * MAX_QUESTIONS + 200
_YES = frozenset(("oui", "yes", "true", "vrai", "x", "1"))
_NO = frozenset(("non", "no", "false", "faux", "0"))
_TEST = re.compile(r"\s*([a-z0-9][a-z0-9_-]{0,62})\s*(>=|=)\s*(.+?)\s*", re.DOTALL)

Row = dict[str, str]


def load_table(source: str | bytes) -> tuple[dict[str, Any], dict[Path, Place], list[Finding]]:
    """Give the values of a table, where they stand, and what there is to say about how it was read.

    Raises:
        Unreadable: it cannot be read.
    """
    text, said = text_of(source)
    building = _Building(said)
    rows = _rows(text, building)
    for line, row in rows:
        building.add(row, line)
    building.resolve()
    return building.raw, building.places, building.findings


def text_of(source: str | bytes) -> tuple[str, list[Finding]]:
    """Decode a table: UTF-8, or what spreadsheets save in France (Windows-1252, or UTF-16 as "Unicode text").

    What was read as something else than UTF-8 is said, as advice.

    Raises:
        Unreadable: it is no text in any of them, or too large.
    """
    if isinstance(source, bytes) and source.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return _decoded_as(source, "utf-16", Finding("read_as_utf_16", severity="advice"))
    try:
        return decoded(source), []
    except Unreadable as fault:
        if fault.finding.code != "not_utf8" or isinstance(source, str):
            raise
    said = Finding("read_as_windows_1252", severity="advice")
    return _decoded_as(source.removeprefix(BOM_UTF8), "cp1252", said)


def _decoded_as(source: bytes, encoding: str, said: Finding) -> tuple[str, list[Finding]]:
    if len(source) > MAX_BYTES:
        raise Unreadable("file_too_large", maximum=MAX_BYTES, size=len(source))
    try:
        text = source.decode(encoding)
    except UnicodeDecodeError as fault:
        raise Unreadable("not_utf8", position=fault.start) from fault
    return decoded(text), [said]


def _rows(text: str, building: _Building) -> Iterator[tuple[int, Row]]:
    text = text.replace("\r\n", "\n").replace("\r", "\n")  # lines within a cell, too
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        building.check_header(header)
        before = reader.line_num
        for number, cells in enumerate(reader):
            if number >= _MAX_LINES:
                raise Unreadable("too_many_lines", (before + 1, 1), maximum=_MAX_LINES)
            if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
                building.findings.append(Finding("cells_too_many", (), {"line": before + 1, "column": 1}))
            row = {name: cell.strip() for name, cell in zip(header, cells, strict=False) if cell.strip()}
            if row:
                yield before + 1, row
            before = reader.line_num
    except csv.Error as fault:
        raise Unreadable("not_csv", (reader.line_num, 1), message=str(fault)) from fault


class _Building:
    """The values built so far."""

    def __init__(self, findings: list[Finding]) -> None:
        self.raw: dict[str, Any] = {"sections": []}
        self.places: dict[Path, Place] = {(): (1, 1)}
        self.findings = findings
        self._tests: list[dict[str, Any]] = []

    def check_header(self, header: list[str]) -> None:
        """Find columns that are unknown, there twice, or missing."""
        for number, name in enumerate(header, 1):
            column, _, language = name.partition(":")
            known = column in _COLUMNS and (not language or column in _IN_LANGUAGES)
            if name and not known:
                self.findings.append(
                    Finding("column_unknown", (), {"name": name[:60], "line": 1, "column": number})
                )
            if name and header.index(name) < number - 1:
                raise Unreadable("column_twice", (1, number), name=name[:60])
        for name in ("kind", "id", "label"):
            if name not in header:
                raise Unreadable("column_missing", (1, 1), name=name)

    def add(self, row: Row, line: int) -> None:
        """Add one line."""
        kind = row.get("kind", "").lower()
        part: dict[str, Any] = {"label": _labels(row, "label")} if "label" in row else {}
        part |= {name: row[name] for name in ("id",) if name in row}
        if helps := _labels(row, "help"):
            part["introduction" if kind == "questionnaire" else "help"] = helps
        if kind == "questionnaire":
            self.raw |= part
            if "version" in row:
                self.raw["version"] = _number(row["version"])
            return
        sections = self.raw["sections"]
        if kind == "section":
            path: Path = ("sections", len(sections))
            sections.append({**part, "questions": []})
        else:
            if not sections:
                sections.append({"id": "questions", "label": {"fr": "Questions"}, "questions": []})
            questions = sections[-1]["questions"]
            path = ("sections", len(sections) - 1, "questions", len(questions))
            questions.append({"kind": kind, **part} if kind else part)
            self._fill(questions[-1], kind, row, line)
        self.places[path] = (line, 1)
        if condition := self._condition(row["when"], line) if "when" in row else None:
            target = sections[-1] if kind == "section" else sections[-1]["questions"][-1]
            target["when"] = condition

    def resolve(self) -> None:
        """Bring the values of the conditions to the type of what they are compared with, now that all is known."""
        kinds: dict[str | None, str] = {
            question.get("id", ""): question.get("kind", "")
            for section in self.raw["sections"]
            for question in section["questions"]
        }
        for test in self._tests:
            read = _READ.get(kinds.get(test["question"], ""), _as_it_is)
            if "is" in test:
                test["is"] = read(test["is"])
            elif "any_of" in test:
                test["any_of"] = [read(cell) for cell in test["any_of"]]

    def _fill(self, question: dict[str, Any], kind: str, row: Row, line: int) -> None:
        for name in ("required", "other", "whole"):
            if name in row:
                question[name] = _truth(row[name])
        for name in ("minimum", "maximum"):
            if name in row:
                question[name] = row[name] if kind == "date" else _number(row[name])
        for name in ("themes", "axes"):
            if name in row:
                question[name] = _listed(row[name])
        if unit := _labels(row, "unit"):
            question["unit"] = unit
        if "choices" in row or kind in ("single_choice", "multiple_choice", "ranking"):
            choices = self._choices(row, line)
            if kind == "scale":
                question["labels"] = {choice["id"]: choice["label"] for choice in choices}
            else:
                question["choices"] = choices

    def _choices(self, row: Row, line: int) -> list[dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        listed = []
        for part in _listed(row.get("choices", "")):
            name, _, words = (side.strip() for side in part.partition("="))
            choice = {"id": name, "label": {"fr": words or name}}
            listed.append(choice)
            found.setdefault(name, choice)
        for column, cell in row.items():
            if not column.startswith("choices:"):
                continue
            for part in _listed(cell):
                name, _, words = (side.strip() for side in part.partition("="))
                if name in found and words:
                    found[name]["label"][_language(column)] = words
                else:
                    self.findings.append(
                        Finding("choice_unknown", (), {"choice": name[:60], "line": line, "column": 1})
                    )
        return listed

    def _condition(self, text: str, line: int) -> dict[str, Any] | None:
        """Read `q3 = oui`, `q5 = a | b`, `q7 >= 4`; several with `and`, or several with `or`."""
        for word, name in ((" or ", "any"), (" and ", "all")):
            if word in text:
                parts = [self._condition(part, line) for part in text.split(word)]
                return {name: parts} if all(parts) else None
        found = _TEST.fullmatch(text)
        values = _listed(found[3]) if found else []
        if found is None or not values or (found[2] == ">=" and isinstance(_number(values[0]), str)):
            at: dict[str, str | int] = {"condition": text[:60], "line": line, "column": 1}
            self.findings.append(Finding("condition_unreadable", (), at))
            return None
        test: dict[str, Any] = {"question": found[1]}
        if found[2] == ">=":
            test["at_least"] = _number(values[0])
        elif len(values) == 1:
            test["is"] = values[0]
        else:
            test["any_of"] = values
        self._tests.append(test)
        return test


def _labels(row: Row, column: str) -> dict[str, str]:
    found = {"fr": row[column]} if column in row else {}
    return found | {_language(name): cell for name, cell in row.items() if name.startswith(f"{column}:")}


def _language(column: str) -> str:
    return column.partition(":")[2]


def _listed(cell: str) -> list[str]:
    return [part.strip() for part in cell.split("|") if part.strip()]


def _truth(cell: str) -> bool | str:
    return True if cell.lower() in _YES else False if cell.lower() in _NO else cell


def _number(cell: str) -> int | float | str:
    if re.fullmatch(r"[-+]?[0-9]{1,16}", cell):
        return int(cell)
    return float(cell.replace(",", ".")) if re.fullmatch(r"[-+]?[0-9]{1,16}[.,][0-9]{1,16}", cell) else cell


def _as_it_is(cell: str) -> str:
    return cell


_READ: dict[str, Callable[[str], object]] = {"yes_no": _truth, "scale": _number, "number": _number}
"""How the values of conditions are read, by the kind of the question that they are about; else as an id."""
