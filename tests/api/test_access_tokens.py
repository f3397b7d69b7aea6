"""Personal access tokens through the API: made in person, shown once, held to what they reach, ended within seconds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from time import monotonic
from types import SimpleNamespace
from typing import Any

import pytest
import pytest_asyncio
from websockets.exceptions import ConnectionClosed

from api.measuring import NotMeasured
from api.reaching import action_of
from api.refusals import AlreadyContributed, refusal_of
from domain.noticing import links
from domain.refusals import Code, Refusal
from domain.rights import TABLE, Reach, Viewer, reach_of
from server.keys import ticket_key
from server.personal_tokens import BELIEVED
from store import access_tokens
from store.contacts import digest_of
from store.faults import StoreTooSlow
from store.known_processes import KnownProcesses
from store.notices import fan_out
from store.pool import acquire
from tests.api.house import House, document, pseudonym
from tests.api.sockets import Socket, connected, served
from tests.api.stage import Stage
from tests.fixtures.replicas import REPLICAS

pytestmark = pytest.mark.postgres
DAY = timedelta(days=1)
WHO = "{ viewer { authenticated pseudonym platformRoles accessTokens { id } } }"


@pytest_asyncio.fixture
async def address(house: House) -> AsyncIterator[str]:
    async with served(house.app) as found:
        yield found


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds by which the server's memory of tokens is ahead: the last one counts."""
    ahead = [0.0]
    monkeypatch.setattr("server.personal_tokens.monotonic", lambda: monotonic() + ahead[-1])
    return ahead


async def made(house: House, owner: str, *scopes: str) -> tuple[str, str]:
    """Give the token and its id."""
    answer = await house.done(
        "CreateAccessToken",
        owner,
        name="Tableur",
        scopes=scopes,
        expiresAt=(await house.clock.now() + 30 * DAY).isoformat(),
    )
    return answer["token"], answer["accessTokens"][-1]["id"]


async def revoke(house: House, owner: str, id: str) -> Any:
    return (await house.ask("RevokeAccessToken", {"input": {"accessTokenId": id}}, owner))[
        "revokeAccessToken"
    ]


async def with_token(house: House, token: str, query: str, **fields: Any) -> Any:
    """What a program gets that comes with a token."""
    body = {
        "query": query if "{" in query else document(query),
        "variables": {"input": fields} if fields else {},
    }
    return await house.http.post("/graphql", json=body, headers={"authorization": f"Bearer {token}"})


async def does(house: House, token: str, operation: str, **fields: Any) -> Any:
    answer = (await with_token(house, token, operation, **fields)).json()
    assert "errors" not in answer, answer
    return next(iter(answer["data"].values()))


async def test_a_token_is_shown_once_and_speaks_for_its_owner(house: House) -> None:
    given = {
        "idempotencyKey": "k",
        "name": "  Tableur de la métropole ",
        "scopes": ["CONTRIBUTE"],
        "expiresAt": (await house.clock.now() + 30 * DAY).isoformat(),
    }
    first = await house.done("CreateAccessToken", "citizen", **given)
    token, (kept,) = first["token"], first["accessTokens"]
    assert kept["name"] == "Tableur de la métropole"
    assert kept["scopes"] == ["READ", "CONTRIBUTE"]
    assert kept["lastUsedAt"] is None
    again = await house.done("CreateAccessToken", "citizen", **given)
    assert (again["token"], again["accessTokens"]) == (None, [kept])
    await house.refused("IDEMPOTENCY_KEY_REUSED", "CreateAccessToken", "citizen", **given | {"scopes": []})
    seen = (await with_token(house, token, WHO)).json()["data"]["viewer"]
    owner = (await house.ask("{ viewer { pseudonym } }", as_="citizen"))["viewer"]
    assert seen["pseudonym"] == owner["pseudonym"]
    (used,) = (await house.ask("AccessTokens", as_="citizen"))["viewer"]["accessTokens"]
    assert used["lastUsedAt"] is not None
    for name in ("operator", None):
        assert (await house.ask("AccessTokens", as_=name))["viewer"]["accessTokens"] == []


async def test_who_has_no_account_makes_no_token(house: House) -> None:
    until = (await house.clock.now() + DAY).isoformat()
    await house.refused("NOT_ALLOWED", "CreateAccessToken", None, name="x", scopes=[], expiresAt=until)


