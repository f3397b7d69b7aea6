"""Signing in by the code of a letter: contributing to one stage for whom it was sent to, and nothing else anywhere."""

from __future__ import annotations

from time import monotonic
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from domain.access_tokens import INVITED, PREFIX
from domain.rights import BY_INVITATION, TABLE, Bound, Reach, Viewer, Who, invited, may
from server.personal_tokens import BELIEVED
from tests.api.house import DAY, document, pseudonym
from tests.api.sockets import connected, served
from tests.api.stage import Stage
from tests.api.test_invitations import PLACE, at_door, invite, open_with_a_city

pytestmark = pytest.mark.postgres
MINE = """query($id: ID!) { viewer { authenticated pseudonym platformRoles name contact { email }
  notices { id } agenda { url } accessTokens { id }
  contributions(concertationId: $id) { id receiptCode body }
  draft(concertationId: $id, stage: "appel") { body } } }"""


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds by which the server's memory of tokens is ahead: the last one counts."""
    ahead = [0.0]
    monkeypatch.setattr("server.personal_tokens.monotonic", lambda: monotonic() + ahead[-1])
    return ahead


async def sign_in(stage: Stage, code: str, as_: str | None = None, **fields: Any) -> Any:
    return await at_door(stage, "SignInWithCode", as_, code=code, **fields)


async def post(stage: Stage, token: str, query: str, **variables: Any) -> httpx.Response:
    return await stage.house.http.post(
        "/graphql",
        json={"query": query if "{" in query else document(query), "variables": variables},
        headers={"authorization": f"Bearer {token}"},
    )


async def ask(stage: Stage, token: str, query: str, **variables: Any) -> Any:
    answer = (await post(stage, token, query, **variables)).json()
    assert "errors" not in answer, answer
    return answer["data"]


async def does(stage: Stage, token: str, operation: str, /, **fields: Any) -> Any:
    given = {"concertationId": stage.id, **fields}
    return next(iter((await ask(stage, token, operation, input=given)).values()))


async def contribute(stage: Stage, token: str, body: str = "Un guichet.", **more: Any) -> Any:
    given = {"idempotencyKey": f"k {body}", **PLACE, "body": body, **more}
    return await does(stage, token, "SubmitContribution", **given)


async def for_a_city(stage: Stage) -> tuple[str, str]:
    """Give the code of a city, and a token by it."""
    city = await open_with_a_city(stage)
    (issued,) = await invite(stage, organisationIds=[city["id"]])
    return issued["code"], (await sign_in(stage, issued["code"]))["token"]


async def test_a_clerk_with_the_letter_alone_answers_for_the_town(stage: Stage) -> None:
    city = await open_with_a_city(stage)
    (issued,) = await invite(stage, organisationIds=[city["id"]])
    signed_in = await sign_in(stage, issued["code"].lower(), name="Camille Martin")
    assert signed_in["__typename"] == "SignInAccepted", signed_in
    token = signed_in["token"]
    assert token.startswith(INVITED)
    assert len(token) == len(PREFIX) + 49
    assert signed_in["closesAt"] == signed_in["invitation"]["stage"]["closesAt"]
    assert signed_in["invitation"]["organisation"]["name"] == "Ville de Paris"
    saved = await does(stage, token, "SaveDraft", idempotencyKey="d", **PLACE, body="Un début.")
    assert saved["__typename"] == "DraftAccepted", saved
    assert (await ask(stage, token, MINE, id=stage.id))["viewer"]["draft"]["body"] == "Un début."
    sent = await contribute(stage, token)
    assert sent["receipt"]["code"]
    (kept,) = (await ask(stage, token, MINE, id=stage.id))["viewer"]["contributions"]
    revised = await does(
        stage,
        token,
        "ReviseContribution",
        idempotencyKey="r",
        **PLACE,
        contributionId=kept["id"],
        body="Deux.",
    )
    assert revised["receipt"]["version"] == 2, revised
    listed = await stage.about('{ followUp(stage: "appel") { counts { state count } } }')
    assert listed["followUp"]["counts"] == [{"state": "ANSWERED", "count": 1}]
    (kept,) = (await ask(stage, token, MINE, id=stage.id))["viewer"]["contributions"]
    gone = await does(stage, token, "WithdrawContribution", idempotencyKey="w", contributionId=kept["id"])
    assert gone["__typename"] == "WithdrawalAccepted", gone


async def test_the_letter_signs_in_again_and_the_token_before_ends(stage: Stage, later: list[float]) -> None:
    code, first = await for_a_city(stage)
    await contribute(stage, first)
    second = (await sign_in(stage, code))["token"]
    later.append(BELIEVED)
    assert (await post(stage, first, MINE, id=stage.id)).status_code == 401
    (kept,) = (await ask(stage, second, MINE, id=stage.id))["viewer"]["contributions"]
    assert kept["receiptCode"]
    assert (await contribute(stage, second, "Encore."))["code"] == "ALREADY_CONTRIBUTED"


