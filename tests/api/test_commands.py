"""Commands: once, whoever repeats them, and refused in words that a client can act on."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from domain.acts import Abandon, Act, Command
from domain.process import Process
from domain.refusals import Code, Refusal
from store.informing import INFORMANTS
from store.pool import Connection
from tests.api import play
from tests.api.house import DAY, pseudonym
from tests.api.stage import Stage

pytestmark = pytest.mark.postgres


async def test_a_repeated_command_gets_the_same_answer_and_is_not_sent_again(stage: Stage) -> None:
    await stage.draft()
    fields = {"concertationId": stage.id, "idempotencyKey": "once", "title": "Autre titre"}
    first = await stage.house.do("AmendDraft", "coordinator", **fields)
    sent = len(stage.house.sender.sent)
    again = await stage.house.do("AmendDraft", "coordinator", **fields)
    assert again["events"] == first["events"]
    assert len(stage.house.sender.sent) == sent


async def test_the_same_key_with_another_content_is_refused(stage: Stage) -> None:
    await stage.draft()
    await stage.do("AmendDraft", "coordinator", idempotencyKey="once", title="Un titre")
    refused = await stage.refused(
        "IDEMPOTENCY_KEY_REUSED", "AmendDraft", "coordinator", idempotencyKey="once", title="Un autre"
    )
    assert refused["__typename"] == "IdempotencyKeyReused"


async def test_what_the_decider_cannot_know_is_found_out_before_anything_is_sent(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def inform(connection: Connection, process: Process, command: Command) -> Act | Refusal:
        return Refusal(Code.UNKNOWN_ORGANISATION, {}, ("reason",))

    await stage.open()
    monkeypatch.setitem(INFORMANTS, Abandon, inform)
    sent = len(stage.house.sender.sent)
    await stage.refused("NOT_ALLOWED", "Abandon", "citizen", reason="Crise")
    await stage.refused("UNKNOWN_ORGANISATION", "Abandon", "coordinator", reason="Crise")
    assert len(stage.house.sender.sent) == sent


async def test_keys_belong_to_their_authors(stage: Stage) -> None:
    await stage.open()
    for name in ("citizen", "prefect"):
        await stage.contribute(name, idempotencyKey="the same")
    for name in ("ada", "chair"):
        await stage.do("DeclareInterest", name, idempotencyKey="the same", organisations=[name])


async def test_a_refused_key_may_succeed_later_even_with_another_text(stage: Stage) -> None:
    await stage.open()
    place = {"stage": "avis", "round": 1, "conclusion": "FAVOURABLE"}
    await stage.refused(
        "STAGE_NOT_OPEN", "DraftOpinion", "ada", **place, text="Trop tôt.", idempotencyKey="k"
    )
    await play.hear(stage)
    await stage.until("avis", "OPEN")
    await stage.do("DraftOpinion", "ada", **place, text="À temps.", idempotencyKey="k")


async def test_a_hearing_is_not_held_before_its_stage_is_open_which_is_told(stage: Stage) -> None:
    await stage.open()
    window = await stage.stage("auditions")
    place = {"stage": "auditions", "round": 1}
    starts = datetime.fromisoformat(window["plannedClosesAt"]) - timedelta(days=2)
    made = await stage.do(
        "ScheduleHearing", "coordinator", **place, witnessIds=[stage.members["citizen"]],
        startsAt=starts.isoformat(), endsAt=(starts + timedelta(hours=1)).isoformat(),
    )  # fmt: skip
    refused = await stage.refused(
        "STAGE_NOT_OPEN", "HoldHearing", "coordinator", **place, hearingId=made["hearing"]["id"], heardIds=[]
    )
    assert (refused["__typename"], refused["state"]) == ("StageNotOpen", "PENDING")


async def test_a_stage_that_is_not_open_says_when_it_is(stage: Stage) -> None:
    await stage.open()
    refused = await stage.refused(
        "STAGE_NOT_OPEN", "SubmitChapter", "writer", stage="synthese", round=1, text="Trop tôt."
    )
    assert refused["__typename"] == "StageNotOpen"
    assert refused["state"] == "PENDING"
    assert refused["opensAt"] > refused["serverTime"]
    assert refused["path"] == ["stage"]


async def test_an_act_behind_signatures_is_a_proposal_that_waits(stage: Stage) -> None:
    seen = await stage.open()
    closes_at = datetime.fromisoformat(seen["closesAt"]) + 10 * DAY
    fields = {
        "stage": "appel", "round": 1, "closesAt": closes_at.isoformat(), "seenClosesAt": seen["closesAt"],
        "reason": "Les préfectures ont fermé une semaine.",
    }  # fmt: skip
    pending = await stage.house.do("ExtendStage", "state", concertationId=stage.id, **fields)
    assert pending["__typename"] == "SignOffPending"
    assert pending["code"] == "SIGN_OFF_PENDING"
    assert pending["message"]
    assert pending["ballot"]["proposal"] == {"kind": "extend_stage", "stage": "appel", "round": 1}
    assert (await stage.stage("appel"))["closesAt"] == seen["closesAt"]
    waiting = [s["holder"]["name"] for s in pending["ballot"]["awaited"]]
    assert "Local" in waiting
    signed = await play.vote(
        stage, pending["ballot"], *(["local"] if waiting == ["Local"] else ["state", "local"])
    )
    assert signed["__typename"] == "BallotAccepted"
    assert datetime.fromisoformat((await stage.stage("appel"))["closesAt"]) >= closes_at


async def test_of_two_coordinators_at_once_one_wins_and_the_other_is_told(stage: Stage) -> None:
    await stage.draft()
    await stage.staff()
    await stage.enrol("second")
    await stage.do("AppointMember", "coordinator", office="coordination", memberId=stage.members["second"])
    await stage.launch()
    seen = await stage.stage("appel")
    opens_at = (await stage.about('{ stage(key: "appel") { plannedOpensAt } }'))["stage"]["plannedOpensAt"]
    asked = [
        stage.house.do(
            "PostponeStage", name, concertationId=stage.id, stage="appel", round=seen["round"], seenOpensAt=opens_at,
            opensAt=(datetime.fromisoformat(opens_at) + timedelta(days=days)).isoformat(), reason="Une grève.",
        )
        for name, days in (("coordinator", 7), ("second", 14))
    ]  # fmt: skip
    answers = await asyncio.gather(*asked)
    assert sorted(a["__typename"] for a in answers) == ["StageAccepted", "StageChanged"]
    told = next(a for a in answers if a["__typename"] == "StageChanged")
    assert told["code"] == "STAGE_CHANGED"
    assert told["actual"] != opens_at


async def test_a_command_to_a_round_that_is_over_is_told_the_current_one(stage: Stage) -> None:
    await stage.open()
    refused = await stage.refused(
        "ROUND_CHANGED", "Suspend", "coordinator", stage="appel", round=7, reason="Une panne."
    )
    assert refused["__typename"] == "RoundChanged"
    assert refused["round"] == 1


async def test_a_vote_on_a_subject_that_changed_is_told_the_new_one(stage: Stage) -> None:
    await stage.open()
    await play.hear(stage)
    await stage.until("avis", "OPEN")
    place = {"stage": "avis", "round": 1}
    drafted = await stage.do("DraftOpinion", "ada", **place, text="L’avis.", conclusion="FAVOURABLE")
    put = await stage.do("PutOpinionToVote", "chair", **place, text=drafted["opinion"]["text"]["digest"])
    ballot = put["opinion"]["ballot"]
    refused = await stage.refused(
        "SUBJECT_CHANGED", "CastVote", "bob", ballotId=ballot["id"], subject="0" * 64, position="FAVOURABLE"
    )
    assert refused["__typename"] == "SubjectChanged"
    assert refused["subject"] == ballot["subject"]
    assert refused["ballotId"] == ballot["id"]


async def test_a_launch_that_is_not_ready_lists_everything_that_is_missing(stage: Stage) -> None:
    await stage.draft()
    opens_at = await stage.house.clock.now() + 30 * DAY
    refused = await stage.refused("LAUNCH_NOT_READY", "Launch", "coordinator", opensAt=opens_at.isoformat())
    assert refused["__typename"] == "LaunchNotReady"
    assert len(refused["findings"]) >= 1
    assert all(f["message"] and not f["message"].startswith("finding.") for f in refused["findings"])


async def test_the_launch_is_refused_with_a_date_in_the_past_too_early_and_a_second_time(
    stage: Stage,
) -> None:
    await stage.draft()
    await stage.staff()
    await stage.do("AttachDocument", "coordinator", title="Dossier", text="Les faits.", stage="appel")
    now = await stage.house.clock.now()
    await stage.refused("DATE_IN_PAST", "Launch", "coordinator", opensAt=(now - DAY).isoformat())
    await stage.refused("NOTICE_TOO_SHORT", "Launch", "coordinator", opensAt=(now + DAY).isoformat())
    await stage.launch()
    await stage.refused("ALREADY_LAUNCHED", "Launch", "coordinator", opensAt=(now + 30 * DAY).isoformat())


async def test_an_extension_beyond_the_maximum_is_refused(stage: Stage) -> None:
    seen = await stage.open()
    closes_at = datetime.fromisoformat(seen["closesAt"]) + 200 * DAY
    await stage.refused(
        "BEYOND_MAXIMUM", "ExtendStage", "state", stage="appel", round=1,
        closesAt=closes_at.isoformat(), seenClosesAt=seen["closesAt"], reason="Trop longtemps.",
    )  # fmt: skip


@pytest.mark.parametrize("who", [None, "citizen", "ada", "stranger", "operator"])
async def test_who_has_not_the_role_is_refused(stage: Stage, who: str | None) -> None:
    await stage.open()
    refused = await stage.refused("NOT_ALLOWED", "Suspend", who, stage="appel", round=1, reason="Pour voir.")
    assert refused["__typename"] == "NotAllowed"


async def test_ids_of_another_concertation_name_nothing_here(stage: Stage) -> None:
    await stage.open()
    other = Stage(stage.house, stage.procedure)
    await other.draft("autre")
    member = await other.enrol("elsewhere")
    await stage.refused("UNKNOWN_MEMBER", "AppointMember", "coordinator", office="conseil", memberId=member)
    await stage.refused(
        "UNKNOWN_BALLOT", "CastVote", "ada", ballotId=member, subject="0" * 64, position="FAVOURABLE"
    )


async def test_a_withdrawn_member_s_vote_is_refused(stage: Stage) -> None:
    await stage.open()
    await play.hear(stage)
    await stage.until("avis", "OPEN")
    place = {"stage": "avis", "round": 1}
    await stage.do("WithdrawFromReview", "bob", **place, reason="Mon laboratoire est financé par un éditeur.")
    drafted = await stage.do("DraftOpinion", "ada", **place, text="L’avis.", conclusion="FAVOURABLE")
    put = await stage.do("PutOpinionToVote", "chair", **place, text=drafted["opinion"]["text"]["digest"])
    ballot = put["opinion"]["ballot"]
    await stage.refused(
        "MEMBER_WITHDRAWN", "CastVote", "bob",
        ballotId=ballot["id"], subject=ballot["subject"], position="FAVOURABLE",
    )  # fmt: skip
    await stage.refused(
        "NOT_IN_ELECTORATE", "CastVote", "citizen",
        ballotId=ballot["id"], subject=ballot["subject"], position="FAVOURABLE",
    )  # fmt: skip


async def test_a_decision_waits_for_every_response(stage: Stage) -> None:
    await stage.open()
    await play.hear(stage)
    await play.adopt(stage)
    recommendation = await play.synthesise(stage, [])
    await stage.until("decision", "OPEN")
    place = {"stage": "decision", "round": 1}
    await stage.do(
        "Respond", "dinum", **place,
        recommendationId=recommendation, addressee="dinum", answer="FOLLOWED", reasons="Oui.",
    )  # fmt: skip
    missing = await stage.refused("RESPONSE_MISSING", "IssueDecision", "minister", **place, text="Trop tôt.")
    assert "recommandation n° 1, destinataire" in missing["message"]
    outcome = (await stage.house.ask("Outcome", {"slug": "essai"}))["concertation"]
    assert [a["addressee"]["key"] for a in outcome["recommendations"][0]["awaited"]] == ["asso"]
    assert outcome["recommendations"][0]["awaited"][0]["since"]


async def test_a_copy_takes_over_what_the_model_says(stage: Stage) -> None:
    await stage.draft()
    copied = await stage.house.done(
        "DraftConcertation", "coordinator", slug="copie", title="Copie", copyFromId=stage.id
    )
    query = "query($id: ID!) { concertation(id: $id) { procedure { key digest } themes { key } } }"
    first = await stage.house.ask(query, {"id": stage.id}, "coordinator")
    assert await stage.house.ask(query, {"id": copied["concertation"]["id"]}, "coordinator") == first


async def test_a_draft_sent_again_is_the_same_and_a_slug_is_given_once(stage: Stage) -> None:
    await stage.draft()
    fields = {"slug": "deux", "title": "Deux", "procedure": "essai", "idempotencyKey": "draft"}
    first = await stage.house.done("DraftConcertation", "coordinator", **fields)
    again = await stage.house.done("DraftConcertation", "coordinator", **fields)
    assert first == again
    await stage.house.refused(
        "SLUG_TAKEN", "DraftConcertation", "coordinator", slug="deux", title="Encore", procedure="essai"
    )
    await stage.house.refused(
        "UNKNOWN_PROCEDURE", "DraftConcertation", "coordinator", slug="trois", title="Trois", procedure="rien"
    )
    await stage.house.refused(
        "NOT_ALLOWED", "DraftConcertation", "citizen", slug="trois", title="Trois", procedure="essai"
    )


async def test_a_document_keeps_its_id_from_version_to_version(stage: Stage) -> None:
    await stage.draft()
    first = await stage.do("AttachDocument", "coordinator", title="Dossier", text="Version une.")
    document = first["document"]["id"]
    await stage.do(
        "AttachDocument", "coordinator", title="Dossier", text="Version deux.", documentId=document
    )
    found = (await stage.about("{ informationFile { id version text { content } } }"))["informationFile"]
    assert found == [{"id": document, "version": 2, "text": {"content": "Version deux."}}]


async def test_a_name_that_is_known_is_not_changed_by_enrolling_somebody(stage: Stage) -> None:
    await stage.draft()
    await stage.enrol("citizen")
    other = Stage(stage.house, stage.procedure)
    await other.draft("autre")
    await other.do("EnrolMember", "coordinator", pseudonym=pseudonym("citizen"), name="Somebody Else")
    found = await other.about("{ members { nodes { name } } }")
    assert "Citizen" in [m["name"] for m in found["members"]["nodes"]]


async def test_a_member_of_another_council_has_no_vote_here(stage: Stage) -> None:
    await stage.open()
    other = Stage(stage.house, stage.procedure)
    await other.draft("autre")
    await other.enrol("elsewhere")
    await other.do("AppointMember", "coordinator", office="conseil", memberId=other.members["elsewhere"])
    await play.hear(stage)
    await stage.until("avis", "OPEN")
    place = {"stage": "avis", "round": 1}
    drafted = await stage.do("DraftOpinion", "ada", **place, text="L’avis.", conclusion="FAVOURABLE")
    put = await stage.do("PutOpinionToVote", "chair", **place, text=drafted["opinion"]["text"]["digest"])
    ballot = put["opinion"]["ballot"]
    await stage.refused(
        "NOT_IN_ELECTORATE", "CastVote", "elsewhere",
        ballotId=ballot["id"], subject=ballot["subject"], position="FAVOURABLE",
    )  # fmt: skip


async def test_a_voter_holds_one_proxy_at_most(stage: Stage) -> None:
    await stage.open()
    await play.hear(stage)
    await stage.until("avis", "OPEN")
    place = {"stage": "avis", "round": 1}
    drafted = await stage.do("DraftOpinion", "ada", **place, text="L’avis.", conclusion="FAVOURABLE")
    put = await stage.do("PutOpinionToVote", "chair", **place, text=drafted["opinion"]["text"]["digest"])
    ballot = {"ballotId": put["opinion"]["ballot"]["id"]}
    ada = stage.members["ada"]
    await stage.do("GiveProxy", "bob", **ballot, toId=ada)
    await stage.refused("PROXY_ALREADY_HELD", "GiveProxy", "cleo", **ballot, toId=ada)
    await stage.refused("PROXY_TO_SELF", "GiveProxy", "ada", **ballot, toId=ada)
    await stage.do("RevokeProxy", "bob", **ballot)
    await stage.do("GiveProxy", "cleo", **ballot, toId=ada)


async def test_a_command_to_a_stage_of_another_kind_is_refused(stage: Stage) -> None:
    await stage.open()
    await stage.refused(
        "STAGE_WRONG_KIND",
        "DraftOpinion",
        "ada",
        stage="appel",
        round=1,
        text="Ici ?",
        conclusion="FAVOURABLE",
    )
    await stage.refused("UNKNOWN_STAGE", "Suspend", "coordinator", stage="rien", round=1, reason="Pour voir.")


async def test_delegations_let_another_member_act_and_say_for_whom(stage: Stage) -> None:
    await stage.open()
    now = await stage.house.clock.now()
    period = {"since": (now - DAY).isoformat(), "until": (now + DAY).isoformat()}
    to = stage.members["prefect"]
    given = await stage.do("GiveDelegation", "coordinator", office="coordination", toId=to, **period)
    assert given["delegation"]["running"]
    await stage.do("Suspend", "prefect", reason="Une panne.")
    query = """{ ledger(first: 100, kinds: ["suspended"]) { nodes {
        actor { pseudonym } onBehalfOf { pseudonym } } } }"""
    (event,) = (await stage.about(query))["ledger"]["nodes"]
    assert event["actor"]["pseudonym"] == pseudonym("prefect")
    assert event["onBehalfOf"]["pseudonym"] == pseudonym("coordinator")
    await stage.do("RevokeDelegation", "coordinator", delegationId=given["delegation"]["id"])
    await stage.refused("NOT_ALLOWED", "Resume", "prefect", reason="Réparée.")
