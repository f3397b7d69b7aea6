"""Offices: those that the stages cannot do without, and how many seats they have."""

from __future__ import annotations

from collections.abc import Iterator

from domain.checks.ballots import lanes_of
from domain.procedure import Channel, Kind, Procedure, Role
from domain.refusals import Finding


def check_people(procedure: Procedure) -> Iterator[Finding]:
    """Give what is wrong with offices."""
    seats: dict[Role, int] = {}
    for index, office in enumerate(procedure.offices):
        seats[office.role] = seats.get(office.role, 0) + office.seats
        if office.required > office.seats:
            yield Finding(
                "required_above_seats",
                ("offices", index, "required"),
                {"office": office.id, "required": office.required, "seats": office.seats},
            )
    path = ("offices",)
    if Role.COORDINATOR not in seats:
        yield Finding("coordinator_missing", path)
    for role in (Role.CO_PRESIDENT_STATE, Role.CO_PRESIDENT_LOCAL):
        if seats.get(role, 0) > 1:
            yield Finding("several_co_presidents", path, {"role": role, "seats": seats[role]})
    if (Role.CO_PRESIDENT_STATE in seats) != (Role.CO_PRESIDENT_LOCAL in seats):
        yield Finding("co_presidency_of_one", path, {}, "advice")
    yield from _by_stage(procedure, set(seats))
    if Role.CLERK not in seats and set(procedure.channels) - {Channel.ONLINE}:
        yield Finding("clerk_missing", path, {}, "advice")


def _by_stage(procedure: Procedure, roles: set[Role]) -> Iterator[Finding]:
    kinds = {stage.kind for stage in procedure.stages}
    for index, stage in enumerate(procedure.stages):
        if stage.kind is Kind.DECISION and Role.DECIDING_AUTHORITY not in roles:
            yield Finding("decision_without_authority", ("stages", index), {"stage": stage.id})
        if stage.kind is Kind.SYNTHESIS:
            if Role.GENERAL_RAPPORTEUR not in roles:
                yield Finding("synthesis_without_general_rapporteur", ("stages", index), {"stage": stage.id})
            lanes = lanes_of(procedure, stage)
            if lanes == (None,) and procedure.lanes:
                lanes = tuple(lane.id for lane in procedure.lanes)
            for lane in lanes:
                if not _has_rapporteur(procedure, lane):
                    yield Finding(
                        "synthesis_without_rapporteur",
                        ("stages", index),
                        {"stage": stage.id, "lane": lane or ""},
                    )
    if kinds & {Kind.SYNTHESIS, Kind.DECISION} and Role.ADDRESSEE not in roles:
        yield Finding("addressees_missing", ("offices",), {}, "advice", "D11")


def _has_rapporteur(procedure: Procedure, lane: str | None) -> bool:
    return any(
        office.role is Role.RAPPORTEUR and (office.lane is None or lane is None or office.lane == lane)
        for office in procedure.offices
    )
