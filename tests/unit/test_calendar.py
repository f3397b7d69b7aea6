"""Closings and planned calendars."""

from datetime import UTC, date, datetime, timedelta
from graphlib import CycleError
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.builtin import builtin, names
from domain.calendar import closing, end_of_day, local_times, plan, start_of_day
from domain.graph import expand, with_descendants
from domain.procedure import Gate, Procedure
from domain.territories import zones
from domain.working_days import is_working_day

PARIS = ("FR",)
STANDARD = builtin("standard")
SANDBOX = builtin("standard-bac-a-sable")
ASSISES = builtin("assises-ia")
DAY = timedelta(days=1)

INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2060, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))
TERRITORIES = st.lists(
    st.sampled_from(["FR", "GP", "MQ", "GF", "RE", "YT", "PM", "WF", "PF", "NC", "TF", "FR-57"]), max_size=5
).map(tuple)


def paris(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo("Europe/Paris"))


# The end of a day ---------------------------------------------------------------------------------


def test_a_day_in_paris_ends_at_midnight() -> None:
    assert end_of_day(date(2027, 3, 15), PARIS) == paris(2027, 3, 16)
    assert end_of_day(date(2027, 3, 15), ()) == paris(2027, 3, 16)


def test_a_day_ends_when_it_has_ended_in_every_territory() -> None:
    assert end_of_day(date(2027, 1, 15), ("FR", "GP", "RE")) == paris(2027, 1, 16, 5)
    assert end_of_day(date(2027, 7, 15), ("FR", "GP", "RE")) == paris(2027, 7, 16, 6)
    assert end_of_day(date(2027, 1, 15), ("FR", "PF")) == paris(2027, 1, 16, 11)
    assert end_of_day(date(2027, 1, 15), ("RE",)) == paris(2027, 1, 15, 21)


def test_midnight_in_paris_is_early_evening_in_pointe_a_pitre() -> None:
    shown = {code: local for code, _, local in local_times(paris(2027, 7, 16), ("GP", "RE"))}
    assert shown["FR"].hour == 0
    assert (shown["GP"].day, shown["GP"].hour) == (15, 18)
    assert (shown["RE"].day, shown["RE"].hour) == (16, 2)


def test_local_times_begin_with_paris_and_show_each_zone_once() -> None:
    shown = local_times(paris(2027, 3, 15), ("GP", "FR", "971", "75", "RE"))
    assert [(code, zone) for code, zone, _ in shown] == [
        ("FR", "Europe/Paris"),
        ("GP", "America/Guadeloupe"),
        ("RE", "Indian/Reunion"),
    ]


def test_a_day_begins_in_its_time_zone() -> None:
    assert start_of_day(date(2027, 3, 15)) == paris(2027, 3, 15)
    assert start_of_day(date(2027, 3, 15), "Indian/Reunion") == paris(2027, 3, 14, 21)


# Closings -----------------------------------------------------------------------------------------


def test_fifteen_days_from_a_midnight_are_fifteen_days_to_the_minute() -> None:
    assert closing(paris(2027, 3, 1), 15 * DAY, STANDARD, PARIS) == paris(2027, 3, 16)


def test_fifteen_days_from_a_morning_end_with_the_sixteenth_day() -> None:
    assert closing(paris(2027, 3, 1, 9), 15 * DAY, STANDARD, PARIS) == paris(2027, 3, 17)


def test_a_closing_rolls_over_weekend_and_holiday_to_the_next_working_day() -> None:
    # 1 May 2027 is a Saturday and a holiday: the end of Monday the 3rd.
    assert closing(paris(2027, 4, 16, 9), 15 * DAY, STANDARD, PARIS) == paris(2027, 5, 4)
    # 14 July 2027 is a Wednesday.
    assert closing(paris(2027, 6, 29, 9), 15 * DAY, STANDARD, PARIS) == paris(2027, 7, 16)


