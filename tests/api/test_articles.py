"""The opinion article by article through the API, and what the council must not do in its ballots."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.api import play
from tests.api.house import House
from tests.api.stage import Stage
from tests.unit import procedures as write

pytestmark = pytest.mark.postgres

PLACE = {"stage": "avis", "round": 1}


async def reviewing(house: House) -> Stage:
    """Open a review beside the call for input."""
    stage = Stage(house, write.procedure(write.call_for_input(), write.review(after=[], refer_back=None)))
    await stage.open()
    await stage.until("avis", "OPEN")
    return stage


async def test_articles_are_amended_voted_one_by_one_and_drawn_together(house: House) -> None:
    stage = await reviewing(house)
    told = {"title": "Sources", "rapporteurId": stage.members["ada"], "text": "Toute source est citée."}
    drafted = await stage.do("DraftArticle", "bob", **PLACE, **told)
    (article,) = drafted["opinion"]["articles"]
    of = {**PLACE, "articleId": article["id"]}
    amended = await stage.do("ProposeAmendment", "cleo", **of, text="Et datée.")
    (amendment,) = amended["opinion"]["articles"][0]["amendments"]
    settle = {**PLACE, "amendmentId": amendment["id"], "adopted": True, "reason": "Plus clair."}
    digest = article["text"]["digest"]
    await stage.refused("AMENDMENT_PENDING", "PutArticleToVote", "chair", **of, text=digest)
    await stage.refused("NOT_ALLOWED", "SettleAmendment", "bob", **settle)
    await stage.do("SettleAmendment", "ada", **settle)
    anew = await stage.do("DraftArticle", "ada", **of, **{**told, "text": "Toute source est citée et datée."})
    (article,) = anew["opinion"]["articles"]
    assert article["version"] == 2
    await stage.refused("SUBJECT_CHANGED", "PutArticleToVote", "chair", **of, text=digest)
    put = await stage.do("PutArticleToVote", "chair", **of, text=article["text"]["digest"])
    ballot = put["opinion"]["articles"][0]["ballot"]
    await play.vote(stage, ballot, *play.COUNCIL)
    drawn = [{"articleId": article["id"], "text": article["text"]["digest"]}]
    opinion = {"text": "L’avis.", "conclusion": "FAVOURABLE"}
    await stage.refused(
        "SUBJECT_CHANGED", "DraftOpinion", "ada", **PLACE, **opinion,
        articles=[{**drawn[0], "text": digest}],
    )  # fmt: skip
    await stage.do("DraftOpinion", "ada", **PLACE, **opinion, articles=drawn)
    query = """{ opinions { articles {
        title adopted drawn rapporteur { name } text { content } ballot { purpose outcome }
        amendments { adopted reason text { content } member { name } }
    } } }"""

    async def seen(as_: str | None) -> Any:
        return (await stage.about(query, as_))["opinions"][0]["articles"]

    (whole,) = await seen("writer")
    assert (whole["title"], whole["adopted"], whole["drawn"]) == ("Sources", True, True)
    assert whole["ballot"] == {"purpose": "ARTICLE", "outcome": "PASSED"}
    assert whole["amendments"][0]["reason"] == "Plus clair."
    ledger = {"slug": "essai", "kinds": ["article_drafted", "amendment_proposed", "amendment_settled"]}
    for stranger in (None, "citizen"):
        assert await seen(stranger) == []
        nodes = (await house.ask("Ledger", ledger, stranger))["concertation"]["ledger"]["nodes"]
        assert [node["content"] for node in nodes] == [None] * 4
        for id in (article["id"], amendment["id"]):
            assert (await house.ask("Node", {"id": id}, stranger))["node"] is None
    assert (await house.ask("Node", {"id": article["id"]}, "chair"))["node"]


async def test_votes_after_a_withdrawal_by_a_successor_or_a_substitute_in_person_are_refused(
    house: House,
) -> None:
    stage = await reviewing(house)
    since = await house.clock.now()
    until = since + timedelta(days=60)
    lent = {"office": "presidence", "toId": stage.members["citizen"]}
    lent |= {"since": since.isoformat(), "until": until.isoformat()}
    await stage.refused("SUBSTITUTION_FORBIDDEN", "GiveDelegation", "chair", **lent)
    drafted = await stage.do("DraftOpinion", "ada", **PLACE, text="L’avis.", conclusion="FAVOURABLE")
    put = await stage.do("PutOpinionToVote", "chair", **PLACE, text=drafted["opinion"]["text"]["digest"])
    ballot = put["opinion"]["ballot"]
    cast = {"ballotId": ballot["id"], "subject": ballot["subject"], "position": "UNFAVOURABLE"}
    await play.vote(stage, ballot, "ada")
    ended = {"office": "conseil", "seat": 1, "cause": "RESIGNATION", "successorId": stage.members["citizen"]}
    await stage.do("EndTerm", "coordinator", **ended)
    await stage.refused("SEAT_ALREADY_VOTED", "CastVote", "citizen", **cast)
    await stage.do("WithdrawFromReview", "bob", **PLACE, reason="Un lien.")
    await stage.refused("MEMBER_WITHDRAWN", "CastVote", "bob", **cast)
    await stage.do("RecuseMember", "chair", **PLACE, memberId=stage.members["cleo"], reason="Un lien.")
    await stage.refused("MEMBER_RECUSED", "CastVote", "cleo", **cast)
    seen = await stage.about("{ ballots { purpose awaited { key } votes { seat } } }", "chair")
    (opinion,) = [one for one in seen["ballots"] if one["purpose"] == "OPINION"]
    assert [vote["seat"] for vote in opinion["votes"]] == ["conseil/1"]
    assert [seat["key"] for seat in opinion["awaited"]] == ["presidence/1"]
