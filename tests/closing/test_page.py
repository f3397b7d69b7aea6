"""The page of an archive: read by everybody, with nothing but itself, and saying no more than the data."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product
from typing import Any
from xml.etree import ElementTree

import pytest

from benchmarks.play import whole_piece
from domain import acts
from domain.closing.chronicle import Chronicle
from domain.closing.texts import texts
from domain.texts import LANGUAGES, has_text
from server.closing import charts
from server.closing.archived import Archived
from server.closing.charts import INK, PALETTE, PAPER, Bar, Link, Stack
from server.closing.dossier import dossier
from server.closing.page import STYLE_SHEET, page
from server.closing.printed import printed
from server.closing.rewriting import pages
from tests.closing.reading_html import Page
from tests.closing.telling import rows_of
from tests.unit.play import ID, body
from tests.unit.scenes import DAY, drafted

NASTY = "<script>alert(1)</script>\n\n\"guillemets\" & 'apostrophes' – fin"


@pytest.fixture(scope="module")
def archived() -> Archived:
    """A whole concertation, with texts that are hard to write."""
    process = whole_piece(participants=20, recommendations=6, reports=2).process
    chronicle = Chronicle("c")
    chronicle.process = replace(process, title={"fr": f"Assises {NASTY}", "en": "Assizes"})
    chronicle.documents = list(process.documents.values())
    said = {
        text.body.digest: {"fr": NASTY, "en": "In English.", "pt-PT": "Em português."}
        for text in texts(chronicle)
    }
    figures = [
        {"round": 1, "stage": "appel", "of": of, "value": value, "count": count}
        for of, values in {
            "day": [f"2026-{month:02}-{day:02}" for month, day in product((3, 4, 9), range(1, 29))],
            "college": ["etat", "locales", "", "autre"],
            "channel": ["online", "paper"],
            "departement": ["", *(f"{number:02}" for number in range(1, 20)), *map(str, range(21, 96)), "971"],
        }.items()
        for count, value in enumerate(values, 1)
    ]  # fmt: skip
    return Archived(told=chronicle, head="ab" * 32, figures=figures, texts=said)


def read(archived: Archived) -> Page:
    return Page("".join(page(dossier(archived))))


def test_the_page_is_whole_and_accessible(archived: Archived) -> None:
    found = read(archived)
    assert found.faults == []
    assert sorted(found.landmarks) == ["header", "main", "nav"]
    assert found.headings.count(1) == 1
    assert found.count["table"] == found.count["caption"]


def test_behind_each_chart_is_a_table(archived: Archived) -> None:
    text = "".join(page(dossier(archived)))
    figures = re.findall("<figure>.*?</figure>", text, re.DOTALL)
    assert len(figures) >= 5
    assert all(figure.count("<svg") == figure.count("<table") == 1 for figure in figures)


def test_nothing_comes_from_elsewhere_and_nothing_runs(archived: Archived) -> None:
    found = read(archived)
    assert {address for address in found.addresses if not address.startswith("#")} == {"style.css"}
    assert "script" not in found.count
    assert "url(" not in STYLE_SHEET
    assert "@import" not in STYLE_SHEET


def test_what_people_wrote_is_never_read_as_markup(archived: Archived) -> None:
    said = "\n".join(read(archived).said)
    assert "<script>alert(1)</script>" in said
    assert "Em português." in said


def test_french_comes_first_and_english_beside_it(archived: Archived) -> None:
    text = "".join(page(dossier(archived)))
    assert '<html lang="fr">' in text
    assert 'Scrutins<span class="beside" lang="en">Ballots</span>' in text
    assert text.index('<div class="written" lang="fr">') < text.index('<div class="written" lang="en">')


def test_a_text_that_is_not_there_is_said_to_be_missing(archived: Archived) -> None:
    said = "\n".join(read(replace(archived, texts={})).said)
    assert "Ce texte n’est pas dans l’archive" in said
    assert "Em português." not in said


def test_all_words_of_the_page_are_in_both_catalogues(archived: Archived) -> None:
    assert "dossier." not in "\n".join(read(archived).said)
    assert LANGUAGES == ("fr", "en")
    assert has_text("dossier.contents")


def test_the_same_data_give_the_same_page(archived: Archived) -> None:
    given: tuple[Any, ...] = (archived.told, archived.head, archived.figures, archived.texts)
    assert pages(*given) == pages(*given)


async def test_the_printed_dossier_is_the_same_for_the_same_data(archived: Archived) -> None:
    whole = await printed(dossier(archived))
    assert whole.startswith(b"%PDF-")
    assert whole == await printed(dossier(archived))


async def test_of_very_many_texts_the_printed_dossier_has_the_beginnings(archived: Archived) -> None:
    long = {digest: {"fr": f"Début. {'Suite. ' * 5_000}"} for digest in archived.texts}
    few = await printed(dossier(replace(archived, texts={key: {"fr": "Début."} for key in archived.texts})))
    assert len(few) < len(await printed(dossier(replace(archived, texts=long)))) < 3 * len(few)


def luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colour", [INK, *PALETTE, *re.findall(r"(?<!-)color: (#[0-9a-f]{6})", STYLE_SHEET)])
def test_colours_that_words_and_marks_have_can_be_told_from_their_ground(colour: str) -> None:
    """WCAG 2.2, 1.4.3 and 1.4.11: 4.5 is asked of words, 3 of marks."""
    assert contrast(colour, PAPER) >= 4.5
    assert contrast(INK, "#eef1f4") >= 4.5


DRAWN = {
    "bars": charts.bars([Bar("Collège de l’État & autres <très> long nom qui déborde largement", 1200), Bar("", 0)]),
    "no bars": charts.bars([]),
    "columns": charts.columns([Bar(f"2026-03-{day:02}", day % 7) for day in range(1, 31)]),
    "one column": charts.columns([Bar("2026-03-01", 3)]),
    "stacks": charts.stacks([Stack("Organisations", (12, 3, 0)), Stack("Autres", (0, 0, 0))], ("a", "b", "c")),
    "flow": charts.flow(
        [[Bar("Contributions", 40), Bar("Réserves", 1)], [Bar("Axe 1", 3), Bar("Axe 2", 0)], [Bar("suivie", 3)]],
        [[Link(0, 0, 40), Link(1, 0, 1), Link(1, 1, 1)], [Link(0, 0, 3)]],
    ),
    "no flow": charts.flow([[], [Bar("Axe 1", 3)], [Bar("sans réponse", 3)]], [[], [Link(0, 0, 3)]]),
}  # fmt: skip


@pytest.mark.parametrize("name", DRAWN)
def test_a_drawing_is_well_formed_and_stays_within_its_frame(name: str) -> None:
    root = ElementTree.fromstring(DRAWN[name])
    width, height = (float(root.attrib[side]) for side in ("width", "height"))
    for shape in root:
        for side, most in (("x", width), ("y", height)):
            assert -0.1 <= float(shape.attrib.get(side, 0)) <= most
    for rectangle in root.iter("{http://www.w3.org/2000/svg}rect"):
        assert float(rectangle.attrib["x"]) + float(rectangle.attrib["width"]) <= width + 0.1
        assert float(rectangle.attrib["y"]) + float(rectangle.attrib["height"]) <= height + 0.1


def test_numbers_are_drawn_as_words_too() -> None:
    assert "1\u202f200" in DRAWN["bars"]
    assert "Contributions · 40" in DRAWN["flow"]


def test_a_text_that_was_given_by_delegation_says_of_which_office(archived: Archived) -> None:
    decision = archived.process.decisions[-1]
    office = next(iter(archived.process.offices.values()))
    said = f"Par délégation de : {office.label['fr']}."
    assert said not in "".join(page(dossier(archived)))
    archived.told.delegated[decision.text.id] = (office.id,)
    try:
        assert said in "".join(page(dossier(archived)))
    finally:
        archived.told.delegated.clear()


def test_the_archive_notes_which_texts_were_given_by_delegation() -> None:
    play = drafted()
    play.do(
        acts.GiveDelegation(office="coordination", to="prefect", since=play.now, until=play.now + DAY),
        "coordinator",
    )
    document = body("Dossier")
    play.do(acts.AttachDocument(document=document, title={"fr": "Dossier"}), "prefect")
    other = body("Autre")
    play.do(acts.AttachDocument(document=other, title={"fr": "Autre"}), "coordinator")
    chronicle = Chronicle(ID)
    for row in rows_of(play.events):
        chronicle.fold(chronicle.read(row), row)
    assert chronicle.delegated == {document.digest: ("coordination",)}
