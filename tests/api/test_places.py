"""Places through the API: a form can ask where somebody answers from."""

import pytest

from tests.api.house import House

pytestmark = pytest.mark.postgres


async def test_a_place_is_found_by_the_beginning_of_its_name_with_where_it_lies(house: House) -> None:
    data = await house.ask("Places", {"search": "basse-t", "kinds": ["COMMUNE"]})
    assert data["geographyVintage"] == 2026
    assert data["places"][0] == {
        "code": "97105",
        "name": "Basse-Terre",
        "kind": "COMMUNE",
        "form": None,
        "departement": {"code": "971", "name": "Guadeloupe"},
        "region": {"code": "GP", "name": "Guadeloupe"},
        "within": {
            "code": "249710070",
            "name": data["places"][0]["within"]["name"],
            "kind": "INTERCOMMUNALITY",
        },
    }


async def test_a_code_that_no_place_has_names_nothing(house: House) -> None:
    assert await house.ask('{ place(code: "99999") { name } }') == {"place": None}


async def test_a_search_is_bounded_and_a_negative_number_is_refused(house: House) -> None:
    assert len((await house.ask("Places", {"search": "s", "first": 1000}))["places"]) == 50
    assert (await house.ask("Places", {"search": "'"}))["places"] == []
    assert (await house.ask("Places", {"search": "paris", "kinds": []}))["places"] == []
    response = await house.post('{ places(search: "a", first: -1) { code } }')
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
