"""What everybody, and what those concerned, can read."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api import play
from tests.api.house import House, pseudonym
from tests.api.stage import Stage

pytestmark = pytest.mark.postgres


async def test_the_viewer_is_who_the_token_says(house: House) -> None:
    anybody = (await house.ask("Viewer"))["viewer"]
    assert anybody == {"authenticated": False, "pseudonym": None, "name": None, "platformRoles": []}
    coordinator = (await house.ask("Viewer", as_="coordinator"))["viewer"]
    assert coordinator["pseudonym"] == pseudonym("coordinator")
    assert coordinator["platformRoles"] == ["coordinator"]


async def test_a_draft_is_seen_by_its_office_holders_alone(stage: Stage) -> None:
    await stage.draft()
    by_id = "query($id: ID!) { concertation(id: $id) { slug } node(id: $id) { id } }"
    listed = "{ concertations { totalCount nodes { slug } } }"
    for stranger in (None, "citizen", "operator"):
        assert await stage.house.ask(by_id, {"id": stage.id}, stranger) == {
            "concertation": None,
            "node": None,
        }
        assert (await stage.house.ask('{ concertation(slug: "essai") { slug } }', as_=stranger)) == {
            "concertation": None
        }
        found = await stage.house.ask(listed, as_=stranger)
        assert found == {"concertations": {"totalCount": 0, "nodes": []}}
    assert (await stage.house.ask(by_id, {"id": stage.id}, "coordinator"))["concertation"] == {
        "slug": "essai"
    }
    assert (await stage.house.ask(listed, as_="coordinator"))["concertations"]["totalCount"] == 1


async def test_everybody_reads_a_concertation_once_it_is_launched(stage: Stage) -> None:
    await stage.open()
    found = (await stage.house.ask("Concertation", {"slug": "essai"}))["concertation"]
    assert found["phase"] == "LAUNCHED"
    assert found["title"] == "Essai"
    assert [s["key"] for s in found["openStages"]] == ["appel"]
    assert [s["key"] for s in found["stages"]] == [
        "appel",
        "auditions",
        "avis",
        "synthese",
        "decision",
        "suivi",
    ]
    assert found["rounds"][0]["current"]
    assert found["nextDeadline"] == found["stages"][0]["closesAt"]
    assert found["informationFile"][0]["label"] == "Dossier"
    assert found["members"]["totalCount"] == len(stage.members) + 1


async def test_texts_come_in_the_language_of_the_request(stage: Stage) -> None:
    await stage.open()
    selection = "{ title titles ledger(first: 1) { nodes { summary } } }"
    french = await stage.about(selection)
    english = await stage.about(selection, language="de, en-GB;q=0.8")
    assert (french["title"], english["title"]) == ("Essai", "Trial")
    assert french["titles"] == english["titles"] == {"fr": "Essai", "en": "Trial"}
    assert french["ledger"]["nodes"][0]["summary"] != english["ledger"]["nodes"][0]["summary"]


async def test_the_calendar_shows_what_was_planned_and_what_came_on_every_clock(stage: Stage) -> None:
    await stage.draft()
    await stage.do("AmendDraft", "coordinator", territories=["FR", "GP", "RE"])
    await stage.staff()
    await stage.launch()
    await stage.until("appel", "OPEN")
    calendar = (await stage.house.ask("Calendar", {"slug": "essai"}))["concertation"]["calendar"]
    first, second = calendar[0], calendar[1]
    assert first["stage"]["key"] == "appel"
    assert first["actual"]["closesAt"] == first["planned"]["closesAt"]
    assert second["actual"] is None
    clocks = {c["town"]: c for c in first["localClosesAt"]}
    assert list(clocks) == ["Paris", "Pointe-à-Pitre", "Saint-Denis"]
    assert "T00:00:00" in clocks["Pointe-à-Pitre"]["at"]
    assert "24:00" in clocks["Pointe-à-Pitre"]["text"]
    assert "24:00" not in clocks["Paris"]["text"]


async def test_names_are_for_those_concerned_and_for_public_office(stage: Stage) -> None:
    await stage.open()
    query = "query($id: ID!) { node(id: $id) { ... on Member { pseudonym name } } }"

    async def name(of: str, as_: str | None) -> str | None:
        found: Any = await stage.house.ask(query, {"id": stage.members[of]}, as_)
        return found["node"]["name"]

    assert await name("citizen", "coordinator") == "Citizen"
    assert await name("citizen", "warden") == "Citizen"
    assert await name("citizen", "citizen") == "Citizen"
    for stranger in (None, "prefect", "ada", "operator"):
        assert await name("citizen", stranger) is None
    assert await name("chair", None) == "Chair"
    assert await name("clerk", None) is None


async def test_no_name_is_ever_in_the_ledger(stage: Stage) -> None:
    await stage.open()
    await stage.contribute("citizen")
    ledger = (await stage.house.ask("Ledger", {"slug": "essai", "first": 100}))["concertation"]["ledger"]
    assert ledger["totalCount"] == len(ledger["nodes"])
    for name in ("Citizen", "Chair", "Warden"):
        assert name not in str(ledger)


async def test_every_node_is_found_again_by_its_id(stage: Stage) -> None:
    await stage.open()
    sent = await stage.contribute("citizen")
    await play.hear(stage)
    await play.adopt(stage)
    recommendation = await play.synthesise(stage, [sent["receipt"]["contribution"]["id"]])
    await play.decide(stage, recommendation)
    await play.follow_up(stage, recommendation)
    found = await stage.about(
        """{ id stages { id } informationFile { id } offices { id } members { nodes { id } } ballots { id }
        hearings { id } opinions { id reservations { id } } syntheses { id recommendations { id } }
        commitments { id } ledger(first: 100) { nodes { id } } procedure { id }
        contributions(stage: "appel") { nodes { id } } }"""
    )
    ids = set(_ids(found))
    kinds = set()
    for id in ids:
        node = (await stage.house.ask("Node", {"id": id}, "coordinator"))["node"]
        assert node is not None, id
        assert node["id"] == id
        kinds.add(node["__typename"])
    assert kinds >= {
        "Concertation", "Stage", "Document", "Office", "Member", "Ballot", "Hearing", "Opinion", "Reservation",
        "Synthesis", "Recommendation", "Commitment", "Procedure", "Contribution", "StageEvent", "BallotEvent",
    }  # fmt: skip


def _ids(value: Any) -> list[str]:
    if isinstance(value, dict):
        return (
            [value["id"], *_ids([v for k, v in value.items() if k != "id"])]
            if "id" in value
            else _ids(list(value.values()))
        )
    return [id for item in value for id in _ids(item)] if isinstance(value, list) else []


@pytest.mark.parametrize(
    "id",
    [
        "",
        "x",
        "Q29uY2VydGF0aW9uOng",
        "U3RhZ2U6MS8yLzM",
        "é",
        "00000000-0000-4000-8000-000000000001",
        "a" * 3000,
    ],
)
async def test_an_unknown_or_malformed_id_is_nothing_whatever_it_looks_like(house: House, id: str) -> None:
    query = "query($id: ID!) { node(id: $id) { id } concertation(id: $id) { id } }"
    assert await house.ask(query, {"id": id}) == {"node": None, "concertation": None}
    answer = await house.do("Launch", "coordinator", concertationId=id, opensAt="2030-01-01T00:00:00+01:00")
    assert answer["code"] == "UNKNOWN_CONCERTATION"


async def test_ballots_say_what_is_awaited_from_whom_since_when(stage: Stage) -> None:
    await stage.open()
    await play.hear(stage)
    seen = await stage.until("avis", "OPEN")
    place = {"stage": "avis", "round": seen["round"]}
    drafted = await stage.do("DraftOpinion", "ada", **place, text="L’avis.", conclusion="FAVOURABLE")
    put = await stage.do("PutOpinionToVote", "chair", **place, text=drafted["opinion"]["text"]["digest"])
    await play.vote(stage, put["opinion"]["ballot"], "ada")
    ballots = (await stage.house.ask("Ballots", {"slug": "essai", "awaiting": True}))["concertation"][
        "ballots"
    ]
    (ballot,) = [b for b in ballots if b["purpose"] == "OPINION"]
    assert {s["holder"]["name"] for s in ballot["awaited"]} == {"Chair", "Bob", "Cleo"}
    assert ballot["awaitedSince"] == ballot["opensAt"]
    assert ballot["votes"] == []
    awaited = (await stage.about("{ awaited { what since members { name } ballot { id } } }"))["awaited"]
    (vote,) = [a for a in awaited if a["what"] == "vote" and a["ballot"]["id"] == ballot["id"]]
    assert {m["name"] for m in vote["members"]} == {"Chair", "Bob", "Cleo"}


async def test_the_calendar_can_be_previewed_without_writing_anything(house: House) -> None:
    found = await house.ask(
        "PreviewCalendar",
        {"procedure": "assises-ia", "opensAt": "2030-03-01T00:00:00+01:00", "territories": ["FR", "GP"]},
    )
    stages = found["previewCalendar"]["stages"]
    assert stages[0]["key"] == "appel"
    assert stages[0]["opensAt"].startswith("2030-02-28T23:00:00")
    assert {c["town"] for c in stages[0]["localClosesAt"]} == {"Paris", "Pointe-à-Pitre"}
    missing = await house.ask(
        "PreviewCalendar", {"procedure": "rien", "opensAt": "2030-03-01T00:00:00+01:00"}
    )
    assert missing == {"previewCalendar": None}


async def test_built_in_procedures_are_offered_beside_those_published(stage: Stage) -> None:
    await stage.draft()
    found = (await stage.house.ask("Procedures", {"first": 50}))["procedures"]
    keys = [p["key"] for p in found["nodes"]]
    assert "essai" in keys
    assert "assises-ia-bac-a-sable" in keys
    assert keys == sorted(keys)
    assert found["totalCount"] == len(keys)