@pytest.mark.parametrize(
    ("code", "path", "wrong"),
    [
        ("TEXT_EMPTY", "name", {"name": " "}),
        ("TEXT_TOO_LONG", "name", {"name": "x" * 101}),
        ("TOKEN_LIFE_REFUSED", "expiresAt", {"expiresAt": "2020-01-01T00:00:00Z"}),
        ("TOKEN_LIFE_REFUSED", "expiresAt", {"expiresAt": "2400-01-01T00:00:00Z"}),
    ],
)
async def test_what_cannot_be_a_token_is_refused(
    house: House, code: str, path: str, wrong: dict[str, Any]
) -> None:
    until = (await house.clock.now() + DAY).isoformat()
    given = {"name": "Tableur", "scopes": ["READ"], "expiresAt": until} | wrong
    answer = await house.refused(code, "CreateAccessToken", "citizen", **given)
    assert answer["path"] == [path]


async def test_a_token_makes_no_other_and_revokes_none_and_turns_no_mail_away(house: House) -> None:
    token, id = await made(house, "citizen", "READ", "CONTRIBUTE", "CONDUCT")
    until = (await house.clock.now() + DAY).isoformat()
    for operation, fields in (
        ("CreateAccessToken", {"idempotencyKey": "x", "name": "x", "scopes": [], "expiresAt": until}),
        ("RevokeAccessToken", {"accessTokenId": id}),
        ("SetContact", {"email": "autre@exemple.fr"}),
    ):
        answer = await does(house, token, operation, **fields)
        assert answer["code"] == "TOKEN_REACH_MISSING", operation
    assert (await with_token(house, token, WHO)).json()["data"]["viewer"]["accessTokens"] == []
    assert len((await house.ask("AccessTokens", as_="citizen"))["viewer"]["accessTokens"]) == 1


async def test_a_token_has_no_role_on_the_platform(house: House) -> None:
    token, _ = await made(house, "operator", "CONDUCT")
    assert (await with_token(house, token, WHO)).json()["data"]["viewer"]["platformRoles"] == []
    answer = await does(house, token, "PublishProcedure", source="key: x")
    assert answer["code"] == "NOT_ALLOWED"


async def test_a_token_does_what_it_reaches_and_nothing_else(stage: Stage) -> None:
    await stage.open()
    act = {"concertationId": stage.id, "idempotencyKey": "k", "reason": "Une panne."}
    draft = {"concertationId": stage.id, "stage": "appel", "round": 1, "idempotencyKey": "k", "answers": {}}
    for scopes, conducts, writes in (
        ([], False, False),
        (["CONTRIBUTE"], False, True),
        (["CONDUCT"], True, False),
    ):
        token, _ = await made(stage.house, "coordinator", *scopes)
        answer = await does(stage.house, token, "SaveDraft", **draft)
        assert answer["__typename"].endswith("Accepted") == writes, answer
        events = await stage.house.clock_and_ledger()
        answer = await does(stage.house, token, "Suspend", **act)
        assert answer["__typename"].endswith("Accepted") == conducts, answer
        if not conducts:
            assert (answer["__typename"], answer["code"]) == ("NotAllowed", "TOKEN_REACH_MISSING")
            assert await stage.house.clock_and_ledger() == events


async def test_a_token_of_conduct_in_the_hands_of_nobody_in_particular_conducts_nothing(stage: Stage) -> None:
    await stage.open()
    token, _ = await made(stage.house, "citizen", "CONDUCT")
    answer = await does(
        stage.house, token, "Suspend", concertationId=stage.id, idempotencyKey="k", reason="Une panne."
    )
    assert answer["code"] == "NOT_ALLOWED"


OWN = """query($id: ID!) { viewer { agenda { url } notices { body } contributions(concertationId: $id) {
    receiptCode body versions { receiptCode } } } }"""


