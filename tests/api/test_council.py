"""The scientific council through the API: interests, meetings, and the vote that needs one."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from api.ids import global_id
from tests.api import play
from tests.api.house import House
from tests.api.stage import Stage
from tests.api.test_organisations import CITY
from tests.unit import procedures as write

pytestmark = pytest.mark.postgres

HOUR = timedelta(hours=1)
GRID = {
    "id": "grille",
    "kind": "grid",
    "label": "Grille",
    "criteria": [{"id": "droit", "label": "Droit"}],
}
MEETING = {"notice": "PT2H", "quorum": "1/2", "second_notice": "PT1H"}


async def test_the_council_meets_before_it_votes_and_interests_are_asked_about(house: House) -> None:
    review = write.review(after=["appel"], meeting=MEETING, evaluation="grille")
    stage = Stage(house, write.procedure(write.call_for_input(), write.hearings(after=[]), review))
    await stage.draft()
    await stage.staff()
    questions = {"title": "Grille", "questionnaire": True, "stage": "avis", "definition": GRID}
    await stage.do("AttachDocument", "coordinator", **questions)
    await stage.launch()
    await stage.until("appel", "OPEN")

    # interests
    city = (await stage.do("RegisterOrganisation", "coordinator", **CITY))["organisation"]
    assigned = {"representative": {"memberId": stage.members["citizen"]}, "organisationId": city["id"]}
    await stage.do("AddRepresentative", "coordinator", **assigned)
    await play.hear(stage)
    elsewhere = global_id("Organisation", stage.key, "00000000-0000-4000-8000-000000000009")
    await stage.refused("UNKNOWN_ORGANISATION", "DeclareInterest", "ada", organisationIds=[elsewhere])
    await stage.do("DeclareInterest", "ada", organisationIds=[city["id"]])
    query = """{
        interests { registered { name } }
        proposedWithdrawals { round stage declinedAt reason followed member { name } organisation { name } }
    }"""
    found = await stage.about(query, None)
    assert found["interests"] == [{"registered": [{"name": CITY["name"]}]}]
    (proposed,) = found["proposedWithdrawals"]
    assert (proposed["member"]["name"], proposed["organisation"]["name"]) == ("Ada", CITY["name"])
    seen = await stage.until("avis", "OPEN")
    place = {"stage": "avis", "round": seen["round"]}
    await stage.refused("NO_WITHDRAWAL_PROPOSED", "DeclineWithdrawal", "bob", **place, reason="x")
    await stage.do("DeclineWithdrawal", "ada", **place, reason="Plus aucun lien depuis dix ans.")
    assert (await stage.about(query, None))["proposedWithdrawals"][0]["reason"].startswith("Plus aucun lien")

    # the evaluation
    grid = (await stage.about('{ stage(key: "avis") { evaluationGrid { digest isGrid } } }', None))["stage"]
    asked = {**place, "questionnaire": grid["evaluationGrid"]["digest"]}
    answer = await stage.refused(
        "EVALUATION_INVALID", "Evaluate", "ada", **asked, answers={"droit": {"mark": 9}}
    )
    assert "droit" in answer["message"]
    for member, mark in (("chair", 1), ("ada", 2), ("bob", 5)):
        filled = {"droit": {"mark": mark, "justification": "Les textes."}}
        await stage.do("Evaluate", member, **asked, answers=filled)
    aggregate = """{ opinions {
        evaluations { member { name } marks { label mark } reasons { content } }
        evaluationSummary { label count median spread }
    } }"""
    (own,) = (await stage.about(aggregate, "citizen"))["opinions"]
    assert own == {"evaluations": [], "evaluationSummary": []}
    (all_,) = (await stage.about(aggregate, "writer"))["opinions"]
    assert all_["evaluationSummary"] == [{"label": "Droit", "count": 3, "median": 2.0, "spread": 2.0}]
    assert all_["evaluations"][1]["reasons"]["content"] == "Droit : Les textes."
    ledger = (await house.ask("Ledger", {"slug": "essai", "kinds": ["evaluation_given"]}))["concertation"]
    assert [node["content"] for node in ledger["ledger"]["nodes"]] == [None, None, None]
    other = {**questions, "definition": {**GRID, "label": "Une autre grille"}}
    kept = await stage.refused("EVALUATIONS_GIVEN", "AttachDocument", "coordinator", **other)
    assert "la grille et les évaluations sont gardées" in kept["message"]
    assert "« Avis »" in kept["message"]

    # the meeting
    drafted = await stage.do("DraftOpinion", "ada", **place, text="L’avis.", conclusion="FAVOURABLE")
    text = {"text": drafted["opinion"]["text"]["digest"]}
    missing = await stage.refused("MEETING_MISSING", "PutOpinionToVote", "chair", **place, **text)
    assert (missing["__typename"], missing["stage"]["meetings"]) == ("MeetingMissing", [])
    now = datetime.fromisoformat((await stage.about("{ readAt }"))["readAt"])
    dates = {"startsAt": (now + 3 * HOUR).isoformat(), "endsAt": (now + 4 * HOUR).isoformat()}
    convened = await stage.do("ConveneMeeting", "chair", **place, **dates, agenda="Vote de l’avis.")
    meeting = convened["meeting"]["id"]
    assert convened["events"][0]["kind"] == "meeting_convened"
    await house.clock.reach(now + 3 * HOUR)
    there = [{"seat": f"conseil/{n}", "attendance": "REMOTE"} for n in (1, 2)]
    twice = [*there, there[0]]
    await stage.refused("INPUT_INVALID", "HoldMeeting", "chair", **place, meetingId=meeting, attendance=twice)
    held = await stage.do("HoldMeeting", "chair", **place, meetingId=meeting, attendance=there)
    assert held["meeting"]["count"] == {"entitled": 4, "present": 2, "quorum": 2, "quorate": True}
    put = await stage.do("PutOpinionToVote", "chair", **place, **text, meetingId=meeting)
    await play.vote(stage, put["opinion"]["ballot"], *play.COUNCIL)
    recount = """query($id: ID!, $of: ID!) { node(id: $id) { ... on Ballot {
        outcomeWithout(memberId: $of) { passes same count { entitled favourable } }
    } } }"""
    found = await house.ask(recount, {"id": put["opinion"]["ballot"]["id"], "of": stage.members["ada"]})
    assert found["node"]["outcomeWithout"] == {
        "passes": True, "same": True, "count": {"entitled": 3, "favourable": 3},
    }  # fmt: skip
    await stage.do("RecordMinutes", "coordinator", **place, meetingId=meeting, minutes="Le procès-verbal.")
    told = """query($id: ID!) { node(id: $id) { ... on Meeting {
        state agenda { content } minutes { content } ballots { outcome } attendance { seat holder { name } }
    } } }"""
    before = (await house.ask(told, {"id": meeting}))["node"]
    assert (before["state"], before["minutes"], before["ballots"]) == (
        "RECORDED",
        None,
        [{"outcome": "PASSED"}],
    )
    assert [one["holder"]["name"] for one in before["attendance"]] == ["Ada", "Bob"]
    assert (await house.ask(told, {"id": meeting}, "chair"))["node"]["minutes"][
        "content"
    ] == "Le procès-verbal."
