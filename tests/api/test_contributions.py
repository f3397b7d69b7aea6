"""Contributions through the API: every channel, once per person, whether Temporal is there or not."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.api.house import DAY
from tests.api.stage import Stage

pytestmark = pytest.mark.postgres

PAPER = {
    "stage": "appel",
    "round": 1,
    "body": "Des guichets ouverts.",
    "themes": ["sante"],
    "channel": "PAPER",
}


async def test_a_contribution_is_received_with_a_receipt(stage: Stage) -> None:
    await stage.open()
    answer = await stage.contribute("citizen")
    receipt = answer["receipt"]
    assert len(receipt["code"]) == 14
    assert len(receipt["digest"]) == 64
    assert receipt["contribution"]["channel"] == "ONLINE"


async def test_sent_again_it_is_the_same_and_with_another_body_it_is_refused(stage: Stage) -> None:
    await stage.open()
    first = await stage.contribute("citizen", idempotencyKey="k")
    assert await stage.contribute("citizen", idempotencyKey="k") == first
    place = {"stage": "appel", "round": 1}
    await stage.refused(
        "IDEMPOTENCY_KEY_REUSED",
        "SubmitContribution",
        "citizen",
        **place,
        body="Autre chose.",
        idempotencyKey="k",
    )


async def test_a_second_one_is_told_of_the_first(stage: Stage) -> None:
    await stage.open()
    first = await stage.contribute("citizen")
    refused = await stage.refused(
        "ALREADY_CONTRIBUTED", "SubmitContribution", "citizen", stage="appel", round=1, body="Encore."
    )
    assert refused["__typename"] == "AlreadyContributed"
    assert refused["receiptCode"] == first["receipt"]["code"]
    assert refused["channel"] == "ONLINE"
    assert refused["submittedAt"] == first["receipt"]["contribution"]["submittedAt"]
    assert refused["contributionId"] == first["receipt"]["contribution"]["id"]
    assert refused["reference"].replace("-", "") == first["receipt"]["digest"][:8]
    assert not refused["ofOrganisation"]
    assert refused["message"].startswith("Une contribution est déjà reçue à cette étape pour vous")


async def test_paper_posted_in_time_is_entered_by_a_clerk_after_the_closing(stage: Stage) -> None:
    seen = await stage.open()
    closes_at = datetime.fromisoformat(seen["closesAt"])
    await stage.house.clock.reach(closes_at - timedelta(hours=1))
    author = {"memberId": stage.members["citizen"]}
    posted = {"postedAt": (closes_at - DAY).isoformat()}
    entered = await stage.do("RecordContribution", "clerk", **PAPER, author=author, **posted)
    assert entered["receipt"]["contribution"]["channel"] == "PAPER"
    told = await stage.refused(
        "ALREADY_CONTRIBUTED", "SubmitContribution", "citizen", stage="appel", round=1, body="En ligne aussi."
    )
    assert told["channel"] == "PAPER"


async def test_only_a_clerk_enters_for_others_and_never_online(stage: Stage) -> None:
    await stage.open()
    author = {"memberId": stage.members["citizen"]}
    for stranger in ("citizen", "ada", "coordinator", None):
        await stage.refused("NOT_ALLOWED", "RecordContribution", stranger, **PAPER, author=author)
    await stage.refused(
        "INPUT_INVALID", "RecordContribution", "clerk", **{**PAPER, "channel": "ONLINE"}, author=author
    )


@pytest.mark.parametrize("author", [{}, {"memberId": "x", "person": {"name": "A"}}, {"person": None}])
async def test_an_author_is_exactly_one_of_a_member_or_a_person(stage: Stage, author: dict[str, Any]) -> None:
    await stage.open()
    from tests.api.house import document

    given = {"idempotencyKey": "k", "concertationId": stage.id, **PAPER, "author": author}
    response = await stage.house.post(document("RecordContribution"), {"input": given}, "clerk")
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_who_is_not_admitted_and_what_is_no_text_is_refused(stage: Stage) -> None:
    await stage.open()
    place = {"stage": "appel", "round": 1}
    await stage.refused("NOT_ADMITTED", "SubmitContribution", "stranger", **place, body="Bonjour.")
    await stage.refused("NOT_ALLOWED", "SubmitContribution", None, **place, body="Bonjour.")
    await stage.refused("TEXT_EMPTY", "SubmitContribution", "citizen", **place, body="  \n ")
    await stage.refused("TEXT_TOO_LONG", "SubmitContribution", "citizen", **place, body="x" * 50_001)
    await stage.refused("TEXT_INVALID", "SubmitContribution", "citizen", **place, body="a\u0007b")
    await stage.refused(
        "UNKNOWN_THEME", "SubmitContribution", "citizen", **place, body="Bon.", themes=["rien"]
    )
    await stage.refused("UNKNOWN_STAGE", "SubmitContribution", "citizen", stage="rien", round=1, body="Bon.")
    await stage.refused("NOT_ADMITTED", "SubmitContribution", "citizen", **place, body="Bon.", college="etat")


async def test_after_the_closing_it_is_refused_with_the_dates(stage: Stage) -> None:
    seen = await stage.open()
    await stage.house.clock.reach(datetime.fromisoformat(seen["closesAt"]))
    refused = await stage.refused(
        "STAGE_NOT_OPEN", "SubmitContribution", "citizen", stage="appel", round=1, body="Trop tard."
    )
    assert refused["__typename"] == "StageNotOpen"
    assert refused["closesAt"] == seen["closesAt"]
    assert refused["serverTime"] >= seen["closesAt"]


async def test_many_at_once_are_all_counted_by_college_and_channel(stage: Stage) -> None:
    await stage.open()
    names = [f"person {n}" for n in range(12)]
    for name in names:
        await stage.enrol(name, college="locales" if name < "person 5" else "etat")
    await asyncio.gather(*(stage.contribute(name) for name in names))
    figures = (await stage.house.ask("Concertation", {"slug": "essai"}))["concertation"]["figures"]
    (appel,) = figures
    assert appel["total"] == 12
    assert sum(c["count"] for c in appel["byCollege"]) == 12
    assert appel["byChannel"] == [{"key": "online", "count": 12}]


async def test_contributions_are_read_by_everybody_from_the_closing_on(stage: Stage) -> None:
    await stage.open()
    sent = await stage.contribute("citizen")
    query = """query($id: ID!) { concertation(id: $id) { contributions(stage: "appel") {
        totalCount nodes { id body receiptCode author { pseudonym } college { key } themes { key } } } } }"""

    async def read(as_: str | None) -> Any:
        found = await stage.house.ask(query, {"id": stage.id}, as_)
        return found["concertation"]["contributions"]

    assert await read(None) == {"totalCount": 0, "nodes": []}
    assert await read("prefect") == {"totalCount": 0, "nodes": []}
    own = (await read("citizen"))["nodes"][0]
    assert own["receiptCode"] == sent["receipt"]["code"]
    early = (await read("coordinator"))["nodes"][0]
    assert early["body"] == "Davantage de formation."
    assert early["receiptCode"] is None
    node = "query($id: ID!) { node(id: $id) { __typename } }"
    assert await stage.house.ask(node, {"id": own["id"]}, "prefect") == {"node": None}
    await stage.until("auditions", "OPEN")
    out = await read(None)
    assert out["totalCount"] == 1
    assert out["nodes"][0]["author"] is None
    assert out["nodes"][0]["college"] == {"key": "locales"}
