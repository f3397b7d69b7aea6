"""Who sees what, when: nothing before it is published, by no way around."""

from __future__ import annotations

from typing import Any

import pytest

from domain.procedure import Procedure
from tests.api import play
from tests.api.house import House
from tests.api.stage import Stage, whole
from tests.unit import procedures as write

pytestmark = pytest.mark.postgres


async def test_positions_and_opinion_are_published_at_the_conclusion_of_their_stage(stage: Stage) -> None:
    await stage.open()
    await play.hear(stage)
    await stage.until("avis", "OPEN")
    place = {"stage": "avis", "round": 1}
    await stage.do("StatePosition", "ada", **place, position="UNFAVOURABLE", statement="Mes raisons.")
    await stage.do("DraftOpinion", "ada", **place, text="L’avis.", conclusion="UNFAVOURABLE")
    made = await stage.do("MakeReservation", "bob", **place, text="Une réserve.")
    reservation = made["reservation"]["id"]

    async def review(as_: str | None) -> Any:
        found = await stage.house.ask("Review", {"slug": "essai"}, as_)
        return found["concertation"]["opinions"][0]

    async def told(as_: str | None) -> str:
        kinds = ["position_stated", "opinion_drafted"]
        found = await stage.house.ask("Ledger", {"slug": "essai", "kinds": kinds}, as_)
        return str(found["concertation"]["ledger"]["nodes"])

    for stranger in (None, "citizen", "mayor"):
        hidden = await review(stranger)
        assert hidden["text"] is None
        assert hidden["conclusion"] is None
        assert hidden["positions"] == hidden["reservations"] == []
        assert "unfavourable" not in (await told(stranger)).lower()
        assert "défavorable" not in (await told(stranger)).lower()
        assert (await stage.house.ask("Node", {"id": reservation}, stranger))["node"] is None
    for colleague in ("chair", "coordinator", "warden", "writer"):
        assert (await review(colleague))["conclusion"] == "UNFAVOURABLE"
        assert "unfavourable" in await told(colleague)
    opinion = (await review("chair"))["text"]["digest"]
    put = await stage.do("PutOpinionToVote", "chair", **place, text=opinion)
    await play.vote(stage, put["opinion"]["ballot"], *play.COUNCIL)
    await stage.until("synthese", "OPEN")
    assert (await review(None))["positions"][0]["statement"]["content"] == "Mes raisons."
    assert "unfavourable" in await told(None)
    assert (await stage.house.ask("Node", {"id": reservation}))["node"]


async def test_votes_are_published_when_their_ballot_is_over(stage: Stage) -> None:
    await stage.open()
    await play.hear(stage)
    await stage.until("avis", "OPEN")
    place = {"stage": "avis", "round": 1}
    drafted = await stage.do("DraftOpinion", "ada", **place, text="L’avis.", conclusion="FAVOURABLE")
    put = await stage.do("PutOpinionToVote", "chair", **place, text=drafted["opinion"]["text"]["digest"])
    ballot = put["opinion"]["ballot"]
    await play.vote(stage, ballot, "bob", position="UNFAVOURABLE")
    query = "query($id: ID!) { node(id: $id) { ... on Ballot { votes { position } seats { voted } } } }"
    ledger = {"slug": "essai", "kinds": ["vote_cast"]}

    async def votes(as_: str | None) -> list[Any]:
        found: Any = await stage.house.ask(query, {"id": ballot["id"]}, as_)
        assert sum(s["voted"] for s in found["node"]["seats"]) >= 1
        return [v["position"] for v in found["node"]["votes"]]

    assert await votes(None) == await votes("citizen") == []
    assert await votes("cleo") == ["UNFAVOURABLE"]
    nodes = (await stage.house.ask("Ledger", ledger))["concertation"]["ledger"]["nodes"]
    assert nodes[-1]["content"] is None
    assert "unfavourable" not in str(nodes[-1])
    await play.vote(stage, ballot, "chair", "ada", "cleo")
    assert sorted(await votes(None)) == ["FAVOURABLE", "FAVOURABLE", "FAVOURABLE", "UNFAVOURABLE"]
    nodes = (await stage.house.ask("Ledger", ledger))["concertation"]["ledger"]["nodes"]
    assert nodes[0]["content"]["fact"]["position"] == "unfavourable"


