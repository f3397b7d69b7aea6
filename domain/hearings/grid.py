"""A grid of sessions: the slots of working days, room by room. It proposes; each hearing is then set by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.hearings.days import is_rest_day
from domain.territories import territory

MOST = 1_000
"""Slots of one grid."""
SHORTEST = timedelta(minutes=5)
_SATURDAY = 5
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a grid is asked for. Hours are those of the clocks of the territory."""

    territory: str
    first: date
    last: date
    """The last day of it."""
    opens: time
    closes: time
    length: timedelta
    rooms: tuple[str | None, ...] = (None,)
    saturdays: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A time for a hearing, half-open, in a room."""

    starts_at: datetime
    ends_at: datetime
    room: str | None


def slots(plan: Plan) -> Iterator[Slot]:
    """Give the slots day by day, hour by hour, room by room: on no Sunday and no public holiday of the territory.

    At most `MOST`, none shorter than `SHORTEST`. On the day that clocks change an hour may be missing, or come twice:
    slots follow real time, from the opening hour on.

    Raises:
        UnknownTerritory: no territory has this code.
    """
    place = territory(plan.territory)
    zone = ZoneInfo(place.zone)
    if plan.length < SHORTEST or not plan.rooms:
        return
    given = 0
    day = plan.first
    while day <= plan.last and (day - plan.first).days < MOST:
        if not is_rest_day(day, place.holidays) and (plan.saturdays or day.weekday() != _SATURDAY):
            starts_at = datetime.combine(day, plan.opens, zone).astimezone(UTC)
            closes_at = datetime.combine(day, plan.closes, zone).astimezone(UTC)
            while starts_at + plan.length <= closes_at:
                for room in plan.rooms:
                    yield Slot(starts_at=starts_at, ends_at=starts_at + plan.length, room=room)
                    given += 1
                    if given >= MOST:
                        return
                starts_at += plan.length
        if day == date.max:
            return
        day += _DAY
