"""Working days: neither Saturday, nor Sunday, nor a public holiday of any territory concerned.

A delay that ends on another day runs until the end of the next working day, as procedural law has it
(code of civil procedure, article 642). Holidays come from the package `holidays`.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from holidays import country_holidays

from domain.territories import territory

_DAY = timedelta(days=1)
_SATURDAY = 5


@lru_cache(maxsize=1024)
def public_holidays(subdivision: str | None, year: int) -> frozenset[date]:
    """Give the public holidays of a year, national and of a subdivision of the package `holidays`."""
    return frozenset(country_holidays("FR", subdiv=subdivision, years=year))


@lru_cache(maxsize=4096)
def is_working_day(day: date, territories: tuple[str, ...]) -> bool:
    """Say whether `day` is a working day in every territory.

    Raises:
        UnknownTerritory: a code is not that of a territory.
    """
    if day.weekday() >= _SATURDAY or day in public_holidays(None, day.year):
        return False
    return not any(
        day in public_holidays(subdivision, day.year)
        for subdivision in (territory(code).holidays for code in territories)
        if subdivision is not None
    )


def working_day_from(day: date, territories: tuple[str, ...]) -> date:
    """Give the first working day that is `day` or comes after it."""
    while not is_working_day(day, territories):
        day += _DAY
    return day
