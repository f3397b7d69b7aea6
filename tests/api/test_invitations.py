"""Invitations through the API: codes shown once, opened without an account, taken up once; follow-up and reminders."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.house import DAY, pseudonym
from tests.api.stage import Stage
from tests.api.test_organisations import register

pytestmark = pytest.mark.postgres

PLACE = {"stage": "appel", "round": 1}


async def open_with_a_city(stage: Stage) -> Any:
    await stage.open()
    return await register(stage)


async def invite(stage: Stage, **more: Any) -> list[Any]:
    found: list[Any] = (await stage.do("Invite", "coordinator", **PLACE, **more))["invitations"]
    return found


async def at_door(stage: Stage, operation: str, as_: str | None, /, **fields: Any) -> Any:
    """Send a mutation about a code, which takes no key."""
    data = await stage.house.ask(operation, {"input": {"concertationId": stage.id, **fields}}, as_)
    return next(iter(data.values()))


async def test_the_invitation_of_an_organisation_makes_who_takes_it_up_its_representative(
    stage: Stage,
) -> None:
    city = await open_with_a_city(stage)
    (issued,) = await invite(stage, organisationIds=[city["id"]])
    opened = await at_door(stage, "OpenInvitation", None, code=issued["code"].lower().replace("-", " "))
    assert opened["organisation"]["name"] == "Ville de Paris"
    assert opened["stage"]["key"] == "appel"
    assert not opened["accepted"]
    taken = await at_door(stage, "AcceptInvitation", "newcomer", code=issued["code"], name="Une Élue")
    assert taken["accepted"]
    assert await at_door(stage, "AcceptInvitation", "newcomer", code=issued["code"]) == taken
    used = await at_door(stage, "AcceptInvitation", "stranger", code=issued["code"])
    assert used["code"] == "INVITATION_USED"
    answered = await stage.contribute("newcomer")
    assert answered["receipt"]["code"]
    listed = await stage.about(
        '{ followUp(stage: "appel") { counts { state count college { key } departement { code } } } }'
    )
    assert listed["followUp"]["counts"] == [
        {"state": "ANSWERED", "count": 1, "college": {"key": "locales"}, "departement": {"code": "75"}}
    ]


async def test_codes_are_shown_once_and_a_new_one_voids_the_old(stage: Stage) -> None:
    city = await open_with_a_city(stage)
    (first,) = await invite(stage, organisationIds=[city["id"]], idempotencyKey="k")
    (again,) = await invite(stage, organisationIds=[city["id"]], idempotencyKey="k")
    assert (again["id"], again["code"]) == (first["id"], None)
    new = await at_door(stage, "ReissueInvitationCode", "coordinator", invitationId=first["id"])
    code = new["invitations"][0]["code"]
    assert (await at_door(stage, "OpenInvitation", None, code=first["code"]))["code"] == "INVITATION_EXPIRED"
    assert (await at_door(stage, "OpenInvitation", None, code=code))["__typename"] == "InvitationAccepted"
    refused = await at_door(stage, "ReissueInvitationCode", "citizen", invitationId=first["id"])
    assert refused["code"] == "NOT_ALLOWED"


async def test_a_code_that_was_misread_or_that_nobody_has_is_refused(stage: Stage) -> None:
    await open_with_a_city(stage)
    for code, refusal in (
        ("OOOO-OOOO-OOOO", "CODE_MISREAD"),
        ("", "CODE_MISREAD"),
        ("2222-2222-2222", "UNKNOWN_INVITATION"),
    ):
        answer = await at_door(stage, "OpenInvitation", None, code=code)
        assert answer["code"] == refusal
        assert "…" not in answer["message"]


async def test_after_ten_wrong_codes_an_address_has_to_wait(stage: Stage) -> None:
    from domain.organisations.codes import write

    await open_with_a_city(stage)
    for number in range(10):
        assert (await at_door(stage, "OpenInvitation", None, code=write(number)))[
            "code"
        ] == "UNKNOWN_INVITATION"
    answer = await at_door(stage, "DeclineInvitation", None, code=write(11), reason="Non.")
    assert answer["code"] == "TOO_MANY_ATTEMPTS"
    assert "…" not in answer["message"]


async def test_a_member_takes_up_their_own_invitation_and_nobody_else_does(stage: Stage) -> None:
    await stage.open()
    (issued,) = await invite(stage, memberIds=[stage.members["citizen"]])
    assert (await at_door(stage, "AcceptInvitation", None, code=issued["code"]))["code"] == "NOT_ALLOWED"
    other = await at_door(stage, "AcceptInvitation", "prefect", code=issued["code"])
    assert other["code"] == "INVITATION_OF_ANOTHER"
    taken = await at_door(stage, "AcceptInvitation", "citizen", code=issued["code"])
    assert taken["member"]["pseudonym"] == pseudonym("citizen")


async def test_who_cannot_be_admitted_does_not_use_up_the_code(stage: Stage) -> None:
    city = await open_with_a_city(stage)
    (issued,) = await invite(stage, organisationIds=[city["id"]])
    refused = await at_door(stage, "AcceptInvitation", "state", code=issued["code"])
    assert refused["code"] == "ALREADY_ENROLLED"
    taken = await at_door(stage, "AcceptInvitation", "citizen", code=issued["code"])
    assert taken["accepted"]


async def test_it_is_declined_without_an_account(stage: Stage) -> None:
    await stage.open()
    (issued,) = await invite(stage, memberIds=[stage.members["citizen"]])
    empty = await at_door(stage, "DeclineInvitation", None, code=issued["code"], reason=" ")
    assert empty["code"] == "TEXT_EMPTY"
    declined = await at_door(stage, "DeclineInvitation", None, code=issued["code"], reason="Pas concerné.")
    assert declined["declined"]
    listed = await stage.house.ask("FollowUp", {"id": stage.id, "stage": "appel"}, "coordinator")
    (row,) = listed["concertation"]["followUp"]["invitations"]["nodes"]
    assert (row["state"], row["declineReason"]) == ("DECLINED", "Pas concerné.")


async def test_only_those_who_conduct_invite_and_remind_and_a_stage_must_be_answerable(stage: Stage) -> None:
    await stage.open()
    members = {"memberIds": [stage.members["citizen"]]}
    for stranger in ("citizen", "ada", None):
        await stage.refused("NOT_ALLOWED", "Invite", stranger, **PLACE, **members)
        answer = await at_door(stage, "Remind", stranger, **PLACE)
        assert answer["code"] == "NOT_ALLOWED"
    for wrong, code in (
        ({"round": 2}, "ROUND_CHANGED"),
        ({"stage": "rien"}, "UNKNOWN_STAGE"),
        ({"stage": "auditions"}, "STAGE_WRONG_KIND"),
        ({"memberIds": []}, "INPUT_INVALID"),
        ({"memberIds": [stage.id]}, "UNKNOWN_MEMBER"),
        ({"organisationIds": [stage.id]}, "UNKNOWN_ORGANISATION"),
        ({"idempotencyKey": ""}, "INPUT_INVALID"),
    ):
        await stage.refused(code, "Invite", "coordinator", **{**PLACE, **members, **wrong})
    await stage.until("appel", "CONCLUDED")
    await stage.refused("STAGE_WRONG_STATE", "Invite", "coordinator", **PLACE, **members)


async def test_who_has_not_answered_is_reminded_and_the_list_is_for_those_who_conduct(stage: Stage) -> None:
    await stage.open()
    await invite(stage, memberIds=[stage.members["citizen"], stage.members["prefect"]])
    await stage.contribute("citizen")
    first = await at_door(stage, "Remind", "coordinator", **PLACE)
    assert first["written"] == 1
    assert (await at_door(stage, "Remind", "coordinator", **PLACE))["written"] == 0
    await stage.house.clock.advance(DAY)
    assert (await at_door(stage, "Remind", "coordinator", **PLACE))["written"] == 1
    variables = {"id": stage.id, "stage": "appel", "states": ["INVITED"]}
    listed = await stage.house.ask("FollowUp", variables, "warden")
    page = listed["concertation"]["followUp"]["invitations"]
    assert page["totalCount"] == 1
    assert page["nodes"][0]["member"]["pseudonym"] == pseudonym("prefect")
    assert page["nodes"][0]["remindedAt"]
    assert (await stage.house.ask("FollowUp", variables, "citizen"))["concertation"]["followUp"] is None


async def test_the_days_of_reminders_are_set(stage: Stage) -> None:
    await stage.open()
    answer = await at_door(stage, "SetReminderDays", "coordinator", **PLACE, days=[7, 2, 7])
    assert answer["followUp"]["reminderDays"] == [7, 2]
    for days in ([366], [-1], list(range(11))):
        answer = await at_door(stage, "SetReminderDays", "coordinator", **PLACE, days=days)
        assert answer["code"] == "INPUT_INVALID"
