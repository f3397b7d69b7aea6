"""The official geographic code: places by code and by name, and which lies in which."""

import hashlib
from importlib.resources import files

import pytest

from domain.geography.places import PlaceKind, contains, known, place, places, vintage
from domain.geography.searching import MOST, folded, search
from domain.territories import known as has_calendar


def test_the_vintage_and_the_source_are_recorded() -> None:
    assert vintage().year == 2026
    assert "decoupage-administratif 6.0.0" in vintage().source
    assert vintage().licence == "Licence Ouverte 2.0"
    packed = files("domain.geography").joinpath("places.tsv.xz").read_bytes()
    assert len(packed) < 400_000
    assert len(hashlib.sha256(packed).digest()) == 32


@pytest.mark.parametrize(
    ("code", "name", "kind", "departement", "region"),
    [
        ("97105", "Basse-Terre", PlaceKind.COMMUNE, "971", "GP"),
        ("2A004", "Ajaccio", PlaceKind.COMMUNE, "2A", "FR-COR"),
        ("75056", "Paris", PlaceKind.COMMUNE, "75", "FR-IDF"),
        ("13201", "Marseille 1er Arrondissement", PlaceKind.DISTRICT, "13", "FR-PAC"),
        ("01", "Ain", PlaceKind.DEPARTEMENT, "01", "FR-ARA"),
        ("GP", "Guadeloupe", PlaceKind.REGION, None, None),
        ("FR-BRE", "Bretagne", PlaceKind.REGION, None, None),
        ("97502", "Saint-Pierre", PlaceKind.COMMUNE, "975", "PM"),
    ],
)
def test_a_code_names_a_place(
    code: str, name: str, kind: PlaceKind, departement: str | None, region: str | None
) -> None:
    found = place(code)
    assert found is not None
    assert (found.name, found.kind, found.departement, found.region) == (name, kind, departement, region)


@pytest.mark.parametrize("code", ["", "00000", "75999", "99", "FR", "É", "1001", "97105\0"])
def test_no_place_has_a_code_that_was_never_given(code: str) -> None:
    assert not known(code)
    assert place(code) is None


def test_everything_that_a_place_names_exists_and_has_a_calendar() -> None:
    kinds = [found.kind for found in places().values()]
    assert kinds.count(PlaceKind.COMMUNE) == 34_968
    assert kinds.count(PlaceKind.INTERCOMMUNALITY) == 1_266
    for found in places().values():
        for other in (found.departement, found.region, found.within):
            assert other is None or known(other), found
        if found.kind in (PlaceKind.COMMUNE, PlaceKind.DEPARTEMENT, PlaceKind.REGION):
            assert has_calendar(found.code), found


def test_a_former_commune_says_what_it_is_part_of_now() -> None:
    former = [found for found in places().values() if found.kind is PlaceKind.FORMER_COMMUNE]
    assert former
    for found in former:
        assert found.within is not None
        now = place(found.within)
        assert now is not None
        assert now.kind is PlaceKind.COMMUNE


@pytest.mark.parametrize(
    ("territory", "code", "inside"),
    [
        ("FR", "97105", True),
        ("FR", "nowhere", True),
        ("971", "97105", True),
        ("FR-971", "97105", True),
        ("GP", "97105", True),
        ("GP", "971", True),
        ("FR-COR", "2A004", True),
        ("FR-2A", "2A004", True),
        ("2B", "2A004", False),
        ("75056", "75101", True),
        ("75", "75101", True),
        ("249710070", "97105", True),
        ("97105", "971", False),
        ("57", "nowhere", False),
        ("x", "x", True),
    ],
)
def test_a_territory_contains_what_lies_in_it(territory: str, code: str, inside: bool) -> None:
    assert contains(territory, code) is inside


@pytest.mark.parametrize(
    ("typed", "folded_name"),
    [
        ("Saint-Étienne-du-Bois", "saint etienne du bois"),
        ("ST ETIENNE DU BOIS", "saint etienne du bois"),
        ("Ste-Marie", "sainte marie"),
        ("Œting", "oeting"),
        ("L'Haÿ-les-Roses", "l hay les roses"),
        ("L’Haÿ", "l hay"),
        ("  ", ""),
    ],
)
def test_names_are_compared_without_accents_hyphens_and_case(typed: str, folded_name: str) -> None:
    assert folded(typed) == folded_name


def test_a_name_is_found_by_its_beginning_with_or_without_its_article() -> None:
    assert search("saint-etienne")[0].code == "42218"
    assert "17300" in [found.code for found in search("rochelle")]
    assert "17300" in [found.code for found in search("LA ROCH", most=50)]
    assert search("75056")[0].name == "Paris"
    assert [f.code for f in search("bretagne", frozenset({PlaceKind.REGION}))] == ["FR-BRE"]


@pytest.mark.parametrize("typed", ["", "   ", "'", "qqqq", "%", "\0", "a" * 10_000])
def test_a_search_that_says_nothing_finds_nothing(typed: str) -> None:
    assert search(typed) == []


def test_a_search_is_bounded() -> None:
    assert len(search("s", most=10_000)) == MOST
