"""The life of a contribution through the API: answers, drafts, versions, forms and batches, withdrawal."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.procedure import Procedure
from tests.api import play
from tests.api.house import DAY, House
from tests.api.stage import Stage, whole

pytestmark = pytest.mark.postgres

PLACE: dict[str, Any] = {"stage": "appel", "round": 1}
FORM = {
    "id": "essai",
    "label": {"fr": "Essai"},
    "sections": [
        {
            "id": "s",
            "label": {"fr": "Section"},
            "questions": [
                {"id": "q1", "kind": "yes_no", "label": {"fr": "Oui ?"}, "required": True},
                {"id": "q2", "kind": "long_text", "label": {"fr": "Dites"}},
                {
                    "id": "q3",
                    "kind": "single_choice",
                    "label": {"fr": "Un"},
                    "choices": [{"id": "a", "label": {"fr": "A"}}, {"id": "b", "label": {"fr": "B"}}],
                },
            ],
        }
    ],
}


async def asking(stage: Stage) -> None:
    """Launch with a questionnaire, and move to the opening."""
    await stage.draft()
    await stage.staff()
    await stage.do(
        "AttachDocument",
        "coordinator",
        title="Questionnaire",
        questionnaire=True,
        stage="appel",
        source=json.dumps(FORM),
    )
    await stage.launch()
    await stage.until("appel", "OPEN")


async def told(stage: Stage, id: str, as_: str | None) -> Any:
    return (await stage.house.ask("Versions", {"id": id}, as_))["node"]


async def ask(played: Stage, operation: str, as_: str | None, /, **fields: Any) -> Any:
    return await played.house.do(operation, as_, concertationId=played.id, **fields)


async def drafted(stage: Stage, as_: str | None) -> Any:
    found = await stage.house.ask("Draft", {"concertationId": stage.id, "stage": "appel"}, as_)
    return found["viewer"]["draft"]


async def test_answers_are_taken_in_their_one_form_and_their_words_are_the_text(stage: Stage) -> None:
    await asking(stage)
    sent = {**PLACE, "answers": {"q3": "a", "q2": "  Des guichets.  ", "q1": True}, "idempotencyKey": "r"}
    answer = await stage.do("SubmitContribution", "citizen", **sent)
    assert await stage.do("SubmitContribution", "citizen", **sent) == answer
    found = await told(stage, answer["receipt"]["contribution"]["id"], "citizen")
    assert found["answers"] == {"q1": True, "q2": "Des guichets.", "q3": "a"}
    assert found["versions"][0]["body"] == "Des guichets."
    assert len(found["questionnaireDigest"]) == 64
    changed = {**sent, "answers": {"q1": False}}
    await stage.refused("IDEMPOTENCY_KEY_REUSED", "SubmitContribution", "citizen", **changed)
    receipt = await stage.house.ask("Receipt", {"code": answer["receipt"]["code"]})
    assert receipt["receipt"]["document"]["content"]["answers"]["q3"] == "a"


async def test_invalid_answers_are_told_all_at_once_and_kept_as_a_draft(stage: Stage) -> None:
    await asking(stage)
    sent = {"q2": 3, "q9": "x"}
    refused = await stage.refused("ANSWERS_INVALID", "SubmitContribution", "citizen", **PLACE, answers=sent)
    assert refused["__typename"] == "AnswersInvalid"
    assert {(p["questionId"], p["code"]) for p in refused["problems"]} == {
        ("q1", "REQUIRED"),
        ("q2", "WRONG_TYPE"),
        ("q9", "UNKNOWN_QUESTION"),
    }
    assert all(p["message"] for p in refused["problems"])
    assert refused["draft"]["answers"] == sent
    assert "brouillon (" in refused["message"]
    assert (await drafted(stage, "citizen"))["answers"] == sent
    shapeless: tuple[Any, ...] = ([], "x", 3)
    for answers in shapeless:
        await stage.refused("ANSWERS_INVALID", "SubmitContribution", "citizen", **PLACE, answers=answers)
    await stage.refused("ANSWERS_INVALID", "SubmitContribution", "citizen", **PLACE, body="Du texte seul.")
    await stage.refused("NOT_ADMITTED", "SubmitContribution", "stranger", **PLACE, answers=sent)
    both = {**PLACE, "answers": {"q1": True}, "body": "Et un texte."}
    await stage.refused("INPUT_INVALID", "SubmitContribution", "citizen", **both)


async def test_who_saw_another_round_is_told_which_one_it_is(stage: Stage) -> None:
    await asking(stage)
    other = {"stage": "appel", "round": 2}
    forms = {"channel": "PAPER", "announced": 3}
    for operation, as_, fields in (
        ("SubmitContribution", "citizen", {"answers": {"q1": True}}),
        ("SubmitContribution", "citizen", {"answers": {}}),
        ("SaveDraft", "citizen", {"answers": {}}),
        ("OpenBatch", "clerk", forms),
    ):
        refused = await stage.refused("ROUND_CHANGED", operation, as_, **other, **fields)
        assert refused["__typename"] == "RoundChanged"
        assert "vous étiez au tour 2" in refused["message"]
        assert "au tour 1" in refused["message"]


async def test_a_stage_without_a_questionnaire_takes_no_answers(stage: Stage) -> None:
    await stage.open()
    await stage.refused("ANSWERS_NOT_ASKED", "SubmitContribution", "citizen", **PLACE, answers={"q1": True})
    await stage.refused("TEXT_EMPTY", "SubmitContribution", "citizen", **PLACE)


async def test_blank_unreadable_and_double_ticked_answers_of_a_form_are_recorded(stage: Stage) -> None:
    await asking(stage)
    form: dict[str, Any] = {
        **PLACE,
        "channel": "PAPER",
        "author": {"memberId": stage.members["citizen"]},
        "answers": {"q1": {"blank": True}, "q2": {"unreadable": True}, "q3": {"ticked": ["a", "b"]}},
    }
    online = {**PLACE, "answers": form["answers"]}
    await stage.refused("ANSWERS_INVALID", "SubmitContribution", "citizen", **online)
    refused = await stage.refused(
        "ANSWERS_INVALID", "RecordContribution", "clerk", **{**form, "answers": {"q8": 1}}
    )
    assert refused["draft"] is None
    assert "brouillon" not in refused["message"]
    entered = await stage.do("RecordContribution", "clerk", **form)
    found = await told(stage, entered["receipt"]["contribution"]["id"], "citizen")
    assert found["answers"] == form["answers"]
    letter = {"author": {"memberId": stage.members["prefect"]}, "body": "Une lettre."}
    await stage.do("RecordContribution", "clerk", **PLACE, channel="PAPER", **letter)


async def test_a_draft_is_its_authors_until_it_is_sent(stage: Stage) -> None:
    await stage.open()
    saved = await ask(stage, "SaveDraft", "citizen", **PLACE, body="Je commence", themes=["sante"])
    assert saved["draft"]["body"] == "Je commence"
    assert (await drafted(stage, "citizen"))["themes"] == [{"key": "sante"}]
    for other in ("prefect", "coordinator", None):
        assert await drafted(stage, other) is None
    await stage.refused("NOT_ALLOWED", "SaveDraft", None, **PLACE, body="x")
    await stage.refused("UNKNOWN_STAGE", "SaveDraft", "citizen", stage="rien", round=1, body="x")
    await stage.refused("INPUT_INVALID", "SaveDraft", "citizen", **PLACE, answers=[1])
    await stage.contribute("citizen")
    assert await drafted(stage, "citizen") is None
    await ask(stage, "SaveDraft", "prefect", **PLACE, body="x")
    assert (await ask(stage, "DiscardDraft", "prefect", **PLACE))["discarded"] is True
    assert (await ask(stage, "DiscardDraft", "prefect", **PLACE))["discarded"] is False


async def test_a_revision_shows_who_spoke_and_its_receipts_follow_each_other(stage: Stage) -> None:
    await stage.open()
    first = (await stage.contribute("citizen"))["receipt"]
    better = {**PLACE, "contributionId": first["contribution"]["id"], "body": "Mieux dit."}
    second = (await stage.do("ReviseContribution", "citizen", **better))["receipt"]
    assert second["version"] == 2
    found = await told(stage, second["contribution"]["id"], "citizen")
    assert [(v["version"], v["body"]) for v in found["versions"]] == [
        (1, "Davantage de formation."),
        (2, "Mieux dit."),
    ]
    assert found["versions"][0]["receiptCode"] == first["code"]
    old = (await stage.house.ask("Receipt", {"code": first["code"]}))["receipt"]
    assert (old["version"], old["replacedBy"]["code"], old["replacedBy"]["version"]) == (1, second["code"], 2)
    assert (await stage.house.ask("Receipt", {"code": second["code"]}))["receipt"]["replacedBy"] is None
    await stage.refused("CONTRIBUTION_REPLACED", "ReviseContribution", "citizen", **better)
    for stranger in ("prefect", "clerk", "coordinator"):
        await stage.refused("UNKNOWN_CONTRIBUTION", "ReviseContribution", stranger, **better)
    await stage.refused("NOT_ALLOWED", "ReviseContribution", None, **better)
    await stage.refused(
        "UNKNOWN_CONTRIBUTION", "ReviseContribution", "citizen", **{**better, "contributionId": stage.id}
    )


async def test_a_form_is_entered_with_its_batch_and_corrected_by_who_typed_it(stage: Stage) -> None:
    seen = await stage.open()
    announced = {**PLACE, "channel": "PAPER", "announced": 37, "territory": "FR", "reference": "Carton 3"}
    await stage.refused("NOT_ALLOWED", "OpenBatch", "citizen", **announced)
    batch = (await stage.do("OpenBatch", "clerk", **announced))["batch"]
    form = {
        **PLACE,
        "channel": "PAPER",
        "author": {"memberId": stage.members["citizen"]},
        "body": "Au stylo.",
        "batchId": batch["id"],
        "place": "Mairie",
        "reference": "12",
    }
    entered = (await stage.do("RecordContribution", "clerk", **form))["receipt"]["contribution"]["id"]
    await stage.house.clock.reach(datetime.fromisoformat(seen["closesAt"]) - timedelta(hours=1))
    fixed = {**PLACE, "contributionId": entered, "body": "Au stylo, relu."}
    again = (await stage.do("ReviseContribution", "clerk", **fixed))["receipt"]["contribution"]["id"]
    found = await told(stage, again, "coordinator")
    assert (found["enteredByClerk"], found["typedBy"]["name"]) == (True, "Clerk")
    assert (found["place"], found["reference"], found["batch"]["entered"]) == ("Mairie", "12", 1)
    assert await told(stage, again, "prefect") is None
    asked = {"concertationId": stage.id, "stage": "appel"}
    (listed,) = (await stage.house.ask("Batches", asked, "clerk"))["batches"]
    assert (listed["announced"], listed["entered"], listed["openedBy"]["name"]) == (37, 1, "Clerk")
    assert (await stage.house.ask("Batches", asked, "citizen"))["batches"] == []
    await stage.refused("UNKNOWN_BATCH", "RecordContribution", "clerk", **{**form, "batchId": stage.id})


async def test_a_clerk_enters_and_announces_within_their_territory_alone(house: House) -> None:
    written = whole().model_dump(mode="json")
    for office in written["offices"]:
        office["territory"] = "FR-971" if office["id"] == "saisie" else office["territory"]
    stage = Stage(house, Procedure.model_validate(written))
    await stage.open()
    announced = {**PLACE, "channel": "PAPER", "announced": 2}
    await stage.refused("NOT_ALLOWED", "OpenBatch", "clerk", **announced, territory="FR-972")
    await stage.do("OpenBatch", "clerk", **announced, territory="FR-971")
    form = {**PLACE, "channel": "PAPER", "body": "Au stylo."}
    author = {"memberId": stage.members["citizen"]}
    await stage.refused("NOT_ALLOWED", "RecordContribution", "clerk", **form, author=author)


async def test_a_form_supersedes_what_came_online_on_the_clerks_word_which_is_shown(stage: Stage) -> None:
    await stage.open()
    first = (await stage.contribute("citizen"))["receipt"]
    form = {
        **PLACE,
        "channel": "PAPER",
        "author": {"memberId": stage.members["citizen"]},
        "body": "Au stylo.",
    }
    refused = await stage.refused("ALREADY_CONTRIBUTED", "RecordContribution", "clerk", **form)
    assert (refused["channel"], refused["receiptCode"]) == ("ONLINE", None)
    assert (refused["contributionId"], refused["formReference"]) == (None, None)
    assert refused["submittedAt"] == first["contribution"]["submittedAt"]
    reference = first["digest"][:4] + "-" + first["digest"][4:8]
    assert refused["reference"] == reference
    assert f"sous la référence {reference}" in refused["message"]
    await stage.refused("REASON_REQUIRED", "RecordContribution", "clerk", **form, supersede={"reason": "  "})
    taken = await stage.do("RecordContribution", "clerk", **form, supersede={"reason": "Sa demande"})
    assert taken["receipt"]["version"] == 2
    found = await told(stage, taken["receipt"]["contribution"]["id"], "citizen")
    assert (found["supersedeReason"], found["version"]) == ("Sa demande", 2)
    assert [v["channel"] for v in found["versions"]] == ["ONLINE", "PAPER"]
    old = (await stage.house.ask("Receipt", {"code": first["code"]}))["receipt"]
    assert old["replacedBy"]["channel"] == "PAPER"


async def test_what_is_withdrawn_is_gone_for_all_but_its_author_and_proven_all_the_same(stage: Stage) -> None:
    await stage.open()
    await stage.contribute("prefect")
    sent = (await stage.contribute("citizen"))["receipt"]
    which = {"contributionId": sent["contribution"]["id"], "idempotencyKey": "retrait"}
    for stranger in ("prefect", "clerk", "coordinator"):
        await stage.refused("UNKNOWN_CONTRIBUTION", "WithdrawContribution", stranger, **which)
    gone = await ask(stage, "WithdrawContribution", "citizen", **which)
    assert gone["__typename"] == "WithdrawalAccepted"
    assert await ask(stage, "WithdrawContribution", "citizen", **which) == gone
    assert await told(stage, sent["contribution"]["id"], "coordinator") is None
    own = await told(stage, sent["contribution"]["id"], "citizen")
    assert own["withdrawnAt"] == gone["withdrawnAt"]
    figures = (await stage.about("{ figures { total } }"))["figures"]
    assert figures == [{"total": 1}]
    await stage.until("auditions", "OPEN")
    receipt = (await stage.house.ask("Receipt", {"code": sent["code"]}))["receipt"]
    assert receipt["sealed"]
    assert receipt["withdrawnAt"] == gone["withdrawnAt"]
    seals = (await stage.about("{ stages { key seals { count byChannel { count } } } }"))["stages"]
    assert next(s for s in seals if s["key"] == "appel")["seals"] == [
        {"count": 2, "byChannel": [{"count": 1}]}
    ]
    late = {"contributionId": sent["contribution"]["id"]}
    assert (await ask(stage, "WithdrawContribution", "citizen", **late))["withdrawnAt"] == gone["withdrawnAt"]


async def test_after_the_closing_nothing_is_withdrawn_nor_revised_online(stage: Stage) -> None:
    seen = await stage.open()
    sent = (await stage.contribute("citizen"))["receipt"]["contribution"]["id"]
    await stage.house.clock.reach(datetime.fromisoformat(seen["closesAt"]) + DAY)
    for operation, more in (
        ("WithdrawContribution", {}),
        ("ReviseContribution", {**PLACE, "body": "Trop tard."}),
    ):
        refused = await stage.refused("STAGE_NOT_OPEN", operation, "citizen", contributionId=sent, **more)
        assert refused["__typename"] == "StageNotOpen"
        assert refused["closesAt"] == seen["closesAt"]


async def test_whoever_lost_their_receipt_finds_it_again(stage: Stage) -> None:
    await asking(stage)
    sent = await stage.do("SubmitContribution", "citizen", **PLACE, answers={"q1": True})
    await stage.do("SubmitContribution", "ada", **PLACE, answers={"q1": True})
    better = await ask(
        stage,
        "ReviseContribution",
        "citizen",
        **PLACE,
        contributionId=sent["receipt"]["contribution"]["id"],
        answers={"q1": True, "q2": "Des guichets."},
    )

    async def own(as_: str | None) -> Any:
        found = await stage.house.ask("OwnContributions", {"concertationId": stage.id}, as_)
        return found["viewer"]["contributions"]

    (mine,) = await own("citizen")
    assert mine["receiptCode"] == better["receipt"]["code"]
    assert (mine["body"], mine["stage"]["key"], mine["round"]) == ("Des guichets.", "appel", 1)
    await ask(stage, "WithdrawContribution", "citizen", contributionId=mine["id"])
    assert [one["id"] for one in await own("citizen")] == [mine["id"]]
    assert await own("stranger") == await own(None) == []
    assert await stage.house.ask("OwnContributions", {"concertationId": "x"}, "citizen") == {
        "viewer": {"contributions": []}
    }


@pytest.mark.parametrize("way", ["keep", "ask", "none"])
async def test_after_a_referral_back_what_was_said_goes_on_as_the_procedure_says(
    house: House, way: str
) -> None:
    stage = Stage(house, whole(rounds={"maximum": 2, "carry_over": way}))
    await stage.open()
    first = (await stage.contribute("citizen"))["receipt"]
    await play.hear(stage)
    await play.adopt(stage, "REFER_BACK")
    while (await stage.stage("appel"))["round"] == 1:
        deadline = (await stage.about("{ nextDeadline }"))["nextDeadline"]
        await house.clock.reach(datetime.fromisoformat(deadline))
        await house.tick(stage.key)
    await stage.until("appel", "OPEN")
    counted = {f["round"]: f["total"] for f in (await stage.about("{ figures { round total } }"))["figures"]}
    begun = await drafted(stage, "citizen")
    if way != "keep":
        assert counted[2] == 0
        offered = {"body": "Davantage de formation.", "carriedFromRound": 1, "savedAt": None}
        assert begun is None if way == "none" else offered.items() <= begun.items()
        return
    assert counted[2] == 1
    assert begun is None
    query = """query($id: ID!) { concertation(id: $id) { contributions(stage: "appel", round: 2) {
        nodes { id body version carriedOver receiptCode } } } }"""
    (mine,) = (await house.ask(query, {"id": stage.id}, "citizen"))["concertation"]["contributions"]["nodes"]
    assert (mine["body"], mine["version"], mine["carriedOver"]) == ("Davantage de formation.", 1, True)
    assert mine["receiptCode"] != first["code"]
    better = {"stage": "appel", "round": 2, "contributionId": mine["id"], "body": "Autrement."}
    assert (await stage.do("ReviseContribution", "citizen", **better))["receipt"]["version"] == 2
