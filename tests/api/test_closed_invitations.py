"""Invitations to a stage that a migration takes out: counted in the report, closed, and those invited are told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from api.ids import read_global_id
from store import invitations
from store.pool import acquire
from tests.api.house import House
from tests.api.stage import Stage
from tests.api.test_invitations import PLACE, at_door
from tests.api.test_notices import fanned_out
from tests.api.test_organisations import register
from tests.unit import procedures as write

pytestmark = pytest.mark.postgres
MAIL = "mairie@exemple.fr"


@pytest.fixture
def stage(house: House) -> Stage:
    """A concertation with a second call for input, which is to come."""
    return Stage(
        house,
        write.procedure(
            write.call_for_input(), write.call_for_input(id="bilan", label="Bilan", after=["appel"])
        ),
    )


async def invite(stage: Stage, to: str, **more: Any) -> list[Any]:
    asked = {**PLACE, "stage": to, **more}
    found: list[Any] = (await stage.do("Invite", "coordinator", **asked))["invitations"]
    return found


async def publish_without(stage: Stage, gone: str, version: int = 2) -> None:
    """Publish a version of the procedure without a stage."""
    raw: dict[str, Any] = stage.procedure.model_dump(mode="json")
    raw["version"] = version
    raw["stages"] = [one for one in raw["stages"] if one["id"] != gone]
    await stage.house.done_without_key("PublishProcedure", "operator", source=json.dumps(raw))


async def impact(stage: Stage, language: str = "fr", as_: str = "coordinator") -> Any:
    """Read the report on version 2."""
    asked = {"id": stage.id, "version": 2}
    found = await stage.house.ask("ProcedureImpact", asked, as_, language)
    return found["concertation"]["procedureImpact"]


async def migrate(stage: Stage) -> None:
    digest = (await impact(stage))["digest"]
    await stage.do(
        "MigrateProcedure", "coordinator", version=2, impactDigest=digest, reason="Une seule étape."
    )


async def told(house: House) -> list[tuple[str, str]]:
    """Who is told what of invitations, and in which state that is."""
    await fanned_out(house)
    rows = await house.sender.worker.fetch(
        "SELECT n.recipient, t.kind, t.body ->> 'fr' AS body FROM notice n JOIN notice_text t ON t.key = n.key "
        "WHERE t.theme = 'invitation' ORDER BY t.at, t.kind, n.recipient"
    )
    return [(row["kind"], row["recipient"].partition("/")[0]) for row in rows]


async def test_the_report_says_how_many_invitations_are_closed_and_is_not_stale_by_another(
    stage: Stage,
) -> None:
    await stage.open()
    city = await register(stage)
    people = [stage.members[name] for name in ("citizen", "prefect")]
    (of_city, *_) = await invite(stage, "bilan", organisationIds=[city["id"]], memberIds=people[:1])
    await invite(stage, "appel", memberIds=people)
    await at_door(stage, "DeclineInvitation", None, code=of_city["code"], reason="Pas le temps.")
    await publish_without(stage, "bilan")
    report = await impact(stage)
    assert report["invitations"] == [
        {
            "stageKey": "bilan", "count": 2, "accepted": 0, "declined": 1,
            "summary": "« Bilan » : invitations qui seront closes : 2 (acceptées : 0, déclinées : 1).",
        }
    ]  # fmt: skip
    assert await impact(stage, as_="citizen") is None
    assert "“Bilan”" in (await impact(stage, "en"))["invitations"][0]["summary"]
    await invite(stage, "bilan", memberIds=people[1:])
    again = await impact(stage)
    assert (again["invitations"][0]["count"], again["digest"]) == (3, report["digest"])


async def test_a_code_to_a_stage_that_was_taken_out_says_so_wherever_it_is_used(stage: Stage) -> None:
    await stage.open()
    city = await register(stage)
    (issued,) = await invite(stage, "bilan", organisationIds=[city["id"]])
    (other,) = await invite(stage, "appel", memberIds=[stage.members["citizen"]])
    signed_in = await at_door(stage, "SignInWithCode", None, code=issued["code"])
    await publish_without(stage, "bilan")
    await migrate(stage)
    code = {"code": issued["code"]}
    for operation, as_, more in (
        ("OpenInvitation", None, code),
        ("AcceptInvitation", "newcomer", code),
        ("DeclineInvitation", None, {**code, "reason": "Non."}),
        ("SignInWithCode", None, code),
        ("ReissueInvitationCode", "coordinator", {"invitationId": issued["id"]}),
    ):
        answer = await at_door(stage, operation, as_, **more)
        assert answer["code"] == "INVITATION_CLOSED", (operation, answer)
        assert "ne fait plus partie de la concertation" in answer["message"]
    refused = await stage.house.http.post(
        "/graphql",
        json={"query": "{ serverTime }"},
        headers={"authorization": f"Bearer {signed_in['token']}"},
    )
    assert refused.status_code == 401
    assert (await at_door(stage, "OpenInvitation", None, code=other["code"]))["stage"]["key"] == "appel"


async def test_those_invited_are_told_once_and_nobody_is_sent_an_invitation_any_more(stage: Stage) -> None:
    house = stage.house
    await house.done_without_key("SetContact", "prefect", postalAddress=["12 rue des Lilas", "75011 PARIS"])
    await stage.open()
    city = await register(stage, email=MAIL)
    await invite(stage, "bilan", organisationIds=[city["id"]])
    letter = await invite(stage, "bilan", memberIds=[stage.members["prefect"]])
    assert await told(house) == [("invitation", "organisation"), ("invitation", "member")]
    # One more that the outbox still holds when the stage goes.
    waiting = await register(stage, name="Région Bretagne", kind="REGION", place="FR-BRE", siret=None,
                             reference=None, email="region@exemple.fr")  # fmt: skip
    await invite(stage, "bilan", organisationIds=[waiting["id"]])
    await publish_without(stage, "bilan")
    await migrate(stage)
    found = await told(house)
    assert found.count(("invitation", "organisation")) == 1
    assert found.count(("invitation_closed", "organisation")) == 2
    assert found.count(("invitation_closed", "member")) == 1
    body = await house.sender.worker.fetchval(
        "SELECT body ->> 'fr' FROM notice_text WHERE kind = 'invitation_closed'"
    )
    assert "« Bilan »" in body

    await house.done("PrintLetters", "coordinator", concertationId=stage.id)
    states = await house.sender.worker.fetch(
        "SELECT t.kind, n.state, n.last_fault FROM notice n JOIN notice_text t ON t.key = n.key "
        "WHERE n.channel = 'letter' AND t.theme = 'invitation' ORDER BY 1"
    )
    assert [tuple(row) for row in states] == [
        ("invitation", "skipped", "INVITATION_CLOSED"),
        ("invitation_closed", "printed", None),
    ]
    async with acquire(house.sender.worker) as connection:  # as whoever sends a mail does
        key = read_global_id(letter[0]["id"])
        assert key is not None
        mail = await invitations.reissue(
            connection, concertation=stage.key, invitation=key[1][-1], voids=False
        )
    assert not isinstance(mail, invitations.Invited)
    await house.sender.worker.execute("UPDATE outbox SET delivered_at = NULL")
    assert await told(house) == found


async def test_a_stage_that_a_later_version_takes_up_again_takes_its_invitations_up_again(
    stage: Stage,
) -> None:
    await stage.open()
    (issued,) = await invite(stage, "bilan", memberIds=[stage.members["citizen"]])
    await publish_without(stage, "bilan")
    await migrate(stage)
    assert (await at_door(stage, "OpenInvitation", None, code=issued["code"]))["code"] == "INVITATION_CLOSED"
    await publish_without(stage, "nothing", version=3)
    asked = {"id": stage.id, "version": 3}
    found = await stage.house.ask("ProcedureImpact", asked, "coordinator")
    digest = found["concertation"]["procedureImpact"]["digest"]
    await stage.do("MigrateProcedure", "coordinator", version=3, impactDigest=digest, reason="Deux étapes.")
    opened = await at_door(stage, "OpenInvitation", None, code=issued["code"])
    assert opened["stage"]["key"] == "bilan"
