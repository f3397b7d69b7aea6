"""A whole concertation through the API, and the journey of one contribution in it."""

from __future__ import annotations

import pytest

from tests.api import play
from tests.api.stage import Stage

pytestmark = pytest.mark.postgres


async def test_a_contribution_can_be_followed_to_the_commitment_that_answers_it(stage: Stage) -> None:
    await stage.open()
    sent = await stage.contribute("citizen")
    contribution = sent["receipt"]["contribution"]["id"]
    await play.hear(stage)
    await play.adopt(stage)
    recommendation = await play.synthesise(stage, [contribution])
    await play.decide(stage, recommendation)
    await play.follow_up(stage, recommendation)
    await stage.do("PublishObservation", "warden", text="Tout s’est bien passé.")

    journey = (await stage.house.ask("Journey", {"id": contribution}))["node"]
    assert journey["body"] == "Davantage de formation."
    assert journey["stage"]["seals"][0]["count"] == 1
    (reached,) = journey["recommendations"]
    assert reached["text"]["content"] == "Former tous les agents."
    assert {r["addressee"]["label"] for r in reached["responses"]} == {
        "Direction du numérique",
        "Association",
    }
    assert {r["answer"] for r in reached["responses"]} == {"FOLLOWED"}
    (kept,) = reached["commitments"]
    assert kept["status"] == "KEPT"
    assert kept["text"]["content"] == "20 heures par agent."

    outcome = (await stage.house.ask("Outcome", {"slug": "essai"}))["concertation"]
    assert outcome["decision"]["text"]["content"] == "La décision."
    assert outcome["observations"][0]["text"]["content"] == "Tout s’est bien passé."
    review = (await stage.house.ask("Review", {"slug": "essai"}))["concertation"]
    assert review["opinions"][0]["conclusion"] == "FAVOURABLE"
    assert review["opinions"][0]["reservations"][0]["text"]["content"] == "Une réserve."
    assert review["hearings"][0]["record"]["content"] == "Compte rendu."
