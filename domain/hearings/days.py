"""The days of hearings: on which a territory has none, by the dates of its own clocks."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.territories import territory
from domain.working_days import public_holidays

_SUNDAY = 6
_DAY = timedelta(days=1)


def rest_day(code: str, starts_at: datetime, ends_at: datetime) -> date | None:
    """Give the first Sunday or public holiday of a territory that [`starts_at`, `ends_at`) touches.

    Raises:
        UnknownTerritory: no territory has this code.
    """
    place = territory(code)
    zone = ZoneInfo(place.zone)
    day = starts_at.astimezone(zone).date()
    last = max(ends_at - timedelta(microseconds=1), starts_at).astimezone(zone).date()
    while day <= last:
        if is_rest_day(day, place.holidays):
            return day
        day += _DAY
    return None


def is_rest_day(day: date, holidays: str | None) -> bool:
    """Say whether it is a Sunday or a public holiday, national or of a subdivision of the package `holidays`."""
    return (
        day.weekday() == _SUNDAY
        or day in public_holidays(None, day.year)
        or (holidays is not None and day in public_holidays(holidays, day.year))
    )