async def test_a_token_that_reads_is_given_nothing_that_opens_without_it(stage: Stage) -> None:
    await stage.open()
    await stage.house.done_without_key("SetContact", "citizen", email="citoyenne@exemple.fr")
    ticket = links.write(
        ticket_key(stage.house.settings).raw_value,
        links.Ticket(pseudonym("citizen"), digest_of("citoyenne@exemple.fr")),
        links.CONFIRM,
    )
    assert (await stage.house.http.post(f"/confirm-address/{ticket}")).status_code == 200
    sent = await stage.contribute("citizen")
    code = sent["receipt"]["code"]
    worker = stage.house.sender.worker
    async with acquire(worker) as connection:
        while await fan_out(connection, KnownProcesses()):
            pass
    seen: dict[str, Any] = {}
    for scopes in ("", "CONDUCT", "CONTRIBUTE"):
        token, _ = await made(stage.house, "citizen", *([scopes] if scopes else []))
        body = {"query": OWN, "variables": {"id": stage.id}}
        headers = {"authorization": f"Bearer {token}"}
        answer = (await stage.house.http.post("/graphql", json=body, headers=headers)).json()
        assert "errors" not in answer, answer
        seen[scopes] = answer["data"]["viewer"]
    for scopes in ("", "CONDUCT"):
        assert seen[scopes]["contributions"][0]["body"]
        assert code not in str(seen[scopes])
    assert seen["CONTRIBUTE"]["contributions"][0]["receiptCode"] == code
    assert code in str(seen["CONTRIBUTE"]["notices"])
    assert [viewer["agenda"] for viewer in seen.values()] == [None] * 3
    assert (await stage.house.ask("{ viewer { agenda { url } } }", as_="citizen"))["viewer"]["agenda"]["url"]


def test_who_contributed_already_learns_no_receipt_by_a_token_that_conducts() -> None:
    refusal = Refusal(
        Code.ALREADY_CONTRIBUTED,
        {"receiptCode": "R", "channel": "online", "submittedAt": "2026-01-01T00:00:00+00:00", "reference": "r",
         "speaker": "member"},
    )  # fmt: skip
    conducts, contributes = frozenset({Reach.READ, Reach.CONDUCT}), frozenset({Reach.READ, Reach.CONTRIBUTE})
    for reaches, shown in ((None, "R"), (conducts, None), (contributes, "R")):
        viewer = Viewer(member="x", reaches=reaches)
        info: Any = SimpleNamespace(
            context=SimpleNamespace(viewer=viewer, languages=("fr",), measuring=NotMeasured())
        )
        assert refusal_of(info, refusal, None, [AlreadyContributed]).receipt_code == shown


def test_every_mutation_asks_for_a_reach_that_was_chosen(schema: Any) -> None:
    mutations = {action_of(name) for name in schema._schema.mutation_type.fields}
    assert mutations <= TABLE.keys()
    assert {action for action in mutations if reach_of(action) is Reach.READ} == set()


async def test_no_mutation_begins_that_a_reading_token_asks_for(house: House) -> None:
    token, _ = await made(house, "coordinator", "READ")
    given = {"concertationId": "x", "code": "ABCD-EFGH-JKMN"}
    assert (await does(house, token, "OpenInvitation", **given))["code"] == "TOKEN_REACH_MISSING"
    draft: dict[str, Any] = {"idempotencyKey": "k", "slug": "x", "title": {"fr": "X"}}
    assert (await does(house, token, "DraftConcertation", **draft))["code"] == "TOKEN_REACH_MISSING"