def test_a_closing_respects_the_holidays_of_every_territory() -> None:
    # Thursday 27 May 2027 is a holiday in Guadeloupe only.
    assert closing(paris(2027, 5, 12, 9), 15 * DAY, STANDARD, PARIS) == paris(2027, 5, 28)
    assert closing(paris(2027, 5, 12, 9), 15 * DAY, STANDARD, ("FR", "GP")) == paris(2027, 5, 29, 6)


def test_a_closing_across_the_change_to_summer_time_is_not_shorter() -> None:
    opens_at = paris(2027, 3, 20)
    closes_at = closing(opens_at, 15 * DAY, STANDARD, PARIS)
    assert closes_at - opens_at.astimezone(UTC) >= 15 * DAY
    assert closes_at == paris(2027, 4, 6)  # 4 April is a Sunday


@pytest.mark.parametrize(
    "length", [timedelta(hours=36), timedelta(seconds=8), timedelta(days=1, seconds=1), timedelta(0)]
)
def test_what_is_not_a_number_of_days_ends_to_the_second(length: timedelta) -> None:
    assert closing(paris(2027, 3, 1, 9), length, STANDARD, PARIS) == paris(2027, 3, 1, 9) + length


def test_a_sandbox_ends_to_the_second() -> None:
    assert closing(paris(2027, 3, 5, 9), 3 * DAY, SANDBOX, ("FR", "GP")) == paris(2027, 3, 8, 9)


@given(INSTANTS, st.timedeltas(timedelta(0), timedelta(days=400)), TERRITORIES)
def test_a_closing_is_never_shorter_than_its_duration(
    opens_at: datetime, length: timedelta, territories: tuple[str, ...]
) -> None:
    assert closing(opens_at, length, STANDARD, territories) - opens_at >= length


@given(INSTANTS, st.integers(1, 400), TERRITORIES)
def test_a_closing_in_days_is_the_end_of_a_working_day_and_not_later_than_it_must_be(
    opens_at: datetime, days: int, territories: tuple[str, ...]
) -> None:
    closes_at = closing(opens_at, timedelta(days=days), STANDARD, territories)
    assert closes_at.tzinfo is UTC
    last_zone = max(zones(territories), key=lambda zone: end_of_midnight(closes_at, zone))
    day = closes_at.astimezone(last_zone).date() - DAY
    assert end_of_day(day, territories) == closes_at
    assert is_working_day(day, territories)
    # A working day before it would end before the term, or there is none: at most a weekend with holidays around it.
    assert closes_at - opens_at < timedelta(days=days) + 9 * DAY


def end_of_midnight(instant: datetime, zone: ZoneInfo) -> bool:
    local = instant.astimezone(zone)
    return (local.hour, local.minute) == (0, 0)


@given(INSTANTS, INSTANTS, st.integers(1, 100), st.integers(0, 30), TERRITORIES)
def test_opening_later_or_lasting_longer_never_closes_earlier(
    one: datetime, other: datetime, days: int, more: int, territories: tuple[str, ...]
) -> None:
    earlier, later = sorted((one, other))
    first = closing(earlier, timedelta(days=days), STANDARD, territories)
    assert first <= closing(later, timedelta(days=days), STANDARD, territories)
    assert first <= closing(earlier, timedelta(days=days + more), STANDARD, territories)


# Plans --------------------------------------------------------------------------------------------


def test_stages_follow_one_another_with_every_window_used() -> None:
    planned = plan(STANDARD, expand(STANDARD), PARIS, paris(2027, 1, 4))
    assert list(planned) == ["appel", "auditions", "avis", "synthese", "decision"]
    call, hearings, review = planned["appel"], planned["auditions"], planned["avis"]
    assert call.opens_at == paris(2027, 1, 4)
    assert call.closes_at == paris(2027, 2, 18)
    assert call.concludes_at == call.closes_at + 10 * DAY  # the entry window
    assert hearings.opens_at == call.concludes_at
    assert hearings.concludes_at == hearings.closes_at + 8 * DAY  # the approval of records
    assert review.opens_at == hearings.concludes_at
    assert planned["synthese"].concludes_at == planned["synthese"].closes_at + 10 * DAY  # the gate


