"""A decision under an embargo: by no way around is it read before its instant, but by those who may."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.procedure import Procedure, Signoff, Visibility
from tests.api import play
from tests.api.house import House
from tests.api.stage import Stage, whole

pytestmark = pytest.mark.postgres

EVERYTHING = """query($id: ID!) { concertation(id: $id) {
  embargoUntil
  decision { id version text { digest content } reasons { content } reason earlyReaders { id } embargoUntil }
  decisions { version text { content } }
  awaited { what days }
  ballots { subject proposal { kind content text { digest content } } }
  ledger(first: 500) { nodes { kind summary content } }
} }"""
SECRETS = ("La décision secrète.", "Les motifs secrets.", "Une coquille.", "La décision corrigée.")


async def deciding(house: House, procedure: Procedure | None = None) -> tuple[Stage, dict[str, Any]]:
    """Give an open stage of decision in which everybody has answered."""
    stage = Stage(house, procedure or whole())
    await stage.open()
    await play.hear(stage)
    await play.adopt(stage)
    recommendation = await play.synthesise(stage, [])
    seen = await stage.until("decision", "OPEN")
    place = {"stage": "decision", "round": seen["round"]}
    for name, office in (("dinum", "dinum"), ("mayor", "asso")):
        await stage.do(
            "Respond", name, **place,
            recommendationId=recommendation, addressee=office, answer="FOLLOWED", reasons="Nous le ferons.",
        )  # fmt: skip
    return stage, place


async def issue(stage: Stage, place: dict[str, Any]) -> datetime:
    """Issue the decision under an embargo of two days, which the prefect may read before."""
    until = await stage.house.clock.now() + timedelta(days=2)
    await stage.house.do(
        "IssueDecision", "minister", concertationId=stage.id, **place,
        text="La décision secrète.", reasons="Les motifs secrets.", embargoUntil=until.isoformat(),
        earlyReaderIds=[stage.members["prefect"]],
    )  # fmt: skip
    return until


async def read(stage: Stage, as_: str | None) -> Any:
    return (await stage.house.ask(EVERYTHING, {"id": stage.id}, as_))["concertation"]


async def test_before_its_instant_it_is_read_by_some_and_after_it_by_everybody(house: House) -> None:
    stage, place = await deciding(house)
    until = await issue(stage, place)
    await stage.do(
        "RectifyDecision", "minister", **place, text="La décision corrigée.", reason="Une coquille."
    )
    known = await read(stage, "prefect")
    assert known["decision"]["text"]["content"] == "La décision corrigée."
    assert known["decision"]["reasons"]["content"] == "Les motifs secrets."
    assert [member["id"] for member in known["decision"]["earlyReaders"]] == [stage.members["prefect"]]
    assert "Une coquille." in str(known)
    node = {"id": known["decision"]["id"]}
    for name in ("minister", "coordinator", "warden", "state"):
        assert (await read(stage, name))["decision"]["version"] == 2
    for stranger in (None, "citizen", "mayor", "ada", "writer"):
        hidden = await read(stage, stranger)
        assert hidden["decision"] is None
        assert hidden["decisions"] == []
        assert datetime.fromisoformat(hidden["embargoUntil"]) == until
        assert not [secret for secret in SECRETS if secret in str(hidden)]
        assert known["decision"]["text"]["digest"] not in str(hidden)
        assert (await house.ask("Node", node, stranger))["node"] is None
        told = [e for e in hidden["ledger"]["nodes"] if e["kind"].startswith("decision")]
        assert [e["content"] for e in told] == [None, None]
        assert "embargo" in told[0]["summary"]
    await house.clock.reach(until)
    assert (await read(stage, None))["decision"]["version"] == 2, "the instant counts, not the tick"
    await house.tick(stage.key)
    public = await read(stage, None)
    assert public["embargoUntil"] is None
    assert [d["text"]["content"] for d in public["decisions"]] == [SECRETS[0], SECRETS[3]]
    assert (await house.ask("Node", node))["node"]
    assert all(e["content"] for e in public["ledger"]["nodes"] if e["kind"].startswith("decision"))


async def test_while_it_waits_for_signatures_only_those_who_sign_and_those_who_may_read_it(
    house: House,
) -> None:
    both = Signoff(all_of=("co_president_state", "co_president_local"), within=timedelta(days=9))
    stage, place = await deciding(house, whole().model_copy(update={"signoffs": {"decision": both}}))
    until = await issue(stage, place)
    for signatory in ("state", "local", "minister", "prefect"):
        proposal = (await read(stage, signatory))["ballots"][-1]["proposal"]
        assert proposal["text"]["content"] == SECRETS[0], signatory
    for stranger in (None, "citizen", "ada", "writer"):
        hidden = await read(stage, stranger)
        proposal = hidden["ballots"][-1]["proposal"]
        assert proposal["text"] is None
        assert set(proposal["content"]) == {"kind", "embargo_until"}
        digest = (await read(stage, "state"))["ballots"][-1]["proposal"]["text"]["digest"]
        assert digest not in str(hidden)
        assert hidden["ledger"]["nodes"][-1]["content"] is None
    assert await house.clock.now() < until


async def test_responses_and_decision_are_published_when_their_stage_says_so(house: House) -> None:
    procedure = whole()
    hidden = {"responses": Visibility.AT_CONCLUSION, "decision": Visibility.AT_CONCLUSION}
    stages = tuple(
        s.model_copy(update={"visibility": hidden, "concludes": "when_delivered"})
        if s.id == "decision"
        else s
        for s in procedure.stages
    )
    stage, place = await deciding(house, procedure.model_copy(update={"stages": stages}))
    await stage.do("IssueDecision", "minister", **place, text="La décision.")
    query = "{ decision { version } recommendations { responses { answer } } ledger(first: 500) { nodes { summary } } }"

    async def told(as_: str | None) -> str:
        return str(await stage.about(query, as_))

    assert "'answer'" not in await told(None)
    assert "suivie" not in await told("citizen")
    assert "'decision': None" in await told(None)
    for name in ("dinum", "minister", "coordinator", "warden"):
        assert "'answer': 'FOLLOWED'" in await told(name), name
    await stage.until("suivi", "OPEN")
    assert "'answer': 'FOLLOWED'" in await told(None)
    assert "'version': 1" in await told(None)


async def test_what_is_unanswered_and_what_the_guarantor_waits_for_are_public_with_their_age(
    house: House,
) -> None:
    stage, place = await deciding(house)
    await stage.do("PublishGuarantorReport", "warden", text="Mon rapport.")
    await stage.do("IssueDecision", "minister", **place, text="La décision.")
    await house.clock.reach(await house.clock.now() + timedelta(days=3))
    (waiting,) = [a for a in (await read(stage, None))["awaited"] if a["what"] == "answer_to_guarantor"]
    assert waiting["days"] == 3
    await stage.refused("NOT_ALLOWED", "AnswerGuarantorReport", "warden", text="Merci.")
    await stage.do("AnswerGuarantorReport", "minister", text="Merci.")
    await stage.refused("ALREADY_ANSWERED", "AnswerGuarantorReport", "state", text="Merci.")
    query = "{ guarantorReports { id text { content } answer { content } answeredBy { pseudonym } } }"
    (report,) = (await stage.about(query, None))["guarantorReports"]
    assert (report["text"]["content"], report["answer"]["content"]) == ("Mon rapport.", "Merci.")
    assert report["answeredBy"]
    assert (await house.ask("Node", {"id": report["id"]}))["node"]