async def test_elsewhere_and_for_all_else_the_token_is_nobody_s(stage: Stage) -> None:
    _, token = await for_a_city(stage)
    seen = (await ask(stage, token, MINE, id=stage.id))["viewer"]
    assert seen["authenticated"]
    assert (seen["pseudonym"], seen["platformRoles"], seen["name"], seen["contact"]) == (None, [], None, None)
    assert (seen["notices"], seen["agenda"], seen["accessTokens"]) == ([], None, [])
    other = Stage(stage.house)
    await other.draft("ailleurs")
    await other.staff()
    await other.launch()
    for fields in ({"concertationId": other.id}, {"round": 2}, {"stage": "auditions"}):
        given = {"concertationId": stage.id, **PLACE, **fields}
        answer = await does(stage, token, "SubmitContribution", idempotencyKey="x", body="Ici.", **given)
        assert answer["__typename"] == "NotAllowed", answer
        answer = await does(stage, token, "SaveDraft", idempotencyKey="x", body="Ici.", **given)
        assert answer["__typename"] == "NotAllowed", answer
    for operation, more in (
        (
            "CreateAccessToken",
            {"name": "x", "scopes": [], "expiresAt": (await stage.house.clock.now() + DAY).isoformat()},
        ),
        ("SetContact", {"email": "a@exemple.fr"}),
        ("RequestHearing", {"idempotencyKey": "h", "stage": "auditions", "round": 1, "topic": {"fr": "x"}}),
    ):
        answer = (
            await post(
                stage, token, operation, input={"concertationId": stage.id, "idempotencyKey": "x", **more}
            )
        ).json()
        said = answer.get("errors") or next(iter(answer["data"].values()))["code"] == "NOT_ALLOWED"
        assert said, (operation, answer)


async def test_a_member_who_is_invited_shows_nothing_else_of_theirs_to_whoever_has_the_letter(
    stage: Stage,
) -> None:
    await stage.open()
    mine = await stage.contribute("citizen")
    (issued,) = await invite(stage, memberIds=[stage.members["citizen"]])
    token = (await sign_in(stage, issued["code"]))["token"]
    seen = (await ask(stage, token, MINE, id=stage.id))["viewer"]
    assert (seen["pseudonym"], seen["name"], seen["notices"]) == (None, None, [])
    assert [one["receiptCode"] for one in seen["contributions"]] == [mine["receipt"]["code"]]
    again = await contribute(stage, token)
    assert again["code"] == "ALREADY_CONTRIBUTED"
    hearing = await stage.house.ask("{ viewer { pseudonym } }", as_="citizen")
    assert hearing["viewer"]["pseudonym"] == pseudonym("citizen")


async def test_with_the_letter_files_are_sent_for_the_stage_and_for_nothing_else(stage: Stage) -> None:
    _, token = await for_a_city(stage)
    file = {"idempotencyKey": "f", "name": "plan.txt", "size": 5}
    ticket = await does(stage, token, "RequestUpload", stage="appel", **file)
    assert ticket["__typename"] == "UploadTicket", ticket
    sent = await stage.house.http.put(ticket["url"], content=b"Plan.")
    assert sent.status_code == 201, sent.text
    for elsewhere in ({}, {"stage": None}, {"stage": "auditions"}):
        refused = await does(stage, token, "RequestUpload", **file, **elsewhere)
        assert refused["__typename"] != "UploadTicket", elsewhere


async def test_of_several_mutations_each_is_done_as_whom_it_is_about(stage: Stage) -> None:
    _, token = await for_a_city(stage)
    until = (await stage.house.clock.now() + DAY).isoformat()
    query = f"""mutation($id: ID!) {{
      one: saveDraft(input: {{idempotencyKey: "d", concertationId: $id, stage: "appel", round: 1, body: "Un."}})
        {{ __typename }}
      two: createAccessToken(input: {{idempotencyKey: "t", name: "x", scopes: [READ], expiresAt: "{until}"}})
        {{ __typename }}
      three: saveDraft(input: {{idempotencyKey: "e", concertationId: $id, stage: "auditions", round: 1, body: "Deux."}})
        {{ __typename }}
      four: discardDraft(input: {{idempotencyKey: "f", concertationId: $id, stage: "appel", round: 1}})
        {{ ... on DiscardAccepted {{ discarded }} }}
    }}"""
    answer = await ask(stage, token, query, id=stage.id)
    assert [answer[name].get("__typename") for name in ("one", "two", "three")] == [
        "DraftAccepted", "NotAllowed", "NotAllowed",
    ]  # fmt: skip
    assert answer["four"] == {"discarded": True}


async def test_a_socket_that_was_opened_with_the_letter_ends_with_its_token(stage: Stage) -> None:
    code, token = await for_a_city(stage)
    async with served(stage.house.app) as address, connected(address) as socket:
        assert (await socket.begin(f"Bearer {token}"))["type"] == "connection_ack"
        await socket.follow(stage.id)
        await sign_in(stage, code)
        began = monotonic()
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                await socket.receive()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4403
        assert monotonic() - began < 5


