"""Reading a questionnaire file, YAML or JSON, from people one does not know: everything found, with line and column.

CSV is read in `table`, what is found is looked for in `checking`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter

from domain.check import SEVERITIES
from domain.loading import Path, Place, Unreadable, load, placed
from domain.questionnaires.checking import Checked, check
from domain.questionnaires.shapes import Questionnaire
from domain.questionnaires.table import load_table
from domain.refusals import Finding


def read(source: str | bytes) -> Checked:
    """Read a questionnaire from YAML or JSON, and check it."""
    try:
        data, places = load(source)
    except Unreadable as fault:
        return Checked(None, (fault.finding,))
    return _placed(check(data), places)


def read_csv(source: str | bytes) -> Checked:
    """Read a questionnaire from CSV, a question a line, and check it."""
    try:
        data, places, said = load_table(source)
    except Unreadable as fault:
        return Checked(None, (fault.finding,))
    return _placed(check(data), places, said)


def schema() -> dict[str, Any]:
    """Give the JSON Schema of a questionnaire file, as published."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **TypeAdapter[Any](Questionnaire).json_schema(mode="validation"),
        "title": "Questionnaire",
    }


def _placed(checked: Checked, places: Mapping[Path, Place], said: Sequence[Finding] = ()) -> Checked:
    findings = [*said, *(placed(finding, places) for finding in checked.findings)]
    if places:
        findings.sort(
            key=lambda f: (SEVERITIES.index(f.severity), f.args.get("line", 0), f.args.get("column", 0))
        )
    return Checked(checked.questionnaire, tuple(findings))
