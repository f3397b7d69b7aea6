"""Working days and territories."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.territories import UnknownTerritory, known, territory, zones
from domain.working_days import is_working_day, public_holidays, working_day_from

DAYS = st.dates(date(2020, 1, 1), date(2090, 12, 31))
TERRITORIES = st.lists(
    st.sampled_from(
        ["FR", "GP", "MQ", "GF", "974", "YT", "PM", "BL", "MF", "TF", "WF", "PF", "NC", "FR-57", "68"]
    ),
    max_size=6,
).map(tuple)


@pytest.mark.parametrize(
    ("code", "zone", "town", "holidays"),
    [
        ("FR", "Europe/Paris", "Paris", None),
        ("GP", "America/Guadeloupe", "Pointe-à-Pitre", "971"),
        ("971", "America/Guadeloupe", "Pointe-à-Pitre", "971"),
        ("FR-971", "America/Guadeloupe", "Pointe-à-Pitre", "971"),
        ("FR-RE", "Indian/Reunion", "Saint-Denis", "974"),
        ("97411", "Indian/Reunion", "Saint-Denis", "974"),
        ("987", "Pacific/Tahiti", "Papeete", "PF"),
        ("75", "Europe/Paris", "Paris", None),
        ("2A004", "Europe/Paris", "Paris", None),
        ("FR-IDF", "Europe/Paris", "Paris", None),
        ("67482", "Europe/Paris", "Paris", "6AE"),
        ("57", "Europe/Paris", "Paris", "57"),
    ],
)
def test_a_territory_is_known_by_its_usual_codes(
    code: str, zone: str, town: str, holidays: str | None
) -> None:
    assert territory(code) == (code, zone, town, holidays)


@pytest.mark.parametrize(
    "code", ["", "ZZ", "FR-", "FR-ZZ", "96", "979", "00000", "97999", "fr", "GP ", "FR-FR", "IDF"]
)
def test_other_codes_are_unknown(code: str) -> None:
    assert not known(code)
    with pytest.raises(UnknownTerritory):
        territory(code)


def test_each_time_zone_is_given_once_and_paris_where_no_territory_is_named() -> None:
    assert [zone.key for zone in zones(("FR", "75", "GP"))] == ["Europe/Paris", "America/Guadeloupe"]
    assert [zone.key for zone in zones(())] == ["Europe/Paris"]


@pytest.mark.parametrize(
    ("day", "territories", "works"),
    [
        (date(2027, 3, 15), ("FR",), True),
        (date(2027, 3, 13), ("FR",), False),  # a Saturday
        (date(2027, 7, 14), ("FR",), False),
        (date(2027, 5, 27), ("FR",), True),
        (date(2027, 5, 27), ("FR", "GP"), False),  # abolition of slavery in Guadeloupe
        (date(2027, 5, 27), ("971",), False),
        (date(2027, 12, 20), ("RE",), False),  # abolition of slavery in Réunion
        (date(2027, 12, 20), ("GP",), True),
        (date(2027, 3, 26), ("FR",), True),  # Good Friday
        (date(2027, 3, 26), ("FR-57",), False),
        (date(2027, 3, 26), ("67",), False),
    ],
)
def test_a_working_day_is_worked_in_every_territory(
    day: date, territories: tuple[str, ...], works: bool
) -> None:
    assert is_working_day(day, territories) is works


def test_holidays_are_reckoned_once_for_a_territory_and_year() -> None:
    assert public_holidays("971", 2027) is public_holidays("971", 2027)
    assert len(public_holidays(None, 2027)) == 11


@given(DAYS, TERRITORIES)
def test_the_next_working_day_is_the_first_one(day: date, territories: tuple[str, ...]) -> None:
    found = working_day_from(day, territories)
    assert found >= day
    assert is_working_day(found, territories)
    between = (day + timedelta(days=number) for number in range((found - day).days))
    assert not any(is_working_day(other, territories) for other in between)


@given(DAYS, TERRITORIES, st.sampled_from(["FR", "GP", "RE", "NC"]))
def test_one_more_territory_never_adds_a_working_day(
    day: date, territories: tuple[str, ...], more: str
) -> None:
    if is_working_day(day, (*territories, more)):
        assert is_working_day(day, territories)