@pytest.mark.parametrize("wrong", ["concertation_pat_", "concertation_pat_" + "0" * 49, "concertation_pat_é"])
async def test_what_is_no_token_is_refused_before_anybody_is_asked(
    house: House, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    monkeypatch.setattr(access_tokens, "use", None)
    response = await house.http.post(
        "/graphql", json={"query": WHO}, headers={b"authorization": f"Bearer {wrong}".encode()}
    )
    assert response.status_code == 401


async def test_a_revoked_token_stops_within_five_seconds(house: House, later: list[float]) -> None:
    assert BELIEVED <= 3
    token, id = await made(house, "citizen")
    assert (await with_token(house, token, WHO)).status_code == 200
    assert (await revoke(house, "operator", id))["code"] == "UNKNOWN_TOKEN"
    assert (await revoke(house, "citizen", id))["accessTokens"] == []
    later.append(BELIEVED)
    assert (await with_token(house, token, WHO)).status_code == 401


async def test_a_token_stops_with_its_time(house: House, later: list[float]) -> None:
    token, _ = await made(house, "citizen")
    assert (await with_token(house, token, WHO)).status_code == 200
    await house.clock.advance(30 * DAY)
    later.append(BELIEVED)
    assert (await with_token(house, token, WHO)).status_code == 401


async def test_a_token_is_asked_for_once_in_a_while(
    house: House, later: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bytes] = []
    use = access_tokens.use

    async def counted(connection: Any, digest: bytes) -> Any:
        asked.append(digest)
        return await use(connection, digest)

    monkeypatch.setattr(access_tokens, "use", counted)
    token, _ = await made(house, "citizen")
    for ahead in (0, 0, BELIEVED, BELIEVED, 2 * BELIEVED):
        later.append(ahead)
        for _ in range(REPLICAS):
            assert (await with_token(house, token, WHO)).status_code == 200
    assert len(asked) == 3 * REPLICAS, "each API asks for itself"


async def test_while_nobody_can_tell_whether_a_token_works_the_service_is_unavailable(
    house: House, monkeypatch: pytest.MonkeyPatch, later: list[float], address: str
) -> None:
    token, _ = await made(house, "citizen")
    use = access_tokens.use

    async def silent(connection: Any, digest: bytes) -> Any:
        raise StoreTooSlow

    monkeypatch.setattr(access_tokens, "use", silent)
    response = await with_token(house, token, WHO)
    assert (response.status_code, response.headers["retry-after"]) == (503, "1")
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
    async with connected(address) as socket:
        with pytest.raises(ConnectionClosed) as closed:
            await socket.begin(f"Bearer {token}")
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1013
    monkeypatch.setattr(access_tokens, "use", use)
    async with connected(address) as socket:
        await socket.begin(f"Bearer {token}")
        monkeypatch.setattr(access_tokens, "use", silent)
        later.append(BELIEVED)
        await socket.send(type="subscribe", id="1", payload={"query": WHO})
        message = await socket.receive()
        assert message["type"] == "error"
        assert message["payload"][0]["extensions"]["code"] == "UNAVAILABLE"
        monkeypatch.setattr(access_tokens, "use", use)
        await socket.send(type="subscribe", id="2", payload={"query": WHO})
        assert (await socket.receive())["payload"]["data"]["viewer"]["authenticated"]


async def closed_as_forbidden(socket: Socket) -> None:
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            message = await socket.receive()
            assert message["type"] == "complete", message
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4403


async def test_an_open_socket_ends_with_its_token_however_quiet_it_is(
    stage: Stage, address: str, later: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.sockets.LOOKED_AT_EVERY", 0.02)
    await stage.open()
    token, id = await made(stage.house, "citizen")
    async with connected(address) as socket:
        assert (await socket.begin(f"Bearer {token}"))["type"] == "connection_ack"
        await socket.follow(stage.id, 0)
        await socket.event()
        await revoke(stage.house, "citizen", id)
        later.append(BELIEVED)
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                await socket.receive()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4403


async def test_no_event_goes_to_a_token_that_was_revoked(
    stage: Stage, address: str, later: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.sockets.LOOKED_AT_EVERY", 3600)
    await stage.open()
    seq = (await stage.about("{ seq }"))["seq"]
    token, id = await made(stage.house, "citizen")
    async with connected(address) as socket:
        await socket.begin(f"Bearer {token}")
        await socket.follow(stage.id, seq - 1)
        await socket.event()
        await revoke(stage.house, "citizen", id)
        later.append(BELIEVED)
        await stage.do("Suspend", "coordinator", reason="Une panne.")
        await closed_as_forbidden(socket)


async def test_an_event_waits_while_nobody_can_tell_whether_the_token_works(
    stage: Stage, address: str, later: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.sockets.LOOKED_AT_EVERY", 0.01)
    await stage.open()
    seq = (await stage.about("{ seq }"))["seq"]
    token, _ = await made(stage.house, "citizen")
    use, asked = access_tokens.use, asyncio.Semaphore(0)

    async def silent(connection: Any, digest: bytes) -> Any:
        asked.release()
        raise StoreTooSlow

    async with connected(address) as socket, connected(address) as anybody:
        await socket.begin(f"Bearer {token}")
        await anybody.begin()
        for one in (socket, anybody):
            await one.follow(stage.id, seq - 1)
            await one.event()
        monkeypatch.setattr(access_tokens, "use", silent)
        later.append(BELIEVED)
        await stage.do("Suspend", "coordinator", reason="Une panne.")
        waiting = asyncio.ensure_future(socket.event())
        assert (await anybody.event())["seq"] == seq + 1
        for _ in range(10):
            await asked.acquire()
        assert not waiting.done()
        monkeypatch.setattr(access_tokens, "use", use)
        assert (await waiting)["seq"] == seq + 1


async def test_a_new_operation_of_an_open_socket_asks_again(
    house: House, address: str, later: list[float]
) -> None:
    token, id = await made(house, "citizen")
    async with connected(address) as socket:
        await socket.begin(f"Bearer {token}")
        await revoke(house, "citizen", id)
        later.append(BELIEVED)
        await socket.send(type="subscribe", id="1", payload={"query": WHO})
        await closed_as_forbidden(socket)
