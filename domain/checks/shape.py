"""From a raw mapping to a procedure, in spite of its faults: each fault is a finding, the rest is still checked.

A part that cannot be read is replaced by a stand-in, so that one wrong field does not hide nine others.
Findings about stand-ins are left out by `Shaped.is_sound`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from domain.loading import Path, cleaned, excess
from domain.procedure import Procedure
from domain.refusals import Finding

_PASSES = 6

_OWN_CODES = {
    "share_invalid", "label_without_french", "signoff_unknown_act", "condition_form", "number_invalid", "date_invalid",
}  # fmt: skip
FORM_CODES = {
    "missing": "field_missing",
    "extra_forbidden": "field_unknown",
    "enum": "choice_invalid",
    "literal_error": "choice_invalid",
    "union_tag_invalid": "choice_invalid",
    "union_tag_not_found": "field_missing",
    "string_pattern_mismatch": "name_invalid",
    "time_delta_parsing": "span_invalid",
    "time_delta_type": "span_invalid",
    "greater_than_equal": "out_of_range",
    "less_than_equal": "out_of_range",
    "string_too_short": "out_of_range",
    "string_too_long": "out_of_range",
    "too_short": "out_of_range",
    "too_long": "out_of_range",
}
"""Codes of findings by pydantic's types of error; any other is `shape`."""

_STAND_INS: dict[str, Any] = {
    "label": {"fr": "?"},
    "kind": "follow_up",
    "role": "guarantor",
    "duration": {"planned": "P1D"},
    "planned": "P1D",
    "within": "P1D",
    "gate": "conclusion",
    "subject": ["seal"],
    "all_of": ["coordinator"],
    "rule": "?",
    "reason": "? ? ? ? ? ?",
}
_PART_FIELDS = {
    "colleges": ("id", "label"),
    "lanes": ("id", "label"),
    "themes": ("id", "label"),
    "offices": ("id", "role", "label"),
    "stages": ("id", "kind", "label", "duration"),
    "approvals": ("gate", "subject", "within"),
    "overrules": ("rule", "reason"),
}
_ABOUT = {
    "colleges": {"unknown_college", "quorum_of_unknown_college"},
    "lanes": {"unknown_lane", "synthesis_without_rapporteur", "electorate_without_seats"},
    "stages": {"unknown_after", "refer_back_unknown", "refer_back_not_before"},
    "offices": {
        "coordinator_missing", "decision_without_authority", "synthesis_without_general_rapporteur",
        "synthesis_without_rapporteur", "addressees_missing", "clerk_missing", "co_presidency_of_one",
        "electorate_unknown", "electorate_without_seats", "electorate_may_be_empty", "casting_vote_without_chair",
        "signoff_unknown_office", "signoff_without_seats", "signatory_may_be_missing",
    },
}  # fmt: skip
"""Findings that may be the consequence of a part, or of an id, that could not be read."""


@dataclass(frozen=True, slots=True)
class Shaped:
    """What could be made of a raw mapping."""

    procedure: Procedure | None
    findings: tuple[Finding, ...]
    stand_ins: frozenset[Path] = frozenset()
    """Paths of what was replaced or left out."""

    def is_sound(self, finding: Finding) -> bool:
        """Say whether a finding is about what the author wrote, not about a stand-in."""
        for path in self.stand_ins:
            is_a_part = len(path) in (1, 2) or (len(path) == 3 and path[2] == "id")
            if is_a_part and finding.code in _ABOUT.get(str(path[0]), ()):
                return False
        return not any(finding.path[: len(path)] == path for path in self.stand_ins)


def shape(raw: object) -> Shaped:
    """Read a raw mapping; every fault of form becomes a finding."""
    if not isinstance(raw, Mapping):
        return Shaped(None, (Finding("not_a_procedure", ()),))
    too_much = excess(raw)
    if too_much is not None:
        return Shaped(None, (too_much,))
    findings: dict[Path, Finding] = {}
    data = cleaned(raw, (), findings)
    stand_ins: set[Path] = set(findings)
    for _ in range(_PASSES):
        try:
            return Shaped(Procedure.model_validate(data), tuple(findings.values()), frozenset(stand_ins))
        except ValidationError as faults:
            errors = faults.errors(include_url=False, include_context=True, include_input=True)
        paths = places_of(data, errors)
        for path, error in paths.items():
            if not any(path[: len(known)] == known for known in stand_ins):
                findings.setdefault(path, finding_of(path, error))
        for path in sorted(paths, key=_last_first):
            stand_ins.add(_replace(data, path, paths[path]["type"]))
    return Shaped(None, tuple(findings.values()), frozenset(stand_ins))


