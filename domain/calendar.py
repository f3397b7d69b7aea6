"""Dates of a procedure: closings at the end of a working day, and the planned calendar.

Instants are UTC. A stage is the half-open interval [opens_at, closes_at). An announced closing never moves
by what is computed here: this is asked only when a date is first fixed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from graphlib import TopologicalSorter
from zoneinfo import ZoneInfo

from domain.procedure import Gate, Kind, Procedure, Stage
from domain.process import PlannedStage
from domain.territories import MAINLAND, territory, zones
from domain.working_days import working_day_from

_DAY = timedelta(days=1)
_NOTHING = timedelta(0)


@lru_cache(maxsize=4096)
def end_of_day(day: date, territories: tuple[str, ...]) -> datetime:
    """Give the instant at which `day` is over everywhere: the latest midnight among the territories.

    With Paris alone that is midnight there; with Guadeloupe it comes five or six hours later, so that
    nobody in Pointe-à-Pitre loses the evening of the last day.
    """
    midnight = datetime.combine(day + _DAY, time())
    return max(midnight.replace(tzinfo=zone).astimezone(UTC) for zone in zones(territories))


def start_of_day(day: date, zone: str = MAINLAND.zone) -> datetime:
    """Give the instant at which `day` begins in a time zone, by default in Paris."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def closing(
    opens_at: datetime, duration: timedelta, procedure: Procedure, territories: tuple[str, ...]
) -> datetime:
    """Give the closing of what opens at `opens_at` and lasts `duration`.

    A whole number of days ends with its last day everywhere, and on a day that is worked in every territory
    (DOMAIN.md, "End of day"); never earlier than `opens_at + duration`, whatever the clocks do in between.
    Anything else, and a sandbox, ends to the second.
    """
    term = opens_at + duration
    if procedure.sandbox or duration % _DAY or duration <= _NOTHING:
        return term
    # A day that ends at or after the term cannot begin more than two days before it, in any time zone.
    day = term.astimezone(UTC).date() - 2 * _DAY
    while end_of_day(day, territories) < term:
        day += _DAY
    return end_of_day(working_day_from(day, territories), territories)


def plan(
    procedure: Procedure,
    stages: Mapping[str, Stage],
    territories: tuple[str, ...],
    opens_at: datetime,
    only: Collection[str] | None = None,
) -> dict[str, PlannedStage]:
    """Lay out the planned dates of stages, every window used to its end.

    Args:
        procedure: the procedure that the stages belong to.
        stages: its stages by key, expanded by axis (`graph.expand`), without a cycle.
        territories: those concerned: their midnights and holidays.
        opens_at: the announced first opening; for a new round, the instant it begins.
        only: the keys to plan, where a new round begins. What comes before them counts as concluded.

    At the launch, the gate before a first stage is held before `opens_at`. In a new round there is no such
    time left, and the stage opens when its gate has been held.
    """
    keys = set(stages) if only is None else set(only)
    before = {key: [k for k in stages[key].after or () if k in keys] for key in stages if key in keys}
    planned: dict[str, PlannedStage] = {}
    for key in TopologicalSorter(before).static_order():
        stage = stages[key]
        gate = stage.approval(Gate.OPENING)
        window = gate.within if gate else _NOTHING
        start = max((planned[k].concludes_at for k in before[key]), default=opens_at) + window
        if only is None and not before[key]:
            start = opens_at
        closes_at = closing(start, stage.duration.planned, procedure, territories)
        planned[key] = PlannedStage(
            opens_at=start,
            closes_at=closes_at,
            gate_opens_at=start - window if gate else None,
            concludes_at=closes_at + after_closing(stage),
        )
    return {key: planned[key] for key in before}


def after_closing(stage: Stage) -> timedelta:
    """Give the time between closing and conclusion: typing of paper, approval of records, the last gate."""
    gate = stage.approval(Gate.CONCLUSION)
    records = stage.record_approval if stage.kind is Kind.HEARINGS else None
    return (
        stage.entry_window + (records.within if records else _NOTHING) + (gate.within if gate else _NOTHING)
    )


def local_times(instant: datetime, territories: tuple[str, ...]) -> list[tuple[str, str, datetime]]:
    """Give an instant as clocks show it: (territory, time zone, local time), Paris first, each zone once."""
    shown: dict[str, tuple[str, str, datetime]] = {}
    for code in (MAINLAND.code, *territories):
        zone = territory(code).zone
        shown.setdefault(zone, (code, zone, instant.astimezone(ZoneInfo(zone))))
    return list(shown.values())
