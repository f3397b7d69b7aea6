"""Lists of organisations and participants as CSV: what is read, and what is wrong, line by line."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from domain.csv_rows import CsvRow, LineFault, encoding_of, rows
from domain.loading import Unreadable
from domain.organisations.lists import OrganisationLine, ParticipantLine, organisations, participants
from domain.organisations.registration import OrganisationKind

COLLEGES = {"locales", "etat"}
HEADER = "référence;nom;nature;collège;siret;commune\n"


def lines(*more: str, header: str = HEADER) -> list[str]:
    return [header, *(f"{line}\n" for line in more)]


def faults_of(found: Iterable[Any]) -> list[tuple[int, str, str]]:
    return [(one.line, one.column, str(one.fault.code)) for one in found if isinstance(one, LineFault)]


def test_an_organisation_is_read_from_a_line_in_french() -> None:
    (found,) = organisations(lines("r1;Ville de Paris;commune;locales;217 500 016 00019;75056"), COLLEGES)
    assert isinstance(found, OrganisationLine)
    assert (found.said.name, found.said.kind, found.said.siret) == (
        "Ville de Paris", OrganisationKind.COMMUNE, "21750001600019",
    )  # fmt: skip


def test_the_separator_is_the_one_of_the_header_and_columns_come_in_any_order_and_language() -> None:
    for separator in ",;\t":
        header = separator.join(("Name", "KIND", "college", "Reference")) + "\n"
        (found,) = organisations([header, separator.join(("A", "union", "etat", "r"))], COLLEGES)
        assert isinstance(found, OrganisationLine)
        assert found.said.reference == "r"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (";Ville;commune;locales;;", [("référence", "cell_missing")]),
        ("r;;commune;locales;;", [("nom", "cell_missing")]),
        ("r;V;;locales;;", [("nature", "cell_missing")]),
        ("r;V;commune;;;", [("collège", "cell_missing")]),
        ("r;V;château;locales;;", [("nature", "organisation_kind_unknown")]),
        ("r;V;commune;nobles;;", [("collège", "UNKNOWN_COLLEGE")]),
        ("r;V;commune;locales;123;", [("siret", "SIRET_INVALID")]),
        ("r;V;commune;locales;;00000", [("commune", "UNKNOWN_PLACE")]),
        ("r;V;commune;locales;;01120", [("commune", "PLACE_MERGED")]),
        ("r;V;commune;locales;;57", [("commune", "INPUT_INVALID")]),
        ("r;V\x01;commune;locales;;", [("nom", "TEXT_INVALID")]),
        (f"r;{'x' * 301};commune;locales;;", [("nom", "TEXT_TOO_LONG")]),
        ("r;V;commune;locales;;;;trop", [("", "cells_too_many")]),
        (
            "r;V;château;nobles;123;00000",
            [
                ("nature", "organisation_kind_unknown"), ("collège", "UNKNOWN_COLLEGE"),
                ("siret", "SIRET_INVALID"), ("commune", "UNKNOWN_PLACE"),
            ],
        ),
    ],
)  # fmt: skip
def test_each_fault_of_a_line_is_told_with_its_column(line: str, expected: list[tuple[str, str]]) -> None:
    found = faults_of(organisations(lines(line), COLLEGES))
    assert found == [(2, column, code) for column, code in expected]


def test_a_reference_that_comes_twice_is_told_at_the_second_line() -> None:
    found = list(organisations(lines("r;A;autre;etat;;", "", "r;B;autre;etat;;"), COLLEGES))
    assert isinstance(found[0], OrganisationLine)
    assert faults_of(found) == [(4, "référence", "reference_twice")]


def test_lines_are_numbered_as_an_editor_does_even_when_a_cell_has_two() -> None:
    source = lines('"r1";"A\nB";autre;etat;;', "r2;C;rien;etat;;")
    assert [one.row.line for one in organisations(source, COLLEGES) if isinstance(one, OrganisationLine)] == [
        2
    ]
    split = "".join(source).splitlines(keepends=True)
    assert faults_of(organisations(split, COLLEGES)) == [(4, "nature", "organisation_kind_unknown")]


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "file_empty"),
        ("\n", "file_empty"),
        ("nom;nature;collège\n", "column_missing"),
        ("référence;nom;name;nature;collège\n", "column_twice"),
    ],
)
def test_a_header_that_cannot_be_used_ends_the_reading(header: str, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        list(organisations([header], COLLEGES))
    assert refused.value.finding.code == code


def test_a_column_that_nobody_knows_is_advice() -> None:
    found = list(organisations(lines("r;A;autre;etat;;", header=HEADER.strip() + ";couleur\n"), COLLEGES))
    assert faults_of(found) == [(1, "couleur", "column_unknown")]
    assert isinstance(found[1], OrganisationLine)


def test_a_participant_is_read_and_every_fault_told() -> None:
    header = "reference;nom;collège;organisme;commune;élu;courriel;pseudonyme\n"
    good, *bad = participants(
        [
            header,
            "p1;Une Personne;locales;r1;75056;oui;a@b.fr;7D2B1C0E-0A52-5B0D-8A33-5F1F4F2F9C55\n",
            "p2;;nobles;;00000;peut-être;nobody;x\n",
            ";X;;;;;;\n",
        ],
        COLLEGES,
    )
    assert isinstance(good, ParticipantLine)
    assert (good.said.elected, good.said.organisation) == (True, "r1")
    assert good.said.pseudonym == "7d2b1c0e-0a52-5b0d-8a33-5f1f4f2f9c55"
    assert faults_of(bad) == [
        (3, "nom", "cell_missing"), (3, "collège", "UNKNOWN_COLLEGE"), (3, "commune", "UNKNOWN_PLACE"),
        (3, "courriel", "INPUT_INVALID"), (3, "élu", "neither_yes_nor_no"), (3, "pseudonyme", "INPUT_INVALID"),
        (4, "reference", "cell_missing"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "encoding", "said"),
    [
        ("é".encode(), "utf-8-sig", None),
        (b"\xef\xbb\xbf" + "é".encode(), "utf-8-sig", None),
        ("é".encode("cp1252"), "cp1252", "read_as_windows_1252"),
        (b"\xef\xbb\xbf" + "é".encode("cp1252"), "cp1252", "read_as_windows_1252"),
        ("é".encode("utf-16"), "utf-16", "read_as_utf_16"),
        (b"", "utf-8-sig", None),
        ("é".encode()[:1], "cp1252", "read_as_windows_1252"),
    ],
)
def test_the_encoding_is_found_and_said(content: bytes, encoding: str, said: str | None) -> None:
    for size in (1, 3, 100):
        chunks = [content[:2], *(content[at : at + size] for at in range(2, len(content), size))]
        found, advice = encoding_of(chunks)
        assert found == encoding
        assert (advice.code if advice else None) == said


def test_the_three_signs_of_a_mark_read_as_windows_1252_are_set_aside() -> None:
    first = b"\xef\xbb\xbfreference\n".decode("cp1252")
    (row,) = rows([first, "x\n"], {"reference": "reference"}, ("reference",))
    assert isinstance(row, CsvRow)
    assert row.cells == {"reference": "x"}


def test_a_cell_without_end_is_told_and_what_follows_is_read() -> None:
    found = list(rows(["a\n", "x" * 200_000 + "\n", "y\n"], {"a": "a"}, ("a",)))
    assert faults_of(found) == [(2, "", "not_csv")]
    assert isinstance(found[-1], CsvRow)


def test_ten_thousand_bad_lines_take_no_more_memory_than_ten() -> None:
    def bad(number: int) -> Iterator[str]:
        yield HEADER
        for line in range(number):
            yield f"r{line};;château;nobles;12;00000\n"

    def most(number: int) -> int:
        tracemalloc.start()
        count = sum(1 for _ in organisations(bad(number), COLLEGES))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert count == 5 * number
        return peak

    most(10)
    assert most(10_000) < most(100) + 2_000_000
