"""Who stands aside is not awaited: whether they withdrew before the ballot was opened or during it."""

from __future__ import annotations

from tests.api import play
from tests.api.stage import Stage


async def test_who_withdrew_before_the_ballot_is_shown_so_and_not_awaited(stage: Stage) -> None:
    await stage.open()
    await play.hear(stage)
    await stage.do("WithdrawFromReview", "bob", reason="Mon laboratoire est financé par un éditeur.")
    seen = await stage.until("avis", "OPEN")
    place = {"stage": "avis", "round": seen["round"]}
    drafted = await stage.do("DraftOpinion", "ada", **place, text="L’avis.", conclusion="FAVOURABLE")
    await stage.do("PutOpinionToVote", "chair", **place, text=drafted["opinion"]["text"]["digest"])
    found = await stage.about(
        "{ ballots(awaiting: true) { purpose awaited { holder { name } } seats { withdrawn holder { name } } } }"
    )
    (ballot,) = [b for b in found["ballots"] if b["purpose"] == "OPINION"]
    assert {s["holder"]["name"] for s in ballot["awaited"]} == {"Chair", "Ada", "Cleo"}
    assert [s["holder"]["name"] for s in ballot["seats"] if s["withdrawn"]] == ["Bob"]