async def test_a_secret_vote_is_counted_and_never_shown(house: House) -> None:
    secret: Procedure = write.procedure(
        write.call_for_input(),
        write.review(opinion={**write.OPINION, "secret": True, "revisable": False}),
    )
    stage = Stage(house, secret)
    await stage.open()
    seen = await stage.until("avis", "OPEN")
    place = {"stage": "avis", "round": seen["round"]}
    drafted = await stage.do("DraftOpinion", "ada", **place, text="L’avis.", conclusion="FAVOURABLE")
    put = await stage.do("PutOpinionToVote", "chair", **place, text=drafted["opinion"]["text"]["digest"])
    ballot = put["opinion"]["ballot"]
    fields = {"ballotId": ballot["id"], "subject": ballot["subject"]}
    first = await stage.do("CastVote", "ada", **fields, position="UNFAVOURABLE", idempotencyKey="k")
    assert await stage.do("CastVote", "ada", **fields, position="UNFAVOURABLE", idempotencyKey="k") == first
    await stage.refused(
        "IDEMPOTENCY_KEY_REUSED", "CastVote", "ada", **fields, position="FAVOURABLE", idempotencyKey="k"
    )
    running = "query($id: ID!) { node(id: $id) { ... on Ballot { seats { key voted } awaited { key } } } }"
    cast = {"slug": "essai", "kinds": ["vote_cast"]}
    (own,) = (await house.ask("Ledger", cast, "ada"))["concertation"]["ledger"]["nodes"]
    assert own["content"]["fact"]["seat"] == "conseil/1"
    for viewer in (None, "chair", "coordinator", "warden"):
        found = (await house.ask(running, {"id": ballot["id"]}, viewer))["node"]
        assert [seat["key"] for seat in found["seats"] if seat["voted"]] == []
        mine = ["presidence/1"] if viewer == "chair" else []
        assert [seat["key"] for seat in found["awaited"]] == mine
        told = await stage.about("{ awaited { what seats } }", viewer)
        assert [item["seats"] for item in told["awaited"] if item["what"] == "vote"] == [mine]
        (node,) = (await house.ask("Ledger", cast, viewer))["concertation"]["ledger"]["nodes"]
        assert node["content"] is None
        assert (node["actor"]["pseudonym"], node["onBehalfOf"]) == ("", None)
        assert "Conseil" not in node["summary"]
    await play.vote(stage, ballot, "chair", "bob", "cleo")
    query = (
        "query($id: ID!) { node(id: $id) { ... on Ballot { outcome votes { position } "
        "count { favourable unfavourable } } } }"
    )
    for viewer in (None, "ada", "chair", "coordinator", "warden"):
        found = (await house.ask(query, {"id": ballot["id"]}, viewer))["node"]
        assert found["votes"] == []
        assert found["count"] == {"favourable": 3, "unfavourable": 1}
        ledger = await house.ask("Ledger", {"slug": "essai", "first": 100}, viewer)
        votes = [n for n in ledger["concertation"]["ledger"]["nodes"] if n["kind"] == "vote_cast"]
        assert {vote["content"]["fact"]["seat"] for vote in votes} >= {"conseil/1", "presidence/1"}
        assert "'unfavourable'" not in str(ledger["concertation"]["ledger"]["nodes"]).replace(
            "'unfavourable':", ""
        )


async def test_recommendations_are_published_with_the_synthesis(stage: Stage) -> None:
    await stage.open()
    await play.hear(stage)
    await play.adopt(stage)
    await stage.until("synthese", "OPEN")
    place = {"stage": "synthese", "round": 1}
    made = await stage.do(
        "MakeRecommendation", "writer", **place, text="Encore en travail.", addressees=["dinum"]
    )
    id = made["recommendation"]["id"]

    async def seen(as_: str | None) -> str:
        outcome = await stage.house.ask("Outcome", {"slug": "essai"}, as_)
        node = await stage.house.ask(
            "query($id: ID!) { node(id: $id) { ... on Recommendation { text { content } } } }",
            {"id": id},
            as_,
        )
        through = await stage.house.ask(
            """{ concertation(slug: "essai") { ledger(first: 100, kinds: ["recommendation_made"]) { nodes {
            ... on SynthesisEvent { recommendation { text { content } } } } } } }""",
            as_=as_,
        )
        return f"{outcome}{node}{through}"

    assert "Encore en travail" not in await seen(None)
    assert "Encore en travail" not in await seen("citizen")
    assert "Encore en travail" in await seen("editor")


async def test_the_text_of_a_decision_is_read_by_those_who_sign_it_before_it_is_out(house: House) -> None:
    signed = whole().model_copy(update={})
    raw = signed.model_dump(mode="json")
    raw["signoffs"]["decision"] = {"all_of": ["co_president_state", "co_president_local"], "within": "P2D"}
    stage = Stage(house, Procedure.model_validate(raw))
    await stage.open()
    await play.hear(stage)
    await play.adopt(stage)
    recommendation = await play.synthesise(stage, [])
    await stage.until("decision", "OPEN")
    place = {"stage": "decision", "round": 1}
    for name, office in (("dinum", "dinum"), ("mayor", "asso")):
        await stage.do(
            "Respond", name, **place,
            recommendationId=recommendation, addressee=office, answer="FOLLOWED", reasons="Oui.",
        )  # fmt: skip
    pending = await house.do(
        "IssueDecision", "minister", concertationId=stage.id, **place, text="La décision."
    )
    assert pending["__typename"] == "SignOffPending"
    query = "query($id: ID!) { node(id: $id) { ... on Ballot { proposal { text { content } } } } }"

    async def text(as_: str | None) -> Any:
        return (await house.ask(query, {"id": pending["ballot"]["id"]}, as_))["node"]["proposal"]["text"]

    assert await text(None) is None
    assert await text("citizen") is None
    assert await text("local") == {"content": "La décision."}
    await play.vote(stage, pending["ballot"], "state", "local")
    outcome = (await house.ask("Outcome", {"slug": "essai"}))["concertation"]
    assert outcome["decision"]["text"]["content"] == "La décision."
