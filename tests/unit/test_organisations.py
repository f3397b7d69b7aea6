"""Organisations: what may be registered, numbers of the register, codes of invitations."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.organisations import codes
from domain.organisations.numbers import read_siren, read_siret
from domain.organisations.registration import OrganisationKind, Registration, checked, is_email
from domain.refusals import Code
from domain.summaries import refusal_text

COLLEGES = {"etat", "locales"}


def said(**more: Any) -> Registration:
    given_: dict[str, Any] = {
        "name": "Ville de Metz",
        "kind": OrganisationKind.COMMUNE,
        "college": "locales",
    }
    return Registration(**{**given_, **more})


# Numbers


@pytest.mark.parametrize("text", ["732829320", "732 829 320", " 732.829.320 ", "732\u00a0829\u202f320"])
def test_a_siren_is_read_however_it_was_spaced(text: str) -> None:
    assert read_siren(text) == "732829320"


@pytest.mark.parametrize(
    "text", ["", "732829321", "73282932", "7328293200", "73282932O", "٧٣٢٨٢٩٣٢٠", "73282932000074"]
)
def test_what_is_no_siren_is_none(text: str) -> None:
    assert read_siren(text) is None


@pytest.mark.parametrize(
    "text", ["73282932000074", "732 829 320 00074", "356 000 000 00048", "35600000049837"]
)
def test_a_siret_is_read_and_the_post_offices_have_their_own_check(text: str) -> None:
    assert read_siret(text) == text.replace(" ", "")


@pytest.mark.parametrize("text", ["", "73282932000075", "732829320", "356000000", "7328293200007A"])
def test_what_is_no_siret_is_none(text: str) -> None:
    assert read_siret(text) is None


# Registration


def test_a_sound_registration_comes_back_in_its_one_form() -> None:
    tidy, faults = checked(
        said(name="  Ville de Metz\r\n", siret="217 500 016 00019", place="57463"), COLLEGES
    )
    assert faults == ()
    assert (tidy.name, tidy.siret, tidy.siren, tidy.departement) == (
        "Ville de Metz", "21750001600019", "217500016", "57",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "code", "path"),
    [
        ({"name": "  "}, Code.TEXT_EMPTY, "name"),
        ({"name": "x" * 301}, Code.TEXT_TOO_LONG, "name"),
        ({"name": "a\0b"}, Code.TEXT_INVALID, "name"),
        ({"reference": ""}, Code.TEXT_EMPTY, "reference"),
        ({"reference": "x" * 101}, Code.TEXT_TOO_LONG, "reference"),
        ({"college": "nobles"}, Code.UNKNOWN_COLLEGE, "college"),
        ({"siren": "123456789"}, Code.SIREN_INVALID, "siren"),
        ({"siret": "12345678901234"}, Code.SIRET_INVALID, "siret"),
        ({"siren": "732829320", "siret": "21750001600019"}, Code.SIRET_OF_ANOTHER, "siret"),
        ({"place": "00000"}, Code.UNKNOWN_PLACE, "place"),
        ({"place": "01120"}, Code.PLACE_MERGED, "place"),
        ({"place": "57"}, Code.INPUT_INVALID, "place"),
        ({"kind": OrganisationKind.INTERCOMMUNALITY, "place": "57463"}, Code.INPUT_INVALID, "place"),
        ({"email": "nobody"}, Code.INPUT_INVALID, "email"),
    ],
)
def test_what_may_not_be_registered_is_refused_with_its_field(
    wrong: dict[str, Any], code: Code, path: str
) -> None:
    _, faults = checked(said(**wrong), COLLEGES)
    assert [(fault.code, fault.path) for fault in faults] == [(code, (path,))]
    for language in ("fr", "en"):
        assert "…" not in refusal_text(faults[0], None, (language,))


def test_every_fault_is_told_at_once() -> None:
    _, faults = checked(said(name="", college="x", siren="1", siret="2", place="x", email="y"), COLLEGES)
    assert len(faults) == 6


def test_an_organisation_that_is_of_no_place_or_of_any_is_registered() -> None:
    assert checked(said(kind=OrganisationKind.UNION, place=None), COLLEGES)[1] == ()
    assert checked(said(kind=OrganisationKind.UNION, place="75101"), COLLEGES)[1] == ()
    assert checked(said(kind=OrganisationKind.REGION, place="FR-BRE"), COLLEGES)[1] == ()


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("a@b.fr", True), ("prenom.nom+x@mairie-metz.fr", True), ("élu@ville.fr", True), ("a@b", False),
        ("a b@c.fr", False), ("a@b@c.fr", False), ("<a@b.fr>", False),
        ("a@b.fr\nBcc: c@d.fr", False), ("", False), ("a@.fr", False),
        (f"a@{'b' * 260}.fr", False),
    ],
)  # fmt: skip
def test_a_mail_address_has_its_form(text: str, good: bool) -> None:
    assert is_email(text) is good


# Codes


@given(st.integers(0, codes.POSSIBLE - 1))
def test_every_code_is_read_back_however_it_is_typed(number: int) -> None:
    code = codes.write(number)
    assert len(code) == 14
    assert not set(code) & set("0O1IL")
    assert codes.read(code) == codes.read(f"  {code.lower().replace('-', ' ')}\n") == code
    assert codes.read(code.replace("-", "")) == code


@given(st.integers(0, codes.POSSIBLE - 1), st.integers(0, 11), st.sampled_from(codes.ALPHABET))
def test_one_wrong_sign_always_shows(number: int, position: int, sign: str) -> None:
    signs = list(codes.write(number).replace("-", ""))
    if signs[position] != sign:
        signs[position] = sign
        assert codes.read("".join(signs)) is None


@given(st.integers(0, codes.POSSIBLE - 1), st.integers(0, 11), st.integers(0, 11))
def test_two_signs_that_changed_places_always_show(number: int, one: int, other: int) -> None:
    signs = list(codes.write(number).replace("-", ""))
    if signs[one] != signs[other]:
        signs[one], signs[other] = signs[other], signs[one]
        assert codes.read("".join(signs)) is None


@pytest.mark.parametrize(
    "text", ["", "AAAA", "A" * 10_000, "OOOO-OOOO-OOOO", "2222-2222-2223", "éééé-éééé-éééé", "\0" * 12]
)
def test_what_is_no_code_is_none(text: str) -> None:
    assert codes.read(text) is None


def test_a_code_is_kept_as_a_digest_that_depends_on_its_concertation() -> None:
    code = codes.write(0)
    assert codes.hashed("a", code) != codes.hashed("b", code)
    assert len(codes.hashed("a", code)) == 32
    for number in (-1, codes.POSSIBLE):
        with pytest.raises(ValueError, match="no code"):
            codes.write(number)