def places_of(data: object, errors: list[ErrorDetails]) -> dict[Path, ErrorDetails]:
    """Give the errors by path, the deepest ones: what is wrong around them may be their consequence."""
    found: dict[Path, ErrorDetails] = {}
    for error in errors:
        found.setdefault(_path(data, error), error)
    around = {path[:length] for path in found for length in range(len(path))}
    return {path: error for path, error in found.items() if path not in around}


def _path(data: object, error: ErrorDetails) -> Path:
    """Give the path into the data of an error: pydantic's location without the names of its own branches."""
    path: list[str | int] = []
    here: Any = data
    for step in error["loc"]:
        inside = (isinstance(here, Mapping) and step in here) or (
            isinstance(here, list) and isinstance(step, int) and step < len(here)
        )
        if inside:
            path.append(step)
            here = here[step]
    if error["type"] == "missing" and isinstance(here, Mapping):
        path.append(error["loc"][-1])
    return tuple(path)


def finding_of(path: Path, error: ErrorDetails) -> Finding:
    """Give the finding that an error of pydantic becomes."""
    code = error["type"] if error["type"] in _OWN_CODES else FORM_CODES.get(error["type"], "shape")
    args: dict[str, str | int] = {"field": str(path[-1]) if path else "", "message": error["msg"]}
    about = error.get("ctx", {})
    expected = about.get("expected", about.get("expected_tags"))
    return Finding(code, path, args if expected is None else {**args, "expected": str(expected)})


def _last_first(path: Path) -> tuple[tuple[int, int], ...]:
    """Order paths so that taking an item out of a list does not move those still to come."""
    return tuple((-step, 0) if isinstance(step, int) else (0, 0) for step in path)


def _replace(data: Any, path: Path, fault: str) -> Path:
    """Put a stand-in at `path`, or take out what stands there; give the path of what is not the author's any more."""
    if not path:
        return ()
    holder: Any = data
    for step in path[:-1]:
        holder = holder[step]
    last = path[-1]
    if isinstance(holder, list) and isinstance(last, int):
        fields = _PART_FIELDS.get(str(path[-2])) if len(path) > 1 else None
        if fields and not isinstance(holder[last], Mapping):
            holder[last] = {name: _stand_in(name, path) for name in fields}
        elif last < len(holder):
            del holder[last]
        return path
    if not isinstance(holder, dict):
        return path
    if last == "id":
        name = holder.get("id")
        holder["id"] = _stand_in("id", path)
        if isinstance(name, str):
            _rename(data, name, holder["id"])
        return path
    if last in _STAND_INS and fault != "extra_forbidden":
        holder[last] = _stand_in(str(last), path)
        return path[:-1] if last in ("kind", "role", "gate") else path
    if len(path) == 1 and last in ("colleges", "stages"):
        holder[last] = [{name: _stand_in(name, (last, 0)) for name in _PART_FIELDS[str(last)]}]
        return path
    if fault == "missing":
        return _replace(data, path[:-1], fault)
    holder.pop(last, None)
    return path


def _stand_in(field: str, path: Path) -> Any:
    if field == "id":
        return "x-" + "-".join(str(step) for step in path if isinstance(step, int) or step.isalpha()).lower()
    return _STAND_INS[field]


def _rename(data: Any, name: str, to: str) -> None:
    """Let what refers to a name that cannot be read refer to its stand-in."""
    for holder, key in list(_places(data)):
        if holder[key] == name and key != "fr":
            holder[key] = to


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    items: Iterator[tuple[Any, Any]] = iter(())
    if isinstance(value, dict):
        items = iter(value.items())
    elif isinstance(value, list):
        items = iter(enumerate(value))
    for key, part in items:
        if isinstance(part, str):
            yield value, key
        else:
            yield from _places(part)
