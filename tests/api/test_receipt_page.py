"""The printable receipt: a PDF for whoever knows the code, in their language, and never more than it should say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from domain.receipts import Fault, read_receipt, verify_receipt
from server.receipt_page import TEXTS, pdf, words
from store import concertations
from store.pool import acquire
from tests.api import play
from tests.api.stage import Stage

pytestmark = pytest.mark.postgres


async def test_a_receipt_is_printed_for_whoever_knows_its_code(stage: Stage) -> None:
    await stage.open()
    code = (await stage.contribute("citizen"))["receipt"]["code"]
    before = await stage.house.http.get(f"/receipts/{code}.pdf")
    assert (before.status_code, before.headers["content-type"]) == (200, "application/pdf")
    assert before.content.startswith(b"%PDF-")
    assert before.headers["cache-control"] == "private, no-store"
    assert before.headers["content-disposition"] == f'inline; filename="{code}.pdf"'
    spoken = code.lower().replace("-", "")
    assert (await stage.house.http.get(f"/receipts/{spoken}.pdf")).status_code == 200
    english = await stage.house.http.get(f"/receipts/{code}.pdf", headers={"accept-language": "en"})
    assert english.content != before.content
    await stage.until("auditions", "OPEN")
    assert (await stage.house.http.get(f"/receipts/{code}.pdf")).content != before.content


async def test_a_code_that_there_is_not_is_not_found_whatever_it_looks_like(stage: Stage) -> None:
    answers = [
        await stage.house.http.get(f"/receipts/{code}.pdf", headers={"accept-language": "en"})
        for code in ("0000-0000-0000", "x", "%00", "..%2f..", "é" * 12, "0" * 3000)
    ]
    assert {(answer.status_code, answer.text) for answer in answers[:2] + answers[4:]} == {
        (404, TEXTS["en"]["none"])
    }
    assert {answer.status_code for answer in answers} == {404}


async def words_of(stage: Stage, code: str, language: str) -> dict[str, Any]:
    found = (await stage.house.ask("Receipt", {"code": code}))["receipt"]
    receipt = read_receipt(json.dumps(found["document"]))
    async with acquire(stage.house.sender.worker) as connection:
        process = await concertations.process(connection, stage.key)
    assert process is not None
    return words(receipt, process, "https://example.org/receipts/x.pdf", language)


async def test_it_says_what_was_received_and_where_it_is_sealed_in_both_languages(stage: Stage) -> None:
    await stage.open()
    hostile = 'Du texte #eval("1") $x$ *gras* <script> \\ 日本語 "'
    code = (await stage.contribute("citizen", hostile))["receipt"]["code"]
    await play.hear(stage)
    for language, channel, place in (("fr", "en ligne", "1 sur 1"), ("en", "online", "1 of 1")):
        said = await words_of(stage, code, language)
        assert (said["code"], said["body"], said["language"]) == (code, hostile, language)
        assert dict(said["received"])[TEXTS[language]["channel"]] == channel
        (seal,) = said["sealed"]
        assert dict(seal["rows"])[TEXTS[language]["place"]] == place
        assert "(" in dict(seal["rows"])[TEXTS[language]["sealed_at"]], "the time zone is said"
        assert pdf(said) == pdf(said)
        assert pdf({**said, "body": None, "sealed": []}).startswith(b"%PDF-")
    assert TEXTS["fr"].keys() == TEXTS["en"].keys()


async def test_it_says_which_version_it_is_and_what_became_of_it(stage: Stage) -> None:
    await stage.open()
    place = {"stage": "appel", "round": 1}
    first = (await stage.contribute("citizen"))["receipt"]
    better = {**place, "contributionId": first["contribution"]["id"], "body": "Mieux dit."}
    second = (await stage.do("ReviseContribution", "citizen", **better))["receipt"]
    which = {"concertationId": stage.id, "contributionId": second["contribution"]["id"]}
    await stage.house.do("WithdrawContribution", "citizen", **which)
    await stage.until("auditions", "OPEN")
    for language in ("fr", "en"):
        own = TEXTS[language]
        old = dict((await words_of(stage, first["code"], language))["received"])
        new = await words_of(stage, second["code"], language)
        assert (old[own["version"]], dict(new["received"])[own["version"]]) == ("1", "2")
        assert own["superseded"] in old
        assert own["superseded"] not in dict(new["received"])
        assert own["withdrawn"] in dict(new["received"])
        assert new["body"] == "Mieux dit."
        assert pdf(new).startswith(b"%PDF-")
    found = (await stage.house.ask("Receipt", {"code": second["code"]}))["receipt"]
    verdict = verify_receipt(read_receipt(json.dumps(found["document"])))
    assert verdict.faults == ()
    lied = {**found["document"], "contribution_version": 1}
    assert verify_receipt(read_receipt(json.dumps(lied))).faults == (Fault.HEADER,)
