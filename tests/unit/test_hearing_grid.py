"""A grid of sessions: working days by default, Saturdays and evenings where they are asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from domain.hearings.grid import MOST, Plan, slots
from domain.territories import UnknownTerritory

HOUR = timedelta(hours=1)
WEEK = Plan(
    territory="75",
    first=date(2026, 5, 4),
    last=date(2026, 5, 10),
    opens=time(9),
    closes=time(12),
    length=HOUR,
)
"""From Monday to Sunday; Friday 8 May is a holiday."""


def days(plan: Plan) -> list[str]:
    return sorted({f"{slot.starts_at:%a}" for slot in slots(plan)})


def test_slots_are_on_working_days_hour_by_hour_and_room_by_room() -> None:
    found = list(slots(replace(WEEK, rooms=("A", "B"))))
    assert len(found) == 4 * 3 * 2  # four days: not the holiday, not the weekend
    assert [slot.room for slot in found[:2]] == ["A", "B"]
    assert found[0].starts_at == datetime(2026, 5, 4, 7, tzinfo=UTC)  # nine o'clock in Paris
    assert all(slot.ends_at - slot.starts_at == HOUR for slot in found)
    assert max(slot.ends_at for slot in found) == datetime(2026, 5, 7, 10, tzinfo=UTC)


def test_saturdays_and_evenings_are_there_where_they_are_asked_for() -> None:
    assert days(replace(WEEK, saturdays=True)) == ["Mon", "Sat", "Thu", "Tue", "Wed"]
    evening = list(slots(replace(WEEK, opens=time(18), closes=time(20), last=WEEK.first)))
    assert [slot.starts_at.hour for slot in evening] == [16, 17]


def test_hours_and_holidays_are_those_of_the_territory() -> None:
    there = replace(WEEK, territory="GP", first=date(2026, 5, 27), last=date(2026, 5, 28))
    found = list(slots(there))
    assert {slot.starts_at.date() for slot in found} == {date(2026, 5, 28)}
    assert found[0].starts_at == datetime(2026, 5, 28, 13, tzinfo=UTC)  # nine o'clock in Pointe-à-Pitre
    with pytest.raises(UnknownTerritory):
        list(slots(replace(WEEK, territory="XX")))


def test_a_grid_is_bounded_and_what_makes_no_sense_is_empty() -> None:
    long = replace(WEEK, last=date(9999, 12, 31), closes=time(23), length=timedelta(minutes=5))
    assert len(list(slots(long))) == MOST
    assert list(slots(replace(WEEK, first=date.max, last=date.max, length=timedelta(0)))) == []
    assert len(list(slots(replace(WEEK, first=date.max, last=date.max)))) == 3
    assert list(slots(replace(WEEK, opens=time(12), closes=time(9)))) == []
    assert list(slots(replace(WEEK, last=date(2026, 5, 1)))) == []
    assert list(slots(replace(WEEK, rooms=()))) == []


def test_the_day_on_which_clocks_change_has_an_hour_more() -> None:
    sunday = replace(WEEK, first=date(2026, 3, 28), last=date(2026, 3, 28), saturdays=True)
    assert len(list(slots(replace(sunday, opens=time(0), closes=time(23))))) == 23
    night = replace(WEEK, territory="PF", first=date(2026, 3, 30), last=date(2026, 3, 30))
    assert len(list(slots(night))) == 3