async def test_a_code_is_used_once_by_an_account_or_by_the_letter(stage: Stage) -> None:
    code, _ = await for_a_city(stage)
    assert (await at_door(stage, "AcceptInvitation", "newcomer", code=code))["code"] == "INVITATION_USED"
    declined = await at_door(stage, "DeclineInvitation", None, code=code, reason="Non.")
    assert declined["code"] == "INVITATION_USED"
    (member,) = await invite(stage, memberIds=[stage.members["citizen"]])
    await at_door(stage, "AcceptInvitation", "citizen", code=member["code"])
    assert (await sign_in(stage, member["code"]))["code"] == "INVITATION_USED"
    (other,) = await invite(stage, memberIds=[stage.members["prefect"]])
    await at_door(stage, "DeclineInvitation", None, code=other["code"], reason="Non.")
    assert (await sign_in(stage, other["code"]))["code"] == "INVITATION_USED"


async def test_a_new_code_ends_the_one_before_and_its_token(stage: Stage, later: list[float]) -> None:
    city = await open_with_a_city(stage)
    (issued,) = await invite(stage, organisationIds=[city["id"]])
    token = (await sign_in(stage, issued["code"]))["token"]
    new = await at_door(stage, "ReissueInvitationCode", "coordinator", invitationId=issued["id"])
    later.append(BELIEVED)
    assert (await post(stage, token, MINE, id=stage.id)).status_code == 401
    assert (await sign_in(stage, issued["code"]))["code"] == "INVITATION_EXPIRED"
    again = await sign_in(stage, new["invitations"][0]["code"])
    assert (await contribute(stage, again["token"]))["receipt"]["code"]


async def test_whoever_was_taken_from_the_organisation_speaks_for_it_no_more(
    stage: Stage, later: list[float]
) -> None:
    city = await open_with_a_city(stage)
    (issued,) = await invite(stage, organisationIds=[city["id"]])
    signed_in = await sign_in(stage, issued["code"])
    accepted = await stage.about("{ members { nodes { id organisation } } }")
    (speaker,) = [one["id"] for one in accepted["members"]["nodes"] if one["organisation"]]
    await stage.do("RemoveRepresentative", "coordinator", organisationId=city["id"], memberId=speaker)
    later.append(BELIEVED)
    assert (await post(stage, signed_in["token"], MINE, id=stage.id)).status_code == 401


async def test_the_token_ends_with_the_stage(stage: Stage, later: list[float]) -> None:
    code, token = await for_a_city(stage)
    await stage.house.clock.advance(60 * DAY)
    later.append(BELIEVED)
    assert (await post(stage, token, MINE, id=stage.id)).status_code == 401
    assert (await sign_in(stage, code))["code"] == "INVITATION_EXPIRED"


async def test_wrong_codes_wait_as_they_do_elsewhere(stage: Stage) -> None:
    from domain.organisations.codes import write

    await open_with_a_city(stage)
    assert (await sign_in(stage, "OOOO-OOOO-OOOO"))["code"] == "CODE_MISREAD"
    for number in range(10):
        assert (await sign_in(stage, write(number)))["code"] == "UNKNOWN_INVITATION"
    assert (await sign_in(stage, write(11)))["code"] == "TOO_MANY_ATTEMPTS"


async def test_what_is_no_token_of_an_invitation_is_none(stage: Stage) -> None:
    _, token = await for_a_city(stage)
    other = "1" if token[-1] == "0" else "0"
    for wrong in (
        token[:-1],
        token[:-1] + other,
        token.replace(INVITED, PREFIX),
        INVITED,
        INVITED + "A" * 49,
    ):
        assert (await post(stage, wrong, MINE, id=stage.id)).status_code == 401


def test_what_a_code_is_good_for_is_what_one_does_for_oneself() -> None:
    for action in BY_INVITATION:
        assert TABLE[action].others == {Who.THEMSELF}, action
        assert TABLE[action].reach is Reach.CONTRIBUTE, action


def test_by_a_code_one_is_somebody_at_one_stage_of_one_round_alone() -> None:
    viewer = Viewer(bound=Bound("m", "c", 1, "appel"))
    acting = invited(viewer, "c", "appel", 1)
    assert acting == Viewer(member="m", reaches=frozenset({Reach.READ, Reach.CONTRIBUTE}))
    for elsewhere in (("d", "appel", 1), ("c", "autre", 1), ("c", "appel", 2)):
        assert invited(viewer, *elsewhere) is viewer
    for action in ("set_contact", "keep_access_tokens", "publish_procedure", "draft_concertation"):
        assert not may(viewer, action, None, None)
    assert invited(Viewer(member="x"), "c", "appel", 1).member == "x"
