"""A procedure as one concertation follows it: with the axes, themes and territories that it chose for itself."""

from __future__ import annotations

from dataclasses import dataclass

from domain.change import changed
from domain.graph import expand
from domain.procedure import Label, Lane, Office, Procedure, Stage
from domain.process import OfficeHeld, Process, as_held


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What a concertation takes from a version of its procedure."""

    #: The version, with the axes of the concertation: the one to be checked.
    procedure: Procedure
    lanes: dict[str, Label]
    themes: dict[str, Label]
    territories: tuple[str, ...]
    #: By key, expanded by axis.
    stages: dict[str, Stage]


def followed(process: Process, later: Procedure) -> Followed:
    """Give what a concertation would follow by another version.

    What it chose for itself when it was drafted stays; what it took from its procedure comes from the new one.
    """
    now = process.procedure
    assert now is not None
    own_lanes = process.lanes != {lane.id: lane.label for lane in now.lanes}
    own_themes = process.themes != {theme.id: theme.label for theme in now.themes}
    own_territories = process.territories != now.territories
    lanes = process.lanes if own_lanes else {lane.id: lane.label for lane in later.lanes}
    axes = tuple(Lane(id=lane, label=label) for lane, label in lanes.items())
    return Followed(
        procedure=later.model_copy(update={"lanes": axes}) if own_lanes else later,
        lanes=lanes,
        themes=process.themes if own_themes else {theme.id: theme.label for theme in later.themes},
        territories=process.territories if own_territories else later.territories,
        stages=expand(later, lanes),
    )


def offices_after(process: Process, declared: tuple[Office, ...]) -> dict[str, OfficeHeld]:
    """Give the offices in the order of the new version, with their terms; those made besides come last."""
    assert process.procedure is not None
    before = {office.id for office in process.procedure.offices}
    found = {
        office.id: changed(as_held(office), terms=known.terms)
        if (known := process.offices.get(office.id)) is not None
        else as_held(office)
        for office in declared
    }
    besides = {
        key: office for key, office in process.offices.items() if key not in found and key not in before
    }
    return {**found, **besides}
