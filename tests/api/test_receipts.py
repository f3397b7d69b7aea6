"""Receipts through the API: no account, every channel, from the reception to where it went."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.receipts import read_receipt, verify_receipt
from store.exported_ledger import read_ledger
from tests.api import play
from tests.api.house import DAY
from tests.api.stage import Stage

pytestmark = pytest.mark.postgres


async def receipt(stage: Stage, code: str, as_: str | None = None) -> Any:
    return (await stage.house.ask("Receipt", {"code": code}, as_))["receipt"]


async def test_without_an_account_a_receipt_says_received_then_sealed_then_where_it_went(
    stage: Stage,
) -> None:
    await stage.open()
    sent = (await stage.contribute("citizen"))["receipt"]
    await stage.contribute("prefect", "Rien à ajouter.")

    received = await receipt(stage, sent["code"])
    assert (received["sealed"], received["proofs"]) == (False, [])
    assert (received["digest"], received["channel"], received["round"]) == (sent["digest"], "ONLINE", 1)
    assert received["submittedAt"] == sent["contribution"]["submittedAt"]
    assert (received["stage"]["key"], received["concertation"]["slug"]) == ("appel", "essai")
    assert received["contribution"] == {
        "id": sent["contribution"]["id"],
        "body": "Davantage de formation.",
        "recommendations": [],
    }
    assert verify_receipt(read_receipt(json.dumps(received["document"]))).faults == ()

    await play.hear(stage)
    sealed = await receipt(stage, sent["code"])
    assert sealed["sealed"]
    (proof,) = sealed["proofs"]
    seals = (await stage.about("{ stages { key seals { root count } } }", None))["stages"][0]["seals"]
    assert seals == [{"root": proof["root"], "count": proof["size"]}]
    assert (proof["index"], proof["size"], proof["supplementary"]) == (0, 2, False)
    document = read_receipt(json.dumps(sealed["document"]))
    verdict = verify_receipt(document, {seals[0]["root"]})
    assert (verdict.faults, len(verdict.proofs)) == ((), 1)
    exported = await stage.house.ask("Ledger", {"slug": "essai", "first": 100})
    ledger = read_ledger(json.dumps({"data": exported}), stage.key)
    assert ledger.roots[1, "appel"] == {proof["root"]}

    await play.adopt(stage)
    recommendation = await play.synthesise(stage, [sent["contribution"]["id"]])
    assert (await receipt(stage, sent["code"]))["contribution"]["recommendations"] == []
    await play.decide(stage, recommendation)
    (reached,) = (await receipt(stage, sent["code"]))["contribution"]["recommendations"]
    assert reached["text"]["content"] == "Former tous les agents."
    assert {response["answer"] for response in reached["responses"]} == {"FOLLOWED"}


async def test_a_code_that_there_is_not_is_nothing_whoever_asks_and_however_it_is_written(
    stage: Stage,
) -> None:
    await stage.open()
    code = (await stage.contribute("citizen"))["receipt"]["code"]
    for written in (code.lower(), code.replace("-", ""), f" {code.replace('-', ' ')} "):
        assert (await receipt(stage, written))["code"] == code
    for wrong in ("0000-0000-0000", "", "x", "'; --", "é" * 12, code[:-1], "0" * 5000):
        for as_ in (None, "citizen", "coordinator"):
            assert await receipt(stage, wrong, as_) is None


async def test_who_holds_the_code_learns_the_content_and_not_who_wrote_it(stage: Stage) -> None:
    await stage.open()
    code = (await stage.contribute("citizen"))["receipt"]["code"]
    query = "query($code: String!) { receipt(code: $code) { contribution { body author { name } } } }"

    async def author(as_: str | None) -> Any:
        found = await stage.house.ask(query, {"code": code}, as_)
        return found["receipt"]["contribution"]["author"]

    assert await author(None) is None
    assert await author("prefect") is None
    assert (await author("citizen"))["name"] == "Citizen"


async def test_what_a_clerk_typed_from_paper_has_the_same_receipt(stage: Stage) -> None:
    seen = await stage.open()
    await stage.house.clock.reach(datetime.fromisoformat(seen["closesAt"]) - timedelta(hours=1))
    entered = await stage.do(
        "RecordContribution",
        "clerk",
        stage="appel",
        round=1,
        body="Des guichets ouverts.",
        channel="PAPER",
        author={"memberId": stage.members["citizen"]},
        postedAt=(datetime.fromisoformat(seen["closesAt"]) - DAY).isoformat(),
    )
    code = entered["receipt"]["code"]
    await stage.until("auditions", "OPEN")
    found = await receipt(stage, code)
    assert (found["channel"], found["sealed"]) == ("PAPER", True)
    assert "Citizen" not in json.dumps(found)


async def test_the_answer_to_a_contribution_may_ask_for_the_whole_receipt_at_once(stage: Stage) -> None:
    await stage.open()
    query = """mutation($input: SubmitContributionInput!) { submitContribution(input: $input) {
        ... on ContributionAccepted { receipt { code sealed document stage { key } concertation { slug } } } } }"""
    given = {"idempotencyKey": "k", "concertationId": stage.id, "stage": "appel", "round": 1, "body": "Oui."}
    made = (await stage.house.ask(query, {"input": given}, "citizen"))["submitContribution"]["receipt"]
    assert (made["sealed"], made["stage"]["key"], made["concertation"]["slug"]) == (False, "appel", "essai")
    assert made["document"] == (await receipt(stage, made["code"]))["document"]
