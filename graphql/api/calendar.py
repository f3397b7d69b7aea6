"""The calendar of a concertation: the dates of its stages, as announced and as they came."""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry import Private, field

from api.snapshot import Snapshot
from api.stages import Stage, runs_of, stage_from
from api.structure import LocalTime, local
from domain import process


@strawberry.type(description="An interval: it includes its first instant, not its last.")
class Window:
    opens_at: datetime = field(description="The first instant.")
    closes_at: datetime | None = field(description="The first instant that is too late.")


@strawberry.type(description="The dates of one stage in one round: as announced, and as they came.")
class CalendarEntry:
    at: Private[Snapshot]
    run: Private[process.StageRun]
    planned: Window = field(description="As announced.")
    actual: Window | None = field(description="As it came; nothing before the opening.")

    @field(description="The stage.")
    def stage(self) -> Stage:
        return stage_from(self.at, self.run)

    @field(description="Its opening, kept or planned, on the clocks of the territories concerned.")
    def local_opens_at(self) -> list[LocalTime]:
        return local(self.at, self.run.opens_at or self.run.planned_opens_at)

    @field(description="Its closing, kept or planned, on the clocks of the territories concerned.")
    def local_closes_at(self) -> list[LocalTime]:
        return local(self.at, self.run.closes_at or self.run.planned_closes_at)


def calendar_of(at: Snapshot) -> list[CalendarEntry]:
    """Make the calendar, in the order of the openings."""
    runs = sorted(runs_of(at), key=lambda run: (run.round, run.opens_at or run.planned_opens_at, run.key))
    return [
        CalendarEntry(
            at=at,
            run=run,
            planned=Window(opens_at=run.planned_opens_at, closes_at=run.planned_closes_at),
            actual=Window(opens_at=run.opens_at, closes_at=run.closes_at) if run.opens_at else None,
        )
        for run in runs
    ]
