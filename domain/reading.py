"""Reading a procedure file, YAML or JSON, and checking it: everything found, with line and column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from domain.check import SEVERITIES, findings_of
from domain.checks.shape import shape
from domain.loading import MAX_BYTES as MAX_BYTES
from domain.loading import Unreadable, load, placed
from domain.procedure import Procedure
from domain.refusals import Finding


@dataclass(frozen=True, slots=True)
class Reading:
    """A procedure file as read and checked."""

    procedure: Procedure | None
    """The procedure; `None` where its form has a fault."""
    findings: tuple[Finding, ...]
    """Everything found, by `reading` and by `check`; `line` and `column` among the arguments where known."""

    @property
    def is_sound(self) -> bool:
        """Say whether a concertation can follow the procedure."""
        return self.procedure is not None and not any(f.severity == "error" for f in self.findings)


def read(source: str | bytes) -> Reading:
    """Read a procedure from YAML or JSON, and check it."""
    try:
        data, places = load(source)
    except Unreadable as fault:
        return Reading(None, (fault.finding,))
    shaped = shape(data)
    findings = [placed(finding, places) for finding in findings_of(shaped)]
    if places:
        findings.sort(
            key=lambda f: (SEVERITIES.index(f.severity), f.args.get("line", 0), f.args.get("column", 0))
        )
    return Reading(None if shaped.findings else shaped.procedure, tuple(findings))


def schema() -> dict[str, Any]:
    """Give the JSON Schema of a procedure file, as published."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Procedure.model_json_schema(mode="validation"),
        "title": "Procedure",
    }
