"""Moderation through the API: who may, what the author learns, what the public sees, what nobody sees any more."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from api.reading import Reading
from domain.moderation import REPORTS
from domain.receipts import read_receipt, verify_receipt
from tests.api.house import House, pseudonym
from tests.api.stage import Stage, whole
from tests.api.test_receipt_page import words_of
from tests.store.test_moderation import URGENT

pytestmark = pytest.mark.postgres

SECRET = "Appelez Zébulon au 0123456789."
FACTS = "La contribution donne le numéro d’un tiers."
ABOUT = """query($id: ID!) { node(id: $id) { ... on Contribution {
    body hiddenAt redactedAt moderation { reason state statement acts { kind } contribution { body } } } } }"""


async def written(stage: Stage, body: str = SECRET) -> tuple[str, str]:
    """Open a concertation and let the citizen write; gives the id of the contribution and the code of its receipt."""
    await stage.open()
    receipt = (await stage.contribute("citizen", body))["receipt"]
    return receipt["contribution"]["id"], receipt["code"]


async def do(stage: Stage, operation: str, as_: str | None, **fields: Any) -> Any:
    return await stage.house.done(operation, as_, **fields)


async def hide(
    stage: Stage, contribution: str, as_: str = "coordinator", reason: str = "PERSONAL_DATA"
) -> Any:
    answer = await do(stage, "HideContribution", as_, contributionId=contribution, reason=reason, note=FACTS)
    return answer["measure"]


async def second(stage: Stage, name: str = "second") -> str:
    """Give the coordination a second person."""
    await stage.enrol(name)
    await stage.do("CreateOffice", "coordinator", key="relais", role="COORDINATOR", label={"fr": "Relais"})
    await stage.do("AppointMember", "coordinator", office="relais", memberId=stage.members[name])
    return name


async def seen(stage: Stage, contribution: str, as_: str | None) -> Any:
    return (await stage.house.ask(ABOUT, {"id": contribution}, as_))["node"]


async def test_a_hidden_text_is_for_its_author_and_those_who_moderate(stage: Stage) -> None:
    contribution, code = await written(stage)
    await hide(stage, contribution)
    shown = {name: (await seen(stage, contribution, name)) for name in ("citizen", "coordinator", "warden")}
    assert {name: node["body"] for name, node in shown.items()} == dict.fromkeys(shown, SECRET)
    for name in ("writer", "chair"):  # who read all contributions before they are published
        node = await seen(stage, contribution, name)
        assert (node["body"], node["hiddenAt"] is None) == ("", False)
    found = (await stage.house.ask("Receipt", {"code": code}))["receipt"]["contribution"]
    assert found["body"] == SECRET, "who has the code is its author"
    figures = (await stage.about("{ figures { total } }"))["figures"]
    assert figures == [{"total": 1}]


async def test_the_time_to_appeal_is_that_of_the_procedure(house: House) -> None:
    stage = Stage(house, whole(time_to_appeal="P184D"))
    contribution, _ = await written(stage)
    measure = await hide(stage, contribution)
    time = datetime.fromisoformat(measure["appealUntil"]) - datetime.fromisoformat(measure["hiddenAt"])
    assert timedelta(days=184) < time < timedelta(days=190)


async def test_what_is_withdrawn_and_sent_again_is_listed_with_what_is_hidden(stage: Stage) -> None:
    contribution, _ = await written(stage)
    measure = await hide(stage, contribution)
    await stage.do("WithdrawContribution", "citizen", contributionId=contribution)
    again = (await stage.contribute("citizen", "Appelez le maire."))["receipt"]["contribution"]["id"]
    for name, body in (
        ("citizen", "Appelez le maire."),
        ("writer", ""),
        ("coordinator", "Appelez le maire."),
    ):
        assert (await seen(stage, again, name))["body"] == body
    variables = {"id": stage.id, "stage": "appel", "filter": {"state": "HIDDEN"}}
    found = await stage.house.ask("Contributions", variables, "coordinator")
    assert [node["id"] for node in found["concertation"]["contributions"]["nodes"]] == [again]
    await do(stage, "RestoreContribution", "coordinator", contributionId=again, note="Corrigé.")
    assert (await seen(stage, again, "writer"))["body"] == "Appelez le maire."
    assert measure["reason"] == (await seen(stage, again, "citizen"))["moderation"]["reason"]


@pytest.mark.parametrize("way", ["revised", "withdrawn and sent again"])
async def test_who_sends_a_hidden_contribution_again_is_told_at_once_that_it_stays_hidden(
    stage: Stage, way: str
) -> None:
    contribution, _ = await written(stage)
    measure = await hide(stage, contribution)
    mutation, more = "ReviseContribution", {"contributionId": contribution}
    if way != "revised":
        await stage.do("WithdrawContribution", "citizen", contributionId=contribution)
        mutation, more = "SubmitContribution", {}
    name = mutation[0].lower() + mutation[1:]
    query = f"""mutation($input: {mutation}Input!) {{ {name}(input: $input) {{ ... on ContributionAccepted {{
        receipt {{ contribution {{ id hiddenAt }} }} }} }} }}"""
    said = {"stage": "appel", "round": 1, "body": "Mieux dit.", "idempotencyKey": "mieux"}
    variables = {"input": {**said, **more, "concertationId": stage.id}}
    for _ in ("sent", "sent once more"):
        told = (await stage.house.ask(query, variables, "citizen"))[name]["receipt"]["contribution"]
        assert told["hiddenAt"] == measure["hiddenAt"]
        assert (await seen(stage, told["id"], "citizen"))["hiddenAt"] == told["hiddenAt"]


async def test_nothing_that_the_public_can_ask_gives_a_hidden_text_away(stage: Stage) -> None:
    contribution, _ = await written(stage)
    await stage.contribute("prefect", "Appelez Zébulon au plus vite.")
    await stage.until("auditions", "OPEN")
    everything = """{ contributions(stage: "appel", round: 1, filter: {%s}) { totalCount
        facets { byChannel { count } }
        nodes { id body answers hiddenAt versions { body answers } author { name } files { name }
            moderation { statement acts { text } contribution { body } } } }
        moderationQueue { totalCount } ledger(first: 100) { nodes { content summary } } }"""
    words = 'search: "zebulon"'
    before = (await stage.about(everything % words, None))["contributions"]
    assert (before["totalCount"], before["nodes"][0]["body"]) == (2, SECRET)

    await hide(stage, contribution)
    for name in (None, "prefect", "writer", "chair"):
        found = await stage.about(everything % "", name)
        (hidden,) = [n for n in found["contributions"]["nodes"] if n["hiddenAt"]]
        assert found["contributions"]["totalCount"] == 2
        assert hidden["id"] == contribution
        assert '0123456789."' not in json.dumps(found), name
    for name in (None, "prefect"):
        searched = (await stage.about(everything % words, name))["contributions"]
        assert [n["id"] == contribution for n in searched["nodes"]] == [False]
        assert searched["totalCount"] == 1
        hints = await stage.house.ask("SimilarContributions", {"id": searched["nodes"][0]["id"]}, name)
        assert "0123456789" not in json.dumps(hints)
    own = (await stage.about(everything % words, "citizen"))["contributions"]
    assert SECRET in [n["body"] for n in own["nodes"]]


async def test_its_author_is_told_why_and_how_to_contest_it_by_account_and_by_receipt(stage: Stage) -> None:
    contribution, code = await written(stage)
    measure = await hide(stage, contribution)
    told = (await seen(stage, contribution, "citizen"))["moderation"]
    assert FACTS in told["statement"]
    assert "données personnelles" in told["statement"]
    assert "former un recours" in told["statement"]
    assert told["acts"] == []
    query = "query($code: String!) { receipt(code: $code) { contribution { moderation { statement } } } }"
    by_code = await stage.house.ask(query, {"code": code}, None, "en")
    assert "You may appeal" in by_code["receipt"]["contribution"]["moderation"]["statement"]
    for name in ("prefect", "writer", None):
        log = await stage.about("{ moderationLog { nodes { statement acts { kind } } } }", name)
        assert log["moderationLog"]["nodes"] == [{"statement": None, "acts": []}]
    moderator = (await seen(stage, contribution, "coordinator"))["moderation"]
    assert moderator["acts"] == [{"kind": "hide"}]
    assert moderator["contribution"] == {"body": SECRET}
    assert FACTS in measure["statement"]


@pytest.mark.parametrize("name", ["warden", "chair", "writer", "clerk", "prefect", "local", None])
async def test_hiding_is_for_the_coordination(stage: Stage, name: str | None) -> None:
    contribution, _ = await written(stage)
    fields = {"contributionId": contribution, "reason": "INSULT", "note": FACTS}
    await stage.house.refused("NOT_ALLOWED", "HideContribution", name, **fields)
    await stage.house.refused(
        "NOT_ALLOWED", "RestoreContribution", name, contributionId=contribution, note=FACTS
    )
    assert (await seen(stage, contribution, "citizen"))["hiddenAt"] is None


async def test_refusals_name_what_is_wrong(stage: Stage) -> None:
    contribution, _ = await written(stage)
    refused = stage.house.refused
    about = {"contributionId": contribution}
    for wrong in ("x", stage.id, stage.members["citizen"]):
        await refused(
            "UNKNOWN_CONTRIBUTION", "RestoreContribution", "coordinator", contributionId=wrong, note="N"
        )
    await refused("CONTRIBUTION_NOT_HIDDEN", "RestoreContribution", "coordinator", **about, note="N")
    empty = await refused("TEXT_EMPTY", "HideContribution", "coordinator", **about, reason="INSULT", note=" ")
    assert empty["message"]
    await refused("UNKNOWN_MEASURE", "DecideAppeal", "local", measureId="x", outcome="UPHELD", reasons="R")
    measure = await hide(stage, contribution)
    await refused(
        "CONTRIBUTION_HIDDEN", "HideContribution", "coordinator", **about, reason="INSULT", note="N"
    )
    await refused(
        "NO_APPEAL", "DecideAppeal", "local", measureId=measure["id"], outcome="UPHELD", reasons="R"
    )
    redaction = {**about, "reason": "INSULT", "note": "N"}
    await refused("REDACTION_UNGROUNDED", "RedactContribution", "local", **redaction)
    redaction["reason"] = "UNLAWFUL"
    await refused("SECOND_PERSON_NEEDED", "RedactContribution", "coordinator", **redaction)
    early = await refused("REDACTION_TOO_EARLY", "RedactContribution", "local", **redaction)
    assert early["path"] == ["urgency"]


async def test_an_appeal_by_the_code_of_a_receipt_is_decided_by_somebody_else(stage: Stage) -> None:
    contribution, code = await written(stage)
    measure = await hide(stage, contribution)
    appealed = {"receiptCode": code.lower()}
    await stage.house.refused(
        "UNKNOWN_CONTRIBUTION", "Appeal", None, appealed={"receiptCode": "0000-0000-0000"}, text="Non."
    )
    await stage.house.refused(
        "UNKNOWN_CONTRIBUTION", "Appeal", "prefect", appealed={"contributionId": contribution}, text="Non."
    )
    await stage.house.refused(
        "NOT_ALLOWED", "Appeal", "writer", appealed={"contributionId": contribution}, text="Non."
    )
    made = await do(stage, "Appeal", None, appealed=appealed, text="C’est le numéro de la mairie.")
    assert "Vous avez formé un recours" in made["measure"]["statement"]
    await stage.house.refused("ALREADY_APPEALED", "Appeal", "citizen", appealed=appealed, text="Encore.")

    waiting = await stage.house.ask("ModerationLog", {"id": stage.id, "awaitingDecision": True}, None)
    assert waiting["concertation"]["moderationLog"]["totalCount"] == 1
    decision = {"measureId": measure["id"], "outcome": "GRANTED", "reasons": "Numéro public."}
    await stage.house.refused("SECOND_PERSON_NEEDED", "DecideAppeal", "coordinator", **decision)
    await stage.house.refused("NOT_ALLOWED", "DecideAppeal", "warden", **decision)
    decided = await do(stage, "DecideAppeal", "local", **decision)
    assert (decided["measure"]["state"], decided["measure"]["appeal"]["outcome"]) == ("RESTORED", "GRANTED")
    await stage.house.refused("APPEAL_DECIDED", "DecideAppeal", "local", **decision)
    told = (await seen(stage, contribution, "citizen"))["moderation"]["statement"]
    assert "Numéro public." in told


async def test_a_redacted_text_is_gone_for_everybody_and_its_receipt_still_verifies(stage: Stage) -> None:
    contribution, code = await written(stage)
    await hide(stage, contribution)
    saved = (await stage.house.ask("Receipt", {"code": code}))["receipt"]["document"]
    fields = {"contributionId": contribution, "reason": "PERSONAL_DATA", "note": FACTS}
    gone = await do(stage, "RedactContribution", "local", **fields, urgency=URGENT.urgency)
    assert (gone["measure"]["state"], gone["measure"]["urgent"]) == ("REDACTED", True)
    for name in ("citizen", "coordinator", "warden", None):
        node = await seen(stage, contribution, name)
        assert node is None or node["body"] == ""
    await stage.until("auditions", "OPEN")
    found = (await stage.house.ask("Receipt", {"code": code}))["receipt"]
    document = read_receipt(json.dumps(found["document"]))
    assert (document.content, document.salt, document.redacted_at is None) == (None, None, False)
    roots = {proof["root"] for proof in found["proofs"]}
    verdict = verify_receipt(document, roots)
    assert (verdict.faults, verdict.has_content, len(verdict.proofs)) == ((), False, 1)
    kept = read_receipt(json.dumps({**saved, "proofs": found["document"]["proofs"]}))
    assert (verify_receipt(kept, roots).faults, verify_receipt(kept, roots).has_content) == ((), True)
    assert "Le texte a été détruit le" in (await words_of(stage, code, "fr"))["body"]
    assert "The text was destroyed on" in (await words_of(stage, code, "en"))["body"]


async def test_a_text_that_was_withdrawn_can_be_destroyed_by_those_who_cannot_read_it(stage: Stage) -> None:
    contribution, _ = await written(stage)
    await stage.do("WithdrawContribution", "citizen", contributionId=contribution)
    assert await seen(stage, contribution, "coordinator") is None
    await hide(stage, contribution)
    fields = {"contributionId": contribution, "reason": "PERSONAL_DATA", "note": FACTS, "urgency": "Plainte."}
    gone = await do(stage, "RedactContribution", "local", **fields)
    assert (gone["measure"]["state"], gone["contribution"]) == ("REDACTED", None)
    assert (await seen(stage, contribution, "citizen"))["body"] == ""


async def test_who_wrote_it_does_not_moderate_it(stage: Stage) -> None:
    await stage.open()
    name = await second(stage)
    own = (await stage.contribute(name))["receipt"]["contribution"]["id"]
    fields = {"contributionId": own, "reason": "INSULT", "note": FACTS}
    await stage.house.refused("OWN_CONTRIBUTION", "HideContribution", name, **fields)
    await hide(stage, own)
    await stage.house.refused(
        "OWN_CONTRIBUTION", "RestoreContribution", name, contributionId=own, note="Non."
    )


async def test_the_log_is_public_and_tells_no_content(stage: Stage) -> None:
    contribution, _ = await written(stage)
    other = (await stage.contribute("prefect", "Achetez mon vélo."))["receipt"]["contribution"]["id"]
    await hide(stage, contribution)
    await hide(stage, other, reason="COMMERCIAL")
    await do(stage, "RestoreContribution", "coordinator", contributionId=other, note="Vérifié.")
    found = (await stage.house.ask("ModerationLog", {"id": stage.id, "first": 1}, None))["concertation"]
    (latest,) = found["moderationLog"]["nodes"]
    assert (latest["reason"], latest["state"], latest["ground"]) == ("COMMERCIAL", "RESTORED", None)
    after = found["moderationLog"]["pageInfo"]["endCursor"]
    rest = (await stage.house.ask("ModerationLog", {"id": stage.id, "after": after}, None))["concertation"]
    (first,) = rest["moderationLog"]["nodes"]
    assert (first["reason"], first["state"], first["stage"]["key"]) == ("PERSONAL_DATA", "HIDDEN", "appel")
    assert "RGPD" in first["ground"]
    assert [(t["reason"], t["total"], t["restored"]) for t in rest["moderationFigures"]] == [
        ("PERSONAL_DATA", 1, 0),
        ("COMMERCIAL", 1, 1),
    ]
    said = json.dumps([found, rest], ensure_ascii=False)
    for word in ("Zébulon", "vélo", FACTS, "Vérifié", pseudonym("citizen"), pseudonym("coordinator")):
        assert word not in said
    measure = await stage.house.ask("query($id: ID!) { node(id: $id) { id } }", {"id": first["id"]})
    assert measure["node"]["id"] == first["id"]


async def test_a_page_of_the_log_takes_as_many_questions_as_a_line(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.open()
    for name in ("citizen", "prefect", "mayor"):
        made = await stage.contribute(name)
        await hide(stage, made["receipt"]["contribution"]["id"])
    query = "{ moderationLog(first: %d) { nodes { statement acts { kind } contribution { body } } } }"
    counted: list[int] = []
    plain = Reading.ask

    async def counting(self: Reading, question: Any) -> Any:
        counted[-1] += 1
        return await plain(self, question)

    monkeypatch.setattr(Reading, "ask", counting)
    for size in (1, 3):
        counted.append(0)
        await stage.about(query % size)
    assert counted[0] == counted[1] > 0


# Reports ------------------------------------------------------------------------------------------


async def test_readers_report_and_those_who_moderate_have_a_queue(stage: Stage) -> None:
    contribution, _ = await written(stage)
    about = {"contributionId": contribution, "reason": "INSULT", "text": "Voyez la fin."}
    await do(stage, "ReportContribution", "writer", **about)
    await stage.house.refused("ALREADY_REPORTED", "ReportContribution", "writer", **about)
    await do(stage, "ReportContribution", "chair", **about)
    for name in (None, "writer", "citizen"):
        hidden_from = await stage.house.ask("ModerationQueue", {"id": stage.id}, name)
        assert hidden_from["concertation"]["moderationQueue"] is None
    queue = (await stage.house.ask("ModerationQueue", {"id": stage.id}, "warden"))["concertation"]
    (reported,) = queue["moderationQueue"]["nodes"]
    assert (reported["count"], reported["contribution"]["body"]) == (2, SECRET)
    assert [r["text"] for r in reported["reports"]] == ["Voyez la fin."] * 2
    await do(stage, "DismissReports", "coordinator", contributionId=contribution, note="Rien d’injurieux.")
    queue = (await stage.house.ask("ModerationQueue", {"id": stage.id}, "coordinator"))["concertation"]
    assert queue["moderationQueue"]["totalCount"] == 0
    await stage.house.refused(
        "NO_REPORT", "DismissReports", "coordinator", contributionId=contribution, note="Rien."
    )


async def test_without_an_account_readers_are_told_apart_by_their_address_and_limited(stage: Stage) -> None:
    await stage.open()
    for number in range(REPORTS + 1):
        await stage.enrol(f"person {number}", college="locales")
        await stage.contribute(f"person {number}", f"Texte {number}")
    await stage.until("auditions", "OPEN")
    page = await stage.house.ask("Contributions", {"id": stage.id, "stage": "appel"}, None)
    ids = [node["id"] for node in page["concertation"]["contributions"]["nodes"]]
    about = [{"contributionId": id, "reason": "COMMERCIAL"} for id in ids]
    for contribution in about[:-1]:
        await do(stage, "ReportContribution", None, **contribution)
    await stage.house.refused("ALREADY_REPORTED", "ReportContribution", None, **about[0])
    refused = await stage.house.refused("TOO_MANY_REPORTS", "ReportContribution", None, **about[-1])
    assert str(REPORTS) in refused["message"]
    await do(stage, "ReportContribution", "prefect", **about[-1])
    again = {**about[0], "idempotencyKey": "k"}
    first = await do(stage, "ReportContribution", "citizen", **again)
    assert await do(stage, "ReportContribution", "citizen", **again) == first
    changed = {**again, "reason": "INSULT"}
    await stage.house.refused("IDEMPOTENCY_KEY_REUSED", "ReportContribution", "citizen", **changed)


async def test_the_same_key_moderates_once(stage: Stage) -> None:
    contribution, _ = await written(stage)
    fields = {"contributionId": contribution, "reason": "INSULT", "note": FACTS, "idempotencyKey": "k"}
    first = await do(stage, "HideContribution", "coordinator", **fields)
    assert await do(stage, "HideContribution", "coordinator", **fields) == first
    changed = {**fields, "reason": "OFF_TOPIC"}
    await stage.house.refused("IDEMPOTENCY_KEY_REUSED", "HideContribution", "coordinator", **changed)
    log = await stage.about("{ moderationLog { totalCount } }", None)
    assert log["moderationLog"]["totalCount"] == 1


async def test_what_a_reader_may_not_read_they_cannot_report(stage: Stage) -> None:
    contribution, _ = await written(stage)
    for name in (None, "prefect"):
        await stage.house.refused(
            "UNKNOWN_CONTRIBUTION", "ReportContribution", name, contributionId=contribution, reason="INSULT"
        )


async def test_of_many_reports_by_one_reader_at_once_one_is_kept(stage: Stage) -> None:
    contribution, _ = await written(stage)
    about = {"contributionId": contribution, "reason": "INSULT"}
    answers = await asyncio.gather(
        *(stage.house.do("ReportContribution", "writer", **about) for _ in range(6))
    )
    kinds = [answer["__typename"] for answer in answers]
    assert kinds.count("ReportAccepted") == 1
    assert {a["code"] for a in answers if "code" in a} == {"ALREADY_REPORTED"}


async def test_the_time_to_appeal_is_that_of_the_statement(stage: Stage) -> None:
    contribution, _ = await written(stage)
    measure = await hide(stage, contribution)
    until = datetime.fromisoformat(measure["appealUntil"])
    await stage.house.clock.reach(until + timedelta(seconds=1))
    appealed = {"contributionId": contribution}
    await stage.house.refused("APPEAL_TOO_LATE", "Appeal", "citizen", appealed=appealed, text="Trop tard.")
    fields = {"contributionId": contribution, "reason": "PERSONAL_DATA", "note": FACTS}
    gone = await do(stage, "RedactContribution", "local", **fields)
    assert (gone["measure"]["state"], gone["measure"]["urgent"]) == ("REDACTED", False)
