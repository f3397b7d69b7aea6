"""Hearings through the API: asked for, called, moved, answered; and the calendars that programs fetch."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import icalendar
import pytest
import vobject

from server.agenda_tickets import AgendaTickets
from server.keys import ticket_key
from tests.api.house import DAY, House, pseudonym
from tests.api.stage import Stage, whole

pytestmark = pytest.mark.postgres

HOUR = timedelta(hours=1)
PLACE = {"stage": "auditions", "round": 1}


async def days(stage: Stage) -> datetime:
    """Launch, and give an hour inside the window of the hearings to come."""
    await stage.open()
    window = await stage.stage("auditions")
    return datetime.fromisoformat(window["plannedClosesAt"]) - 4 * DAY


async def schedule(stage: Stage, at: datetime, *names: str, **more: Any) -> Any:
    answer = await stage.do(
        "ScheduleHearing", "coordinator", **PLACE, startsAt=at.isoformat(), endsAt=(at + HOUR).isoformat(),
        witnessIds=[stage.members[name] for name in names], **more,
    )  # fmt: skip
    return answer["hearing"]["id"]


def entries(content: bytes) -> list[Any]:
    """Give the entries of a calendar that a second parser reads, too."""
    found = icalendar.Calendar.from_ical(content).walk("VEVENT")
    others = vobject.readOne(content.decode())
    assert [str(event["uid"]) for event in found] == [event.uid.value for event in others.contents["vevent"]]
    return list(found)


async def test_from_a_request_to_a_call_its_answer_and_another_hour(stage: Stage) -> None:
    at = await days(stage)
    asked = await stage.do("RequestHearing", "citizen", **PLACE, text="Sur la formation.", themes=["sante"])
    request = asked["request"]["id"]
    other = await schedule(stage, at, "prefect", room="Salle A", territory=None)
    hearing = await schedule(stage, at, room="Salle B", link="https://visio.example/b", capacity=2)
    called = {"hearingId": hearing, "witnessId": stage.members["citizen"], "requestId": request}
    answer = await stage.do("CallWitness", "coordinator", **PLACE, **called)
    assert [call["comes"] for call in answer["hearing"]["calls"]] == [None]
    refused = await stage.refused(
        "HEARING_CONFLICT", "CallWitness", "coordinator", **PLACE,
        hearingId=hearing, witnessId=stage.members["prefect"],
    )  # fmt: skip
    assert (refused["what"], refused["hearing"]["id"]) == ("WITNESS", other)
    await stage.refused("NOT_A_WITNESS", "AnswerCall", "prefect", **PLACE, hearingId=hearing, comes=True)
    answer = await stage.do("AnswerCall", "citizen", **PLACE, hearingId=hearing, comes=True)
    assert [call["comes"] for call in answer["hearing"]["calls"]] == [True]
    moved = await stage.do(
        "MoveHearing", "coordinator", **PLACE, hearingId=hearing, seenStartsAt=at.isoformat(), reason="Train.",
        startsAt=(at + HOUR).isoformat(), endsAt=(at + 2 * HOUR).isoformat(), room="Salle A",
    )  # fmt: skip
    assert (moved["hearing"]["version"], moved["hearing"]["room"]) == (2, "Salle A")
    assert moved["events"][0]["summary"].startswith("Audition déplacée au ")
    seen = "{ hearingRequests { state text { content } } hearings { room link { content } } }"
    found = {name: await stage.about(seen, name) for name in ("citizen", "coordinator", "prefect")}
    for name, reads in (("citizen", True), ("coordinator", True), ("prefect", False)):
        (of_request,) = found[name]["hearingRequests"]
        assert of_request["state"] == "SERVED"
        assert of_request["text"]["content"] == ("Sur la formation." if reads else None)
        link = found[name]["hearings"][1]["link"]
        assert link == ({"content": "https://visio.example/b"} if reads else None)


async def test_whoever_asks_to_be_heard_is_told_no_with_a_reason_or_thinks_again(stage: Stage) -> None:
    await days(stage)
    first = (await stage.do("RequestHearing", "citizen", **PLACE, text="A"))["request"]
    await stage.refused("ALREADY_REQUESTED", "RequestHearing", "citizen", **PLACE, text="B")
    declined = await stage.do(
        "DeclineRequest", "writer", **PLACE, requestId=first["id"], reason="Déjà entendu."
    )
    assert declined["request"]["state"] == "DECLINED"
    assert declined["events"][0]["summary"] == "Demande d’audition écartée : Déjà entendu."
    second = (await stage.do("RequestHearing", "citizen", **PLACE, text="B"))["request"]
    taken_back = await stage.do("WithdrawRequest", "citizen", **PLACE, requestId=second["id"])
    assert taken_back["request"]["state"] == "WITHDRAWN"
    node = await stage.house.ask("query($id: ID!) { node(id: $id) { id __typename } }", {"id": second["id"]})
    assert node["node"] == {"id": second["id"], "__typename": "HearingRequest"}


async def test_a_record_is_drafted_in_private_and_corrected_by_those_heard(stage: Stage) -> None:
    at = await days(stage)
    hearing = await schedule(stage, at, "citizen", "prefect")
    names = {"hearingId": hearing}
    await stage.do(
        "ReplaceWitness", "coordinator", **PLACE, **names, witnessId=stage.members["prefect"],
        byId=stage.members["mayor"], reason="Empêchement.",
    )  # fmt: skip
    await stage.until("auditions", "OPEN")
    await stage.house.clock.reach(at + HOUR)
    heard = [stage.members["citizen"], stage.members["mayor"]]
    await stage.do("HoldHearing", "coordinator", **PLACE, **names, heardIds=heard)
    attendance = (await stage.about("{ hearings { calls { heard } } }"))["hearings"][0]["calls"]
    assert [call["heard"] for call in attendance] == [True, False, True]
    await stage.do("DraftRecord", "writer", **PLACE, **names, record="Projet.")
    draft = "{ hearings { draft { content } record { digest } corrections { text { content } } } }"
    assert (await stage.about(draft, "citizen"))["hearings"][0]["draft"] is None
    assert (await stage.about(draft, "writer"))["hearings"][0]["draft"] == {"content": "Projet."}
    await stage.do("RecordHearing", "writer", **PLACE, **names, record="Compte rendu.")
    digest = (await stage.about(draft, "citizen"))["hearings"][0]["record"]["digest"]
    await stage.do("CorrectRecord", "citizen", **PLACE, **names, seen=digest, text="Plutôt ceci.")
    said = {"text": {"content": "Plutôt ceci."}}
    assert (await stage.about(draft, "mayor"))["hearings"][0]["corrections"] == [said]
    assert (await stage.about(draft, "prefect"))["hearings"][0]["corrections"] == [
        {"text": {"content": None}}
    ]


async def test_what_is_said_at_a_hearing_is_entered_as_contributions_of_its_channel(house: House) -> None:
    stage = Stage(house, whole(channels=["online", "paper", "hearing"]))
    at = await days(stage)
    hearing = await schedule(stage, at, "citizen")
    asked = {"stage": "appel", "round": 1, "announced": 2, "territory": "FR", "hearingId": hearing}
    await stage.refused("INPUT_INVALID", "OpenBatch", "clerk", **asked, channel="PAPER")
    await stage.refused(
        "UNKNOWN_HEARING", "OpenBatch", "clerk", **{**asked, "hearingId": "x"}, channel="HEARING"
    )
    batch = (await stage.do("OpenBatch", "clerk", **asked, channel="HEARING"))["batch"]
    said = await stage.do(
        "RecordContribution", "clerk", stage="appel", round=1, channel="HEARING", batchId=batch["id"],
        author={"memberId": stage.members["citizen"]}, body="Dit à l’audition.", themes=["sante"],
        receivedAt=(await stage.house.clock.now()).isoformat(),
    )  # fmt: skip
    assert said["__typename"] == "ContributionAccepted"
    seen = "{ hearings { batches { id announced entered hearing { id } } } }"
    (found,) = (await stage.about(seen, "clerk"))["hearings"]
    assert found["batches"] == [{"id": batch["id"], "announced": 2, "entered": 1, "hearing": {"id": hearing}}]
    assert (await stage.about(seen, "citizen"))["hearings"] == [{"batches": []}]
    await stage.do("CancelHearing", "coordinator", **PLACE, hearingId=hearing, reason="Grève.")
    await stage.refused("HEARING_WRONG_STATE", "OpenBatch", "clerk", **asked, channel="HEARING")


async def test_a_grid_proposes_sessions_and_conflicts_are_known_before_anything_is_sent(stage: Stage) -> None:
    at = await days(stage)
    first = (at - DAY).date().isoformat()
    plan = {"territory": "75", "first": first, "last": "2999-01-01", "rooms": ["A", "B"], "saturdays": True}
    grid = """
        query($id: ID!, $plan: HearingGridPlan!, $stage: String!) {
            concertation(id: $id) { hearingGrid(stage: $stage, plan: $plan) { startsAt endsAt room free } }
        }
    """
    asked = {"id": stage.id, "plan": plan, "stage": "auditions"}
    found = (await stage.house.ask(grid, asked))["concertation"]["hearingGrid"]
    assert {slot["room"] for slot in found} == {"A", "B"}
    assert all(slot["free"] for slot in found)
    chosen = datetime.fromisoformat(found[0]["startsAt"])
    await schedule(stage, chosen, "citizen", room="A", territory="75")
    again = (await stage.house.ask(grid, asked))["concertation"]["hearingGrid"]
    assert [slot["free"] for slot in again[:4]] == [False, True, True, True]
    nowhere = {**asked, "stage": "appel"}
    assert (await stage.house.ask(grid, nowhere))["concertation"]["hearingGrid"] == []
    seen = await stage.about(
        f'{{ hearingConflicts(startsAt: "{chosen.isoformat()}", endsAt: "{(chosen + HOUR).isoformat()}", '
        f'room: "a", witnessIds: ["{stage.members["citizen"]}", "x"]) {{ what hearing {{ room }} }} }}'
    )
    assert [conflict["what"] for conflict in seen["hearingConflicts"]] == ["WITNESS", "ROOM"]
    wrong = await stage.house.post(grid, {**asked, "plan": {**plan, "territory": "XX"}}, None, None)
    assert wrong.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_everybody_may_fetch_the_hearings_of_a_concertation_and_nobody_those_of_a_draft(
    stage: Stage,
) -> None:
    http = stage.house.http
    await stage.draft()
    assert (await http.get("/concertations/essai/hearings.ics")).status_code == 404
    await stage.staff()
    await stage.launch()
    await stage.until("appel", "OPEN")
    assert (await http.get("/concertations/autre/hearings.ics")).status_code == 404
    answer = await http.get("/concertations/essai/hearings.ics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    window = await stage.stage("auditions")
    at = datetime.fromisoformat(window["plannedClosesAt"]) - 4 * DAY
    hearing = await schedule(
        stage, at, "citizen", place={"fr": "Préfecture", "en": "Prefecture"}, link="https://visio.example/b"
    )
    await stage.do("CancelHearing", "coordinator", **PLACE, hearingId=hearing, reason="Grève.")
    answer = await http.get("/concertations/essai/hearings.ics?lang=en")
    (entry,) = entries(answer.content)
    assert (str(entry["summary"]), str(entry["location"])) == ("Hearing: Trial", "Prefecture")
    assert (str(entry["status"]), int(entry["sequence"])) == ("CANCELLED", 1)
    assert "visio" not in answer.text
    assert pseudonym("citizen") not in answer.text


async def test_one_s_own_agenda_is_fetched_without_a_token_by_its_signed_address_until_it_is_old(
    stage: Stage, house: House
) -> None:
    at = await days(stage)
    await schedule(stage, at, "citizen", link="https://visio.example/b")
    query = "{ viewer { agenda { url until hearings { startsAt } } } }"
    found = {
        name: (await house.ask(query, as_=name))["viewer"]["agenda"]
        for name in ("citizen", "prefect", "writer")
    }
    assert [len(agenda["hearings"]) for agenda in found.values()] == [1, 0, 1]  # called; neither; conducts it
    assert (await house.ask(query))["viewer"]["agenda"] is None
    answer = await house.http.get(found["citizen"]["url"])
    (entry,) = entries(answer.content)
    assert entry["dtstart"].dt == at.replace(microsecond=0)
    assert "visio" in answer.text.replace("\r\n ", "")
    old = AgendaTickets(ticket_key(house.settings)).address(pseudonym("citizen"), at - 400 * DAY)
    for path in (old, "/agenda/x.ics", found["citizen"]["url"].replace("/agenda/", "/agenda/A")):
        assert (await house.http.get(path)).status_code == 404
