"""Colleges, axes, themes, territories and offices under another version: who was called, and who holds a seat."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from domain.migrating.ballots import Weight
from domain.migrating.following import Followed
from domain.migrating.impact import Change, Effect
from domain.migrating.standing import has_been_called
from domain.procedure import Kind, Office
from domain.process import OfficeHeld, Process, items_of

_ANEW: Weight = (Effect.ANNOUNCED, "announced_anew", "")
_NAME: Weight = (Effect.HARMLESS, "only_a_name", "")
_SINCERITY = "Conseil d’État, 19 juillet 2017, nº 403928"


def people_changes(process: Process, later: Followed) -> Iterator[Change]:
    """Give every change of what people are called by, and of the offices that they hold."""
    assert process.procedure is not None
    colleges = {college.id: college.label for college in process.procedure.colleges}
    new_colleges = {college.id: college.label for college in later.procedure.colleges}
    announced: Weight = (Effect.REFUSED, "college_announced", "D1")
    yield from _named("college", "colleges", colleges, new_colleges, announced)
    for change in _named("lane", "lanes", process.lanes, later.lanes, _ANEW):
        gone = change.after is None and _works_in(process, later, str(change.before))
        yield replace(change, effect=Effect.REFUSED, because="lane_named") if gone else change
    answered: Weight = (Effect.REFUSED, "theme_answered", "D4")
    themes_gone = answered if has_been_called(process, Kind.CALL_FOR_INPUT) else _ANEW
    yield from _named("theme", "themes", process.themes, later.themes, themes_gone)
    yield from _territories(process, later)
    yield from _offices(process, later)


def _works_in(process: Process, later: Followed, lane: str) -> bool:
    """Say whether an axis is named by an office that stays, or by something that was written in it."""
    offices = {office.id for office in later.procedure.offices}
    declared = {office.id for office in process.procedure.offices} if process.procedure else set()
    besides = (office for key, office in process.offices.items() if key not in offices | declared)
    written = process.syntheses.values()
    chapters = (chapter.lane for synthesis in written for chapter in synthesis.chapters.values())
    items = (item.lane for synthesis in written for item in items_of(synthesis).values())
    return lane in {*(office.lane for office in besides), *chapters, *items}


def _named(
    part: str, field: str, old: Mapping[str, Any], new: Mapping[str, Any], gone: Weight
) -> Iterator[Change]:
    """Compare things that have an id and a label."""
    for place, (key, label) in enumerate(new.items()):
        if key not in old:
            yield _change((field, place), part, label, None, key, _ANEW)
        elif old[key] != label:
            yield _change((field, place, "label"), f"{part}_label", label, old[key], label, _NAME)
    for place, (key, label) in enumerate(old.items()):
        if key not in new:
            yield _change((field, place), part, label, key, None, gone)


def _change(
    path: tuple[str | int, ...],
    part: str,
    name: dict[str, str] | None,
    before: Any,
    after: Any,
    weight: Weight,
) -> Change:
    effect, because, source = weight
    return Change(
        path=path,
        part=part,
        name=name,
        before=before,
        after=after,
        effect=effect,
        because=because,
        source=source,
    )


def _territories(process: Process, later: Followed) -> Iterator[Change]:
    called: Weight = (Effect.REFUSED, "territory_called", "CRPA L131-1")
    gone = called if has_been_called(process) else _ANEW
    for place, code in enumerate(later.territories):
        if code not in process.territories:
            yield _change(("territories", place), "territory", None, None, code, _ANEW)
    for place, code in enumerate(process.territories):
        if code not in later.territories:
            yield _change(("territories", place), "territory", None, code, None, gone)


# Offices ------------------------------------------------------------------------------------------


def _offices(process: Process, later: Followed) -> Iterator[Change]:
    assert process.procedure is not None
    declared = {office.id: office for office in process.procedure.offices}
    new = {office.id: office for office in later.procedure.offices}
    for place, office in enumerate(later.procedure.offices):
        held = process.offices.get(office.id)
        if held is None:
            yield _change(("offices", place), "office", office.label, None, office.id, _ANEW)
        elif office.id in declared or _differs(held, office):
            yield from _office(process, held, office, ("offices", place))
    for place, office in enumerate(process.procedure.offices):
        if office.id not in new:
            weight = _weigh_office_gone(process, process.offices[office.id])
            yield _change(("offices", place), "office", office.label, office.id, None, weight)


def _differs(held: OfficeHeld, office: Office) -> bool:
    return any(getattr(held, name) != getattr(office, name) for name in Office.model_fields)


def _office(
    process: Process, held: OfficeHeld, office: Office, path: tuple[str | int, ...]
) -> Iterator[Change]:
    written = office.model_dump(mode="json")
    for name in Office.model_fields:
        before, after = getattr(held, name), getattr(office, name)
        if before == after:
            continue
        if name == "label":
            weight = _NAME
        elif name == "required":
            weight = (Effect.HARMLESS, "no_effect_after_launch", "")
        elif name == "seats":
            weight = _weigh_seats(process, held, after)
        elif held.terms:
            weight = (Effect.REFUSED, "office_held", "CRPA R133-3")
        else:
            weight = _ANEW
        was = getattr(before, "value", before)
        yield _change((*path, name), f"office_{name}", office.label, was, written[name], weight)


def _weigh_seats(process: Process, held: OfficeHeld, seats: int) -> Weight:
    taken = {term.seat for term in held.terms if term.cause is None}
    named = {
        int(number)
        for ballot in process.running
        for seat in process.ballots[ballot].seats
        if (parts := seat.partition("/"))[0] == held.id and (number := parts[2])
    }
    if max(taken | named, default=0) > seats:
        return Effect.REFUSED, "seat_held", "CRPA R133-3"
    return _ANEW


def _weigh_office_gone(process: Process, held: OfficeHeld) -> Weight:
    """An office stays as soon as anybody held it, may vote for it, or owes an answer by it."""
    if held.terms:
        return Effect.REFUSED, "office_held", "CRPA R133-3"
    in_ballots = {seat.partition("/")[0] for ballot in process.ballots.values() for seat in ballot.seats}
    escalated = {name for ballot in process.running for name in process.ballots[ballot].rule.escalate_to}
    owing = {
        addressee
        for synthesis in process.syntheses.values()
        for recommendation in synthesis.recommendations.values()
        for addressee in recommendation.addressees
    }
    owners = {commitment.owner for commitment in process.commitments.values()}
    if held.id in in_ballots | owing | owners | escalated or held.role in escalated:
        return Effect.REFUSED, "office_named", "D11"
    return _ANEW
