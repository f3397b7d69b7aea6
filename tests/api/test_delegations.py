"""« Par délégation de »: what the API says of acts that somebody did for the holder of an office."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.api import play
from tests.api.house import pseudonym
from tests.api.stage import Stage

pytestmark = pytest.mark.postgres

LEDGER = """{ ledger(first: 200) { nodes { kind summary actor { pseudonym } onBehalfOf { pseudonym }
    byDelegation { running office { key } giver { pseudonym } to { pseudonym } } } } }"""


async def _lend(stage: Stage, giver: str, office: str, to: str, days: int = 3) -> Any:
    now = await stage.house.clock.now()
    period = {"since": now.isoformat(), "until": (now + timedelta(days=days)).isoformat()}
    answer = await stage.do("GiveDelegation", giver, office=office, toId=stage.members[to], **period)
    return answer["delegation"]


async def _told(stage: Stage, by: str, as_: str | None = None) -> list[Any]:
    nodes = (await stage.about(LEDGER, as_))["ledger"]["nodes"]
    return [node for node in nodes if node["actor"]["pseudonym"] == pseudonym(by)]


async def test_an_act_by_delegation_says_so_to_everybody_and_for_ever(stage: Stage) -> None:
    await stage.open()
    await _lend(stage, "coordinator", "coordination", "prefect")
    await stage.do("AttachDocument", "prefect", title="Annexe", text="Une annexe.")
    (told,) = await _told(stage, "prefect")
    assert told["onBehalfOf"] == {"pseudonym": pseudonym("coordinator")}
    assert told["byDelegation"] == {
        "running": True,
        "office": {"key": "coordination"},
        "giver": {"pseudonym": pseudonym("coordinator")},
        "to": {"pseudonym": pseudonym("prefect")},
    }
    assert " Par délégation de : " in told["summary"]
    await stage.house.clock.advance(timedelta(days=4))
    (later,) = await _told(stage, "prefect")
    assert later == told | {"byDelegation": told["byDelegation"] | {"running": False}}
    await stage.refused("NOT_ALLOWED", "AttachDocument", "prefect", title="Annexe", text="Une autre.")
    assert all(node["byDelegation"] is None for node in await _told(stage, "coordinator"))


async def test_a_delegation_that_is_revoked_stops_at_once(stage: Stage) -> None:
    await stage.open()
    given = await _lend(stage, "coordinator", "coordination", "prefect")
    await stage.do("AttachDocument", "prefect", title="Annexe", text="Une annexe.")
    await stage.do("RevokeDelegation", "coordinator", delegationId=given["id"])
    await stage.refused("NOT_ALLOWED", "AttachDocument", "prefect", title="Annexe", text="Une autre.")


async def test_a_decision_and_a_vote_by_delegation_say_whose_seat_it_was(stage: Stage) -> None:
    await stage.open()
    sent = await stage.contribute("citizen")
    await play.hear(stage)
    await play.adopt(stage)
    recommendation = await play.synthesise(stage, [sent["receipt"]["contribution"]["id"]])
    seen = await stage.until("decision", "OPEN")
    place = {"stage": "decision", "round": seen["round"]}
    await _lend(stage, "minister", await _office_of(stage, "minister"), "prefect")
    for name, office in (("dinum", "dinum"), ("mayor", "asso")):
        await stage.do(
            "Respond", name, **place,
            recommendationId=recommendation, addressee=office, answer="FOLLOWED", reasons="Nous le ferons.",
        )  # fmt: skip
    await stage.do("IssueDecision", "prefect", **place, text="La décision.")
    (told,) = [node for node in await _told(stage, "prefect") if node["kind"] == "decision_issued"]
    assert told["onBehalfOf"] == {"pseudonym": pseudonym("minister")}
    assert told["byDelegation"]["giver"] == {"pseudonym": pseudonym("minister")}
    votes = await stage.about(
        "{ ballots { votes { member { pseudonym } onBehalfOf { pseudonym } } } }", "coordinator"
    )
    assert all(vote["onBehalfOf"] is None for ballot in votes["ballots"] for vote in ballot["votes"] or ())


async def _office_of(stage: Stage, name: str) -> str:
    offices = (await stage.about("{ offices { key holders { member { pseudonym } } } }"))["offices"]
    found: str = next(
        o["key"] for o in offices if pseudonym(name) in {h["member"]["pseudonym"] for h in o["holders"]}
    )
    return found