def test_the_gate_before_a_first_stage_is_held_before_the_announced_opening() -> None:
    planned = plan(ASSISES, expand(ASSISES), ASSISES.territories, paris(2027, 1, 4))
    assert planned["appel"].opens_at == paris(2027, 1, 4)
    assert planned["appel"].gate_opens_at == paris(2026, 12, 20)
    assert planned["auditions.metiers"].opens_at == paris(2027, 1, 4)
    assert planned["auditions.metiers"].gate_opens_at is None
    last = max(planned[key].concludes_at for key in planned if key == "appel" or key.startswith("auditions"))
    assert planned["avis"].opens_at == last


def test_in_a_new_round_the_gate_comes_first_and_other_stages_count_as_concluded() -> None:
    stages = expand(ASSISES)
    only = with_descendants(stages, ["appel"])
    begins = paris(2027, 6, 1)
    planned = plan(ASSISES, stages, ASSISES.territories, begins, only)
    assert list(planned) == ["appel", "avis", "synthese", "decision", "suivi"]
    assert planned["appel"].gate_opens_at == begins
    assert planned["appel"].opens_at == begins + 15 * DAY
    assert planned["avis"].opens_at == planned["appel"].concludes_at


def test_a_gate_between_stages_delays_the_opening_by_its_window() -> None:
    gated = Procedure.model_validate(
        STANDARD.model_dump()
        | {
            "stages": [
                *STANDARD.model_dump()["stages"][:1],
                {
                    **STANDARD.model_dump()["stages"][1],
                    "approvals": [
                        {
                            "gate": "opening",
                            "subject": "information_file",
                            "by": "scientific_council",
                            "within": "P5D",
                        }
                    ],
                },
            ]
        }
    )
    planned = plan(gated, expand(gated), PARIS, paris(2027, 1, 4))
    assert planned["auditions"].gate_opens_at == planned["appel"].concludes_at
    assert planned["auditions"].opens_at == planned["appel"].concludes_at + 5 * DAY


def test_a_plan_in_a_circle_is_refused() -> None:
    raw = STANDARD.model_dump()
    raw["stages"][0]["after"] = ["decision"]
    circular = Procedure.model_validate(raw)
    with pytest.raises(CycleError):
        plan(circular, expand(circular), PARIS, paris(2027, 1, 4))


@given(st.sampled_from(names()), INSTANTS, TERRITORIES, st.booleans())
def test_no_stage_is_planned_before_what_it_comes_after(
    name: str, opens_at: datetime, territories: tuple[str, ...], new_round: bool
) -> None:
    procedure = builtin(name)
    stages = expand(procedure)
    only = with_descendants(stages, [list(stages)[1]]) if new_round else None
    planned = plan(procedure, stages, territories, opens_at, only)
    assert set(planned) == set(only or stages)
    for key, dates in planned.items():
        stage = stages[key]
        assert dates.closes_at - dates.opens_at >= stage.duration.planned
        assert dates.concludes_at >= dates.closes_at
        assert (dates.gate_opens_at is None) is (stage.approval(Gate.OPENING) is None)
        for before in stage.after or ():
            if before in planned:
                assert (dates.gate_opens_at or dates.opens_at) >= planned[before].concludes_at


def test_the_two_rounds_of_the_demonstration_fit_into_eighty_seconds() -> None:
    sandbox = builtin("assises-ia-bac-a-sable")
    stages = expand(sandbox)
    begins = paris(2027, 1, 4)
    first = plan(sandbox, stages, sandbox.territories, begins)
    referred = first["avis"].concludes_at
    second = plan(sandbox, stages, sandbox.territories, referred, with_descendants(stages, ["appel"]))
    assert second["suivi"].concludes_at - begins + sandbox.notice <= timedelta(seconds=80)
