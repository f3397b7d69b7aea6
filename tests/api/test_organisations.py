"""Organisations through the API: registered by those who may, with numbers and places checked."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.house import pseudonym
from tests.api.stage import Stage

pytestmark = pytest.mark.postgres

CITY = {
    "name": "Ville de Paris",
    "kind": "COMMUNE",
    "college": "locales",
    "reference": "p-75",
    "siret": "217 500 016 00019",
    "place": "75056",
}


async def register(stage: Stage, by: str = "coordinator", **more: Any) -> Any:
    return (await stage.do("RegisterOrganisation", by, **{**CITY, **more}))["organisation"]


async def registered(stage: Stage) -> Any:
    await stage.open()
    return await register(stage)


async def test_an_organisation_is_registered_and_listed(stage: Stage) -> None:
    made = await registered(stage)
    assert (made["siren"], made["siret"], made["place"]["name"]) == ("217500016", "21750001600019", "Paris")
    assert made["college"]["key"] == "locales"
    await register(stage, name="Région Bretagne", kind="REGION", place="FR-BRE", siret=None, reference=None)
    listed = (await stage.house.ask("Organisations", {"id": stage.id, "first": 1}, "coordinator"))[
        "concertation"
    ]
    assert listed["organisations"]["totalCount"] == 2
    assert [o["name"] for o in listed["organisations"]["nodes"]] == ["Région Bretagne"]
    after = listed["organisations"]["pageInfo"]["endCursor"]
    rest = await stage.house.ask(
        "Organisations",
        {"id": stage.id, "first": 5, "after": after, "filter": {"name": "ville"}},
        "coordinator",
    )
    assert [o["id"] for o in rest["concertation"]["organisations"]["nodes"]] == [made["id"]]
    node = await stage.house.ask("Node", {"id": made["id"]}, "coordinator")
    assert node["node"]["__typename"] == "Organisation"


async def test_sent_again_it_is_the_same_and_with_another_content_it_is_refused(stage: Stage) -> None:
    await stage.draft()
    first = await register(stage, idempotencyKey="k")
    assert await register(stage, idempotencyKey="k") == first
    await stage.refused(
        "IDEMPOTENCY_KEY_REUSED",
        "RegisterOrganisation",
        "coordinator",
        **{**CITY, "name": "X", "idempotencyKey": "k"},
    )
    await stage.refused("ORGANISATION_EXISTS", "RegisterOrganisation", "coordinator", **CITY)


@pytest.mark.parametrize(
    ("wrong", "code", "path"),
    [
        ({"siret": "12345678901234"}, "SIRET_INVALID", "siret"),
        ({"siren": "1"}, "SIREN_INVALID", "siren"),
        ({"siren": "732829320"}, "SIRET_OF_ANOTHER", "siret"),
        ({"place": "00000"}, "UNKNOWN_PLACE", "place"),
        ({"place": "01120"}, "PLACE_MERGED", "place"),
        ({"place": "57"}, "INPUT_INVALID", "place"),
        ({"college": "nobles"}, "UNKNOWN_COLLEGE", "college"),
        ({"name": " "}, "TEXT_EMPTY", "name"),
        ({"name": "x" * 301}, "TEXT_TOO_LONG", "name"),
        ({"name": "a\u0007"}, "TEXT_INVALID", None),
        ({"email": "nobody"}, "INPUT_INVALID", "email"),
    ],
)
async def test_what_cannot_be_registered_is_refused_with_its_field(
    stage: Stage, wrong: dict[str, Any], code: str, path: str | None
) -> None:
    await stage.draft()
    refused = await stage.refused(code, "RegisterOrganisation", "coordinator", **{**CITY, **wrong})
    assert refused["path"] == ([path] if path else [])


async def test_coordinators_register_everywhere_clerks_in_their_territory_and_others_nowhere(
    stage: Stage,
) -> None:
    await registered(stage)
    for stranger in ("citizen", "ada", "warden", None):
        await stage.refused("NOT_ALLOWED", "RegisterOrganisation", stranger, **{**CITY, "reference": "x"})
    assert await register(stage, "clerk", name="Metz", siret=None, place="57463", reference="m")


async def test_it_is_amended(stage: Stage) -> None:
    made = await registered(stage)
    fields = {**CITY, "name": "Paris", "email": "mairie@paris.example.fr"}
    changed = await stage.do("AmendOrganisation", "coordinator", **fields, organisationId=made["id"])
    assert changed["organisation"]["name"] == "Paris"
    assert changed["organisation"]["id"] == made["id"]
    await stage.refused(
        "UNKNOWN_ORGANISATION", "AmendOrganisation", "coordinator", **CITY, organisationId=stage.id
    )
    await stage.refused("NOT_ALLOWED", "AmendOrganisation", "citizen", **CITY, organisationId=made["id"])


async def test_representatives_come_and_go_and_the_ledger_says_so(stage: Stage) -> None:
    made = await registered(stage)
    place = {"organisationId": made["id"]}
    member = {"memberId": stage.members["citizen"]}
    added = await stage.do("AddRepresentative", "coordinator", **place, representative=member)
    assert added["member"]["organisation"] == made["key"]
    assert added["member"]["represents"] == {"id": made["id"], "name": "Ville de Paris"}
    assert [event["kind"] for event in added["events"]] == ["organisation_assigned"]
    new = {"person": {"name": "Nouvelle Personne"}}
    enrolled = await stage.do(
        "AddRepresentative", "coordinator", **place, representative=new, pseudonym=pseudonym("new")
    )
    assert enrolled["member"]["college"]["key"] == "locales"
    assert enrolled["member"]["territory"] == "75056"
    seen = await stage.house.ask("Organisations", {"id": stage.id}, "coordinator")
    (node,) = seen["concertation"]["organisations"]["nodes"]
    assert {m["pseudonym"] for m in node["representatives"]} == {pseudonym("citizen"), pseudonym("new")}
    gone = await stage.do("RemoveRepresentative", "coordinator", **place, **member)
    assert gone["member"]["organisation"] is None


async def test_who_is_of_another_college_or_of_no_organisation_is_refused(stage: Stage) -> None:
    made = await registered(stage)
    other = await register(stage, name="Autre", siret=None, reference="o")
    place = {"organisationId": made["id"]}
    state = {"memberId": stage.members["state"]}
    await stage.refused(
        "COLLEGE_OF_ORGANISATION", "AddRepresentative", "coordinator", **place, representative=state
    )
    await stage.refused(
        "UNKNOWN_ORGANISATION",
        "AddRepresentative",
        "coordinator",
        organisationId=stage.id,
        representative=state,
    )
    member = {"memberId": stage.members["citizen"]}
    await stage.refused("NOT_ALLOWED", "AddRepresentative", "ada", **place, representative=member)
    await stage.do("AddRepresentative", "coordinator", **place, representative=member)
    await stage.refused(
        "NOT_REPRESENTATIVE", "RemoveRepresentative", "coordinator", organisationId=other["id"], **member
    )


async def test_a_forged_cursor_and_a_negative_number_are_refused(stage: Stage) -> None:
    await stage.draft()
    for arguments in ('after: "x"', "first: -1", 'after: "WyJhIiwieCJd"'):
        query = (
            f"query($id: ID!) {{ concertation(id: $id) {{ organisations({arguments}) {{ totalCount }} }} }}"
        )
        response = await stage.house.post(query, {"id": stage.id}, "coordinator")
        assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_two_representatives_have_one_voice_which_either_carries_on(stage: Stage) -> None:
    made = await registered(stage)
    for name in ("citizen", "prefect"):
        member = {"memberId": stage.members[name]}
        await stage.do("AddRepresentative", "coordinator", organisationId=made["id"], representative=member)
    first = (await stage.contribute("citizen"))["receipt"]
    told = await stage.refused(
        "ALREADY_CONTRIBUTED", "SubmitContribution", "prefect", stage="appel", round=1, body="Encore."
    )
    assert (told["ofOrganisation"], told["receiptCode"]) == (True, None)
    assert told["contributionId"] == first["contribution"]["id"]
    assert "pour cet organisme, par la voix d’une autre personne" in told["message"]
    read = (await stage.house.ask("Versions", {"id": told["contributionId"]}, "prefect"))["node"]
    assert read["versions"][0]["body"] == "Davantage de formation."
    better = {
        "contributionId": told["contributionId"],
        "stage": "appel",
        "round": 1,
        "body": "Et des moyens.",
    }
    revised = (await stage.do("ReviseContribution", "prefect", **better))["receipt"]
    assert revised["version"] == 2
    figures = (await stage.about("{ figures { total } }"))["figures"]
    assert figures == [{"total": 1}]


async def test_who_is_enrolled_speaks_for_a_registered_organisation_of_their_college_or_for_none(
    stage: Stage,
) -> None:
    made = await registered(stage)
    another = Stage(stage.house)
    await another.draft("autre")
    elsewhere = await register(another, reference="ailleurs")
    for unknown in ("Ville de Paris", made["id"], elsewhere["key"], pseudonym("nobody"), ""):
        told = await stage.refused("UNKNOWN_ORGANISATION", "EnrolMember", "coordinator", organisation=unknown)
        assert told["path"] == ["organisation"]
    other = {"organisation": made["key"], "college": "etat"}
    told = await stage.refused("COLLEGE_OF_ORGANISATION", "EnrolMember", "coordinator", **other)
    assert told["path"] == ["college"]
    for more in ({}, {"college": "locales"}, {"territory": "FR-971"}):
        member = (await stage.do("EnrolMember", "coordinator", organisation=made["key"], **more))["member"]
        assert (member["organisation"], member["college"]["key"]) == (made["key"], "locales")
        assert member["territory"] == more.get("territory", "75056")


async def test_revising_for_an_organisation_beside_ones_own_is_told_as_what_it_is(stage: Stage) -> None:
    made = await registered(stage)
    theirs = (await stage.contribute("citizen"))["receipt"]
    member = {"memberId": stage.members["citizen"]}
    await stage.do("AddRepresentative", "coordinator", organisationId=made["id"], representative=member)
    member = {"memberId": stage.members["prefect"]}
    await stage.do("AddRepresentative", "coordinator", organisationId=made["id"], representative=member)
    for_all = (await stage.contribute("prefect"))["receipt"]["contribution"]["id"]
    better = {"contributionId": for_all, "stage": "appel", "round": 1, "body": "Mieux."}
    told = await stage.refused("ALREADY_CONTRIBUTED", "ReviseContribution", "citizen", **better)
    assert (told["__typename"], told["receiptCode"]) == ("AlreadyContributed", theirs["code"])
    assert (told["ofOrganisation"], told["contributionId"]) == (False, theirs["contribution"]["id"])


async def test_who_represents_it_too_withdraws_it_and_who_does_not_knows_of_nothing(stage: Stage) -> None:
    made = await registered(stage)
    for name in ("citizen", "prefect"):
        member = {"memberId": stage.members[name]}
        await stage.do("AddRepresentative", "coordinator", organisationId=made["id"], representative=member)
    await stage.enrol("voter", college="locales")
    sent = (await stage.contribute("citizen"))["receipt"]["contribution"]["id"]
    await stage.refused("UNKNOWN_CONTRIBUTION", "WithdrawContribution", "voter", contributionId=sent)
    assert (await stage.house.ask("Versions", {"id": sent}, "voter"))["node"] is None
    gone = await stage.house.do(
        "WithdrawContribution", "prefect", concertationId=stage.id, contributionId=sent
    )
    assert gone["__typename"] == "WithdrawalAccepted"
    assert (await stage.contribute("prefect"))["receipt"]["version"] == 1
