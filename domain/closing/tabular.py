"""Which sections of an archive are tables too, and what their columns say: a cell is found by its path in the JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from domain.closing.tables import table

Row = Mapping[str, Any]
_COUNT = ("entitled", "present", "favourable", "unfavourable", "abstain", "quorum")


def _tabled(columns: Mapping[str, str], rows: Callable[[Any], Iterable[Row]]) -> Callable[[Any], bytes]:
    """Give what writes a section as a table: columns by name, with the path of what they say."""

    def written(said: Any) -> bytes:
        return table(
            tuple(columns), ({name: _at(row, path) for name, path in columns.items()} for row in rows(said))
        )

    return written


def _at(row: Row, path: str) -> Any:
    """Give what is at a path; several values stand behind one another, of a label the French one."""
    found: Any = row
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    match found:
        case list():
            return " ".join(map(str, found))
        case Mapping():
            return found.get("fr")
        case bool():
            return "true" if found else "false"
        case _:
            return found


def _same(said: Any) -> Iterable[Row]:
    rows: Iterable[Row] = said
    return rows


def _dates(said: Any) -> Iterator[Row]:
    """Give every run of a stage with the dates that were announced for it."""
    announced = {(row["round"], row["stage"]): row for row in said["planned"]}
    for row in said["actual"]:
        yield {**row, "announced": announced.get((row["round"], row["stage"]))}


def _recommendations(said: Any) -> Iterator[Row]:
    for synthesis in said:
        yield from synthesis["recommendations"].values()


def _followed(said: Any) -> Iterator[Row]:
    """Give commitments with how each stands by its latest report."""
    for row in said:
        yield {**row, "latest": row["progress"][-1] if row["progress"] else None}


def _columns(*names: str, **paths: str) -> dict[str, str]:
    return {**{name: name for name in names}, **paths}


TABLES: Mapping[str, Callable[[Any], bytes]] = {
    "calendar": _tabled(
        {
            **_columns("round", "stage", "label", "kind", "lane", "state"),
            **_columns(announced_opens_at="announced.opens_at", announced_closes_at="announced.closes_at"),
            **_columns("planned_opens_at", "planned_closes_at", "opens_at", "closes_at", "concluded_at"),
        },
        _dates,
    ),
    "documents": _tabled(
        _columns("id", "version", "title", "stage", "questionnaire", "attached_at", "digest"), _same
    ),
    "seals": _tabled(_columns("round", "stage", "kind", "at", "supplementary", "root", "count"), _same),
    "ballots": _tabled(
        {
            **_columns("id", "round", "stage", "purpose", "subject", "opens_at", "closed_at", "outcome"),
            **{name: f"count.{name}" for name in _COUNT},
        },
        _same,
    ),
    "opinions": _tabled(
        _columns(
            "round", "stage", "version", "conclusion", "adopted_at", "tacit", "ballot", text="text.digest"
        ),
        _same,
    ),
    "hearings": _tabled(
        _columns(
            "id", "round", "stage", "starts_at", "ends_at", "state", "witnesses", "heard", "approval",
            record="record.digest",
        ),
        _same,
    ),
    "meetings": _tabled(
        {
            **_columns("id", "round", "stage", "starts_at", "ends_at", "state", "second_of"),
            **_columns(entitled="count.entitled", present="count.present", quorum="count.quorum"),
            **_columns(agenda="agenda.digest", minutes="minutes.digest"),
        },
        _same,
    ),
    "requests": _tabled(
        _columns("id", "round", "stage", "member", "organisation", "lane", "themes", "state"), _same
    ),
    "synthesis": _tabled(
        _columns("id", "round", "stage", "lane", "themes", "addressees", "version", text="text.digest"),
        _recommendations,
    ),
    "responses": _tabled(
        _columns(
            "recommendation", "addressee", "answer", "until", "at", "version", "late_since", reasons="reasons.digest"
        ),
        _same,
    ),
    "decisions": _tabled(
        _columns(
            "version", "round", "stage", "at", "embargo_until", "published_at", "reason", text="text.digest",
            reasons="reasons.digest",
        ),
        _same,
    ),
    "commitments": _tabled(
        _columns(
            "id", "recommendation", "owner", "due_at", "late_since", status="latest.status", text="text.digest",
            indicator="indicator.digest",
        ),
        _followed,
    ),
    "guarantor": _tabled(_columns("at", "member", text="text.digest"), _same),
    "guarantor_reports": _tabled(
        _columns(
            "version", "at", "member", "answered_at", "answered_by", text="text.digest", answer="answer.digest"
        ),
        _same,
    ),
}  # fmt: skip
"""By section: what writes its table."""
