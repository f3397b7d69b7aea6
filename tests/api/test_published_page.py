"""The permanent pages of a decision and of its reasons: for everybody, whichever version, with what replaced it."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from domain import acts
from domain.process import State
from domain.texts import LANGUAGES
from server.published_words import TEXTS, What, words
from tests.api.house import House
from tests.api.test_embargo import deciding, issue
from tests.unit.play import body
from tests.unit.procedures import call_for_input, decision
from tests.unit.scenes import COUNCIL, opened

pytestmark = pytest.mark.postgres

BASE = "/concertations/essai"
VOID = {"meta", "link", "br"}


class Outline(HTMLParser):
    """What a page is made of; every element is closed in its order."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value for name, value in attrs if name in ("href", "src") and value]
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag


def outline(text: str) -> Outline:
    """Read a page."""
    found = Outline()
    found.feed(text)
    found.close()
    return found


async def test_every_version_keeps_its_address_and_says_what_replaced_it(house: House) -> None:
    stage, place = await deciding(house)
    text = {"fr": "Article 1er\n\n<script>alert(1)</script>", "en": "Article 1"}
    await stage.do("IssueDecision", "minister", **place, text=text, reasons="Parce que.")
    first = await house.http.get(f"{BASE}/decision/1")
    assert first.status_code == 200
    assert TEXTS["fr"]["in_force"] in first.text
    await stage.do("RectifyDecision", "minister", **place, text="Article premier", reason="Une coquille.")
    latest = await house.http.get(f"{BASE}/decision")
    assert "Article premier" in latest.text
    assert "Une coquille." in latest.text
    old = await house.http.get(f"{BASE}/decision/1")
    assert "par la version 2" in old.text
    assert f"{BASE}/decision/2" in outline(old.text).addresses
    assert "&lt;script&gt;" in old.text
    assert old.headers["etag"] != first.headers["etag"], "it says something else since"
    seen = outline(old.text)
    assert not {"script", "img", "iframe", "form"} & set(seen.tags)
    assert seen.tags.count("h1") == 1
    assert {"main", "header", "nav", "article"} <= set(seen.tags)
    assert all(address.startswith(("/concertations/", "/styles/", "#")) for address in seen.addresses)
    english = await house.http.get(f"{BASE}/decision/1", headers={"accept-language": "en"})
    assert '<html lang="en">' in english.text
    assert english.text.index("Article 1er") < english.text.index("Article 1<"), "French first"
    reasons = await house.http.get(f"{BASE}/reasons/1")
    assert "Parce que." in reasons.text
    assert "en vigueur" in reasons.text, "a rectification without any keeps those before"
    for address in ("decision.pdf", "decision/1.pdf", "reasons/2.pdf"):
        pdf = await house.http.get(f"{BASE}/{address}")
        assert (pdf.status_code, pdf.headers["content-type"]) == (200, "application/pdf")
        assert pdf.content.startswith(b"%PDF-")


async def test_who_has_a_page_already_is_told_so(house: House) -> None:
    stage, place = await deciding(house)
    await stage.do("IssueDecision", "minister", **place, text="La décision.")
    page = await house.http.get(f"{BASE}/decision/1")
    pdf = await house.http.get(f"{BASE}/decision/1.pdf")
    assert page.headers["etag"] != pdf.headers["etag"]
    for address, tag in (("decision/1", page.headers["etag"]), ("decision/1.pdf", pdf.headers["etag"])):
        again = await house.http.get(f"{BASE}/{address}", headers={"if-none-match": tag})
        assert (again.status_code, again.content) == (304, b"")
    assert (await house.http.get(f"{BASE}/decision", headers={"if-none-match": '"x"'})).status_code == 200


async def test_what_there_is_not_is_not_found_and_under_an_embargo_only_its_end_is_told(house: House) -> None:
    stage, place = await deciding(house)
    for address in ("decision", "decision/1", "decision/0", "decision/x", "decision/1.pdf", "reasons/1"):
        assert (await house.http.get(f"{BASE}/{address}")).status_code == 404
    assert (await house.http.get("/concertations/nulle-part/decision")).status_code == 404
    until = await issue(stage, place)
    for address in ("decision", "decision/1", "decision.pdf", "reasons/1", "reasons/1.pdf"):
        hidden = await house.http.get(f"{BASE}/{address}")
        assert hidden.status_code == 404
        assert "embargo" in hidden.text
        assert "secret" not in hidden.text
    await house.clock.reach(until)
    assert "La décision secrète." in (await house.http.get(f"{BASE}/decision")).text
    assert "Les motifs secrets." in (await house.http.get(f"{BASE}/reasons/1")).text


def test_every_word_is_there_in_both_languages() -> None:
    assert set(TEXTS) == set(LANGUAGES)
    assert TEXTS["fr"].keys() == TEXTS["en"].keys()


def test_a_decision_that_its_gate_sent_back_is_not_in_force() -> None:
    gate = {
        "gate": "conclusion", "subject": "decision", "by": "scientific_council", "within": "P5D",
        "if_silent": "given", "if_refused": {"refer_back": "appel"},
    }  # fmt: skip
    play = opened(call_for_input(), decision(approvals=[gate]), stage="decision")
    play.do(acts.IssueDecision(text=body("d")), "minister", "decision")
    issued = play.process.decisions
    said = words(play.process, What.DECISION, issued[-1], issued, {"fr": "d"}, "fr")
    assert said["standing"] == TEXTS["fr"]["in_force"]
    play.until("decision", State.AWAITING_CONCLUSION)
    for voter in COUNCIL:
        play.vote(voter, "unfavourable")
    said = words(play.process, What.DECISION, issued[-1], issued, {"fr": "d"}, "fr")
    assert said["standing"] == TEXTS["fr"]["returned"]
