"""Names: each once, each known where it is used; territories and time zone that exist."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from domain.graph import EACH
from domain.notation import Named, name_of
from domain.procedure import ROLES, VISIBLE, College, Lane, Office, Procedure, Stage, Theme
from domain.refusals import Finding
from domain.territories import known

SCIENTIFIC_COUNCIL = "scientific_council"


def check_references(procedure: Procedure) -> Iterator[Finding]:
    """Give what is wrong with names."""
    for field, parts in (
        ("colleges", procedure.colleges),
        ("lanes", procedure.lanes),
        ("themes", procedure.themes),
        ("offices", procedure.offices),
        ("stages", procedure.stages),
    ):
        yield from _duplicates(field, parts)
    yield from _reasons(procedure)
    yield from _places(procedure)
    yield from _offices(procedure)
    yield from _stages(procedure)


def is_time_zone(name: str) -> bool:
    """Say whether a time zone has this IANA name."""
    try:
        ZoneInfo(name)
    except (ValueError, KeyError, OSError):  # malformed, unknown, or a folder of the database
        return False
    return True


def _duplicates(field: str, parts: tuple[College | Lane | Theme | Office | Stage, ...]) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, part in enumerate(parts):
        if part.id in seen:
            yield Finding("duplicate_id", (field, index, "id"), {"id": part.id})
        seen.add(part.id)


def _reasons(procedure: Procedure) -> Iterator[Finding]:
    """Tell reasons of one name that are labelled apart; the same text twice says nothing else."""
    seen: dict[str, Named] = {}
    for index, reason in enumerate(procedure.set_aside_reasons):
        if seen.setdefault(name_of(reason), reason) != reason:
            yield Finding("duplicate_id", ("set_aside_reasons", index), {"id": name_of(reason)})


def _places(procedure: Procedure) -> Iterator[Finding]:
    if not is_time_zone(procedure.timezone):
        yield Finding("timezone_invalid", ("timezone",), {"timezone": procedure.timezone})
    for index, code in enumerate(procedure.territories):
        if not known(code):
            yield Finding("unknown_territory", ("territories", index), {"territory": code})
    for index, lane in enumerate(procedure.lanes):
        if lane.id == EACH:
            yield Finding("reserved_name", ("lanes", index, "id"), {"id": EACH})


def _offices(procedure: Procedure) -> Iterator[Finding]:
    colleges = {college.id for college in procedure.colleges}
    lanes = {lane.id for lane in procedure.lanes}
    for index, office in enumerate(procedure.offices):
        path = ("offices", index)
        if office.id == SCIENTIFIC_COUNCIL or (office.id in ROLES and office.id != office.role):
            yield Finding("reserved_name", (*path, "id"), {"id": office.id})
        if office.college is not None and office.college not in colleges:
            yield Finding("unknown_college", (*path, "college"), {"college": office.college})
        if office.lane is not None and office.lane not in lanes:
            yield Finding("unknown_lane", (*path, "lane"), {"lane": office.lane})
        if office.territory is not None and not known(office.territory):
            yield Finding("unknown_territory", (*path, "territory"), {"territory": office.territory})


def _stages(procedure: Procedure) -> Iterator[Finding]:
    colleges = {college.id for college in procedure.colleges}
    lanes = {lane.id for lane in procedure.lanes}
    for index, stage in enumerate(procedure.stages):
        path = ("stages", index)
        if stage.lane == EACH and not lanes:
            yield Finding("lane_each_without_lanes", (*path, "lane"), {"stage": stage.id}, "advice")
        if stage.lane is not None and stage.lane not in lanes | {EACH}:
            yield Finding("unknown_lane", (*path, "lane"), {"lane": stage.lane})
        for college in stage.quorum:
            if college not in colleges:
                yield Finding("quorum_of_unknown_college", (*path, "quorum", college), {"college": college})
        for kind in stage.visibility:
            if kind not in VISIBLE:
                yield Finding(
                    "visibility_unknown",
                    (*path, "visibility", kind),
                    {"key": kind, "known": ", ".join(VISIBLE)},
                )
