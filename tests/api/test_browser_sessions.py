"""Browsers with a cookie: signed in by a link, held to pages of our own, signed out for good."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest
import pytest_asyncio
import websockets
from joserfc.jwk import KeySet, OKPKey
from pydantic import SecretStr
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin

from api.proving import ProvingSchema
from server.personal_tokens import BELIEVED
from server.sign_in.links import demo_links, sign_link
from server.tokens import demo_member, sign_token
from store import sessions
from store.faults import StoreTooSlow
from store.sessions import GRACE
from tests.api.browsers import COOKIE, SITE, ask, browser, from_page
from tests.api.house import House, document
from tests.api.sockets import TRANSPORT, Socket, served
from tests.api.stage import Stage
from tests.fixtures.replicas import REPLICAS, create_app

pytestmark = pytest.mark.postgres
WHO = "{ viewer { authenticated pseudonym platformRoles } }"
SECOND = timedelta(seconds=1)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds by which the server's memory of sessions is ahead: the last one counts."""
    ahead = [0.0]
    monkeypatch.setattr("server.browser_sessions.monotonic", lambda: monotonic() + ahead[-1])
    return ahead


@pytest_asyncio.fixture
async def visitor(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(house.app) as found:
        yield found


def link(house: House, role: str = "coordinator", **given: Any) -> str:
    return sign_link(house.settings, roles=[role], member=demo_member(role), **given)


async def signed_in(house: House, visitor: httpx.AsyncClient, role: str = "coordinator") -> str:
    """Sign a browser in and give its cookie."""
    response = await visitor.get(link(house, role))
    assert response.status_code == 303, response.text
    return visitor.cookies[COOKIE]


async def who(visitor: httpx.AsyncClient) -> Any:
    response = await ask(visitor, WHO)
    assert response.status_code == 200, response.text
    return response.json()["data"]["viewer"]


async def test_a_link_signs_a_browser_in_with_a_cookie_that_no_script_and_no_other_host_has(
    house: House, visitor: httpx.AsyncClient
) -> None:
    response = await visitor.get(link(house), params={"next": "/concertations?x=1"})
    assert (response.status_code, response.headers["location"]) == (303, "/concertations?x=1")
    (cookie,) = SimpleCookie(response.headers["set-cookie"]).values()
    assert (cookie.key, len(cookie.value)) == (COOKIE, 43)
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (
        True, True, "lax", "/", "",
    )  # fmt: skip
    assert cookie["max-age"] == cookie["expires"] == "", "it goes when the browser is closed"
    assert await who(visitor) == {
        "authenticated": True,
        "pseudonym": str(demo_member("coordinator")),
        "platformRoles": ["coordinator"],
    }


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "\\/evil", "/a b", "/é", "x", ""],
)
async def test_nobody_is_sent_to_another_site(
    house: House, visitor: httpx.AsyncClient, elsewhere: str
) -> None:
    response = await visitor.get(link(house), params={"next": elsewhere})
    assert (response.status_code, response.headers["location"]) == (303, "/")


async def test_a_link_goes_on_to_graphiql_where_that_is_shown(
    house: House, visitor: httpx.AsyncClient
) -> None:
    assert (await visitor.get(link(house))).headers["location"] == "/graphiql"


async def test_a_link_serves_once(house: House, visitor: httpx.AsyncClient) -> None:
    path = link(house)
    assert (await visitor.get(path)).status_code == 303
    async with browser(house.app) as other:
        response = await other.get(path)
        assert response.status_code == 403
        assert "concertation token --link" in response.text
        assert COOKIE not in other.cookies


async def test_a_link_ends_with_its_time_and_cannot_be_made_up(
    house: House, visitor: httpx.AsyncClient, tmp_path: Path
) -> None:
    late = link(house, ttl=timedelta(seconds=-60))
    token = sign_token(house.settings, roles=["operator"], member=demo_member("operator"))
    foreign = sign_link(
        house.settings.model_copy(update={"data_dir": tmp_path / "other"}),
        roles=["operator"],
        member=demo_member("operator"),
    )
    for path in (late, f"/development/sign-in/{token}", foreign, "/development/sign-in/x"):
        response = await visitor.get(path)
        assert response.status_code == 403
        assert "set-cookie" not in response.headers
    ticket = link(house).rpartition("/")[2]
    response = await visitor.post(
        "/graphql", json={"query": WHO}, headers={"authorization": f"Bearer {ticket}"}
    )
    assert response.status_code == 401, "a link is no token"


async def test_a_link_opened_from_another_machine_does_nothing(house: House) -> None:
    transport = httpx.ASGITransport(app=house.app, client=("192.0.2.7", 1234))
    async with httpx.AsyncClient(transport=transport, base_url=SITE) as other:
        assert (await other.get(link(house))).status_code == 403


@pytest.mark.parametrize(
    "exposed",
    [{"host": "0.0.0.0"}, {}, {"jwks_file": None, "providers_file": Path("/dev/null")}],
    ids=["other host", "keys of an operator", "providers"],
)
async def test_outside_development_there_are_no_links(
    house: House, schema: ProvingSchema, tmp_path: Path, exposed: dict[str, Any]
) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text(
        json.dumps(KeySet([OKPKey.generate_key("Ed25519", auto_kid=True)]).as_dict(private=False))
    )
    settings = house.settings.model_copy(
        update={"jwks_file": keys, "public_url": SITE, "ticket_key": SecretStr("x" * 32), **exposed}
    )
    app = create_app(settings, sender=house.sender, schema=schema)
    async with app.router.lifespan_context(app), browser(app) as visitor:
        assert (await visitor.get(link(house))).status_code == 404
        assert COOKIE not in visitor.cookies


async def test_there_is_a_link_for_each_role_of_the_demonstration(
    house: House, visitor: httpx.AsyncClient
) -> None:
    links = demo_links(house.settings, f"{SITE}/")
    assert links.keys() >= {"coordinator", "participant", "operator", "clerk"}
    for role in ("participant", "operator"):
        assert (await visitor.get(links[role])).status_code == 303
        assert (await who(visitor))["pseudonym"] == str(demo_member(role))


async def test_signing_in_again_ends_the_session_before(
    house: House, visitor: httpx.AsyncClient, later: list[float]
) -> None:
    first = await signed_in(house, visitor)
    second = await signed_in(house, visitor, "operator")
    assert first != second
    later.append(BELIEVED)
    visitor.cookies.clear()
    response = await visitor.post(
        "/graphql", json={"query": WHO}, headers=from_page(cookie=f"{COOKIE}={first}")
    )
    assert response.status_code == 401


async def test_a_page_of_another_site_does_nothing_with_the_cookie(
    house: House, visitor: httpx.AsyncClient
) -> None:
    await signed_in(house, visitor)
    events = await house.clock_and_ledger()
    body = {"query": "mutation { __typename }"}
    for headers, said in (
        (from_page("https://evil.example"), "Authorization: Bearer"),
        (from_page("null"), "Origin"),
        (from_page(None), "Origin"),
        (from_page("http://127.0.0.1"), "Origin"),
        (from_page("https://127.0.0.1:8443"), "Origin"),
        ({"origin": SITE}, "GraphQL-Preflight: 1"),
        ({"origin": SITE, "graphql-preflight": ""}, "GraphQL-Preflight: 1"),
    ):
        response = await visitor.post("/graphql", json=body, headers=headers)
        assert response.status_code == 403, headers
        (error,) = response.json()["errors"]
        assert said in error["message"]
        assert "Rien n’a été modifié" in error["message"]
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", ""):
        response = await visitor.post(
            "/graphql",
            content=json.dumps(body),
            headers={"origin": "https://evil.example", "content-type": kind},
        )
        assert response.status_code == 403
        assert "application/json" in response.json()["errors"][0]["message"]
    assert await house.clock_and_ledger() == events


@pytest.mark.parametrize("header", ["GraphQL-Preflight", "Apollo-Require-Preflight"])
async def test_the_headers_that_the_field_knows_will_do(
    house: House, visitor: httpx.AsyncClient, header: str
) -> None:
    await signed_in(house, visitor)
    response = await visitor.post("/graphql", json={"query": WHO}, headers={"origin": SITE, header: "true"})
    assert response.json()["data"]["viewer"]["authenticated"]


async def test_a_query_by_get_is_asked_by_anybody_unless_a_page_says_that_it_is_ours(
    house: House, visitor: httpx.AsyncClient
) -> None:
    await signed_in(house, visitor)
    for headers, known in (({}, False), ({"graphql-preflight": "1"}, True)):
        response = await visitor.get("/graphql", params={"query": WHO}, headers=headers)
        assert response.json()["data"]["viewer"]["authenticated"] is known
        assert response.headers["cache-control"] == "no-store"


async def test_a_token_counts_and_the_cookie_beside_it_does_not(
    house: House, visitor: httpx.AsyncClient
) -> None:
    await signed_in(house, visitor)
    token = sign_token(house.settings, roles=[], member=demo_member("participant"))
    for authorization, status in ((f"Bearer {token}", 200), ("Bearer nonsense", 401)):
        response = await visitor.post(
            "/graphql", json={"query": WHO}, headers={"authorization": authorization}
        )
        assert response.status_code == status
        assert "set-cookie" not in response.headers
    response = await visitor.post(
        "/graphql", json={"query": WHO}, headers={"authorization": f"Bearer {token}"}
    )
    assert response.json()["data"]["viewer"]["pseudonym"] == str(demo_member("participant"))


async def test_a_stolen_cookie_is_worth_nothing_after_sign_out(
    house: House, visitor: httpx.AsyncClient
) -> None:
    stolen = await signed_in(house, visitor)
    assert (await who(visitor))["authenticated"]
    question = await visitor.get("/sign-out")
    assert "Se déconnecter" in question.text
    assert (await who(visitor))["authenticated"], "a link that was followed signs nobody out"
    answer = await visitor.post("/sign-out", headers={"origin": SITE})
    assert answer.status_code == 200
    assert "déconnecté" in answer.text
    assert COOKIE not in visitor.cookies
    assert not (await who(visitor))["authenticated"]
    async with browser(house.app) as thief:
        response = await thief.post(
            "/graphql", json={"query": WHO}, headers=from_page(cookie=f"{COOKIE}={stolen}")
        )
        assert response.status_code == 401
        assert response.headers["set-cookie"].startswith(f'{COOKIE}="";'), "the browser may go on as anybody"
        assert "/sign-in" in response.json()["errors"][0]["message"]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None])
async def test_no_other_site_signs_anybody_out(
    house: House, visitor: httpx.AsyncClient, origin: str | None
) -> None:
    await signed_in(house, visitor)
    response = await visitor.post("/sign-out", headers={"origin": origin} if origin else {})
    assert response.status_code == 403
    assert "/sign-out" in response.text
    assert (await who(visitor))["authenticated"]


@pytest.mark.parametrize("value", ["x", "é" * 43, "A" * 43, "A" * 5000, ""])
async def test_what_is_no_cookie_of_ours_opens_nothing(
    house: House, visitor: httpx.AsyncClient, value: str
) -> None:
    headers: Any = [(name.encode(), value.encode()) for name, value in from_page().items()]
    headers.append((b"cookie", f"{COOKIE}={value}".encode()))
    response = await visitor.post("/graphql", json={"query": WHO}, headers=headers)
    assert response.status_code == 401


async def test_the_cookie_is_replaced_at_intervals_and_the_former_serves_for_seconds(
    house: House, visitor: httpx.AsyncClient, later: list[float]
) -> None:
    former = await signed_in(house, visitor)
    await house.clock.advance(house.settings.session_renewal)
    assert (await who(visitor))["authenticated"]
    new = visitor.cookies[COOKIE]
    assert new != former
    response = await visitor.post(
        "/graphql", json={"query": WHO}, headers=from_page(cookie=f"{COOKIE}={former}")
    )
    assert response.status_code == 200, "it was on its way"
    assert "set-cookie" not in response.headers
    later.append(BELIEVED)
    assert (await who(visitor))["authenticated"]
    assert visitor.cookies[COOKIE] == new
    await house.clock.advance(GRACE + SECOND)
    later.append(2 * BELIEVED)
    async with browser(house.app) as thief:
        response = await thief.post(
            "/graphql", json={"query": WHO}, headers=from_page(cookie=f"{COOKIE}={former}")
        )
        assert response.status_code == 401
    assert (await ask(visitor, WHO)).status_code == 401, "two had the session: it ended"


async def test_a_session_ends_unused_and_in_any_case(
    house: House, visitor: httpx.AsyncClient, later: list[float]
) -> None:
    await signed_in(house, visitor)
    for day in range(1, 8):
        await house.clock.advance(house.settings.session_idle_ttl - timedelta(minutes=18))
        later.append(day * BELIEVED)
        response = await ask(visitor, WHO)
        if day < 8 and response.status_code == 401:
            break
    assert day == 8 - 1, "twelve hours, however often it was used"
    await signed_in(house, visitor)
    await house.clock.advance(house.settings.session_idle_ttl)
    later.append(99)
    assert (await ask(visitor, WHO)).status_code == 401


async def test_a_session_is_asked_for_once_in_a_while(
    house: House, visitor: httpx.AsyncClient, later: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bytes] = []
    use = sessions.use

    async def counted(connection: Any, digest: bytes, terms: Any) -> Any:
        asked.append(digest)
        return await use(connection, digest, terms)

    await signed_in(house, visitor)
    monkeypatch.setattr(sessions, "use", counted)
    for ahead in (0, 0, BELIEVED, BELIEVED):
        later.append(ahead)
        for _ in range(REPLICAS):
            await who(visitor)
    assert len(asked) == 2 * REPLICAS, "each API asks for itself"


async def test_while_nobody_can_tell_whether_a_session_works_the_service_is_unavailable(
    house: House, visitor: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await signed_in(house, visitor)

    async def silent(*_: Any, **__: Any) -> Any:
        raise StoreTooSlow

    for name in ("use", "sign_out", "begin"):
        monkeypatch.setattr(sessions, name, silent)
    assert (await ask(visitor, WHO)).status_code == 503
    assert (await visitor.post("/sign-out", headers={"origin": SITE})).status_code == 503
    assert COOKIE in visitor.cookies
    assert (await visitor.get(link(house))).status_code == 503


def handshake(address: str, cookie: str | None, origin: str | None) -> Any:
    return websockets.connect(
        f"ws://{address}/graphql",
        subprotocols=[TRANSPORT],
        origin=Origin(origin) if origin else None,
        additional_headers={"cookie": f"{COOKIE}={cookie}"} if cookie else {},
    )


async def test_a_socket_takes_the_cookie_from_a_page_of_ours_alone(
    house: House, visitor: httpx.AsyncClient
) -> None:
    cookie = await signed_in(house, visitor)
    async with served(house.app) as address:
        for elsewhere in ("https://evil.example", "null"):
            with pytest.raises(InvalidStatus) as refused:
                await handshake(address, cookie, elsewhere)
            assert refused.value.response.status_code == 403
        own = f"http://{address}"
        wrong = [(cookie, None), (cookie, f"https://{address}"), ("A" * 43, own), ("x", own)]
        for given, origin in wrong:
            async with handshake(address, given, origin) as connection:
                with pytest.raises(ConnectionClosed) as closed:
                    await Socket(connection).begin()
                assert closed.value.rcvd is not None
                assert closed.value.rcvd.code == 4403
        async with handshake(address, cookie, f"http://{address}") as connection:
            socket = Socket(connection)
            assert (await socket.begin())["type"] == "connection_ack"
            await socket.send(type="subscribe", id="1", payload={"query": WHO})
            seen = (await socket.receive())["payload"]["data"]["viewer"]
            assert seen["pseudonym"] == str(demo_member("coordinator"))


async def test_while_nobody_can_tell_whether_a_session_works_no_socket_opens(
    house: House, visitor: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    cookie = await signed_in(house, visitor)
    use = sessions.use

    async def silent(*_: Any, **__: Any) -> Any:
        raise StoreTooSlow

    monkeypatch.setattr(sessions, "use", silent)
    async with served(house.app) as address:
        with pytest.raises(ConnectionClosed) as refused:
            async with handshake(address, cookie, f"http://{address}") as connection:
                await Socket(connection).begin()
        assert refused.value.rcvd is not None
        assert refused.value.rcvd.code == 1013
        monkeypatch.setattr(sessions, "use", use)
        async with handshake(address, cookie, f"http://{address}") as connection:
            assert (await Socket(connection).begin())["type"] == "connection_ack"


async def test_a_token_in_the_first_message_of_a_socket_counts_and_the_cookie_does_not(
    house: House, visitor: httpx.AsyncClient
) -> None:
    cookie = await signed_in(house, visitor)
    token = sign_token(house.settings, roles=[], member=demo_member("participant"))
    async with served(house.app) as address, handshake(address, cookie, f"http://{address}") as connection:
        socket = Socket(connection)
        await socket.begin(f"Bearer {token}")
        await socket.send(type="subscribe", id="1", payload={"query": WHO})
        seen = (await socket.receive())["payload"]["data"]["viewer"]
        assert seen["pseudonym"] == str(demo_member("participant"))


async def test_an_open_socket_ends_with_its_session_and_lives_through_another_cookie(
    stage: Stage, later: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.sockets.LOOKED_AT_EVERY", 0.02)
    house = stage.house
    await stage.open()
    async with browser(house.app) as visitor, served(house.app) as address:
        cookie = await signed_in(house, visitor)
        async with handshake(address, cookie, f"http://{address}") as connection:
            socket = Socket(connection)
            await socket.begin()
            seq = (await stage.about("{ seq }"))["seq"]
            await socket.follow(stage.id, seq - 1)
            await socket.event()
            await house.clock.advance(house.settings.session_renewal)
            later.append(BELIEVED)
            assert (await who(visitor))["authenticated"]
            assert visitor.cookies[COOKIE] != cookie
            await house.clock.advance(GRACE + SECOND)
            later.append(2 * BELIEVED)
            await stage.do("Suspend", "coordinator", reason="Une panne.")
            await socket.event()
            assert (await visitor.post("/sign-out", headers={"origin": SITE})).status_code == 200
            later.append(3 * BELIEVED)
            with pytest.raises(ConnectionClosed) as closed:
                while True:
                    await socket.receive()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4403


async def test_the_public_address_is_the_origin_where_there_is_one(
    house: House, schema: ProvingSchema
) -> None:
    settings = house.settings.model_copy(update={"public_url": "https://concertation.example/api"})
    app = create_app(settings, sender=house.sender, schema=schema)
    async with app.router.lifespan_context(app), browser(app) as visitor:
        await visitor.get(link(house))
        for origin, status in (("https://concertation.example", 200), (SITE, 403)):
            response = await visitor.post("/graphql", json={"query": WHO}, headers=from_page(origin))
            assert response.status_code == status


async def sessions_seen(visitor: httpx.AsyncClient) -> Any:
    response = await ask(visitor, document("Sessions"))
    assert "errors" not in response.json(), response.text
    return response.json()["data"]["viewer"]


async def end(visitor: httpx.AsyncClient, operation: str, **fields: Any) -> Any:
    response = await ask(visitor, document(operation), {"input": fields})
    assert "errors" not in response.json(), response.text
    return next(iter(response.json()["data"].values()))


async def test_people_see_their_sessions_and_end_them_one_by_one_or_all_but_this(
    house: House, visitor: httpx.AsyncClient, later: list[float]
) -> None:
    async with browser(house.app) as second, browser(house.app) as third, browser(house.app) as stranger:
        for one in (visitor, second, third):
            await signed_in(house, one)
        await signed_in(house, stranger, "operator")
        seen = await sessions_seen(visitor)
        assert seen["account"]["provider"] == "development"
        assert seen["account"]["siret"] is None
        assert [session["current"] for session in seen["sessions"]] == [True, False, False]
        mine, other, last = [session["id"] for session in seen["sessions"]]
        assert [session["current"] for session in (await sessions_seen(second))["sessions"]] == [
            False, True, False,
        ]  # fmt: skip
        for id in (mine, "x", "QnJvd3NlclNlc3Npb246eA=="):
            assert (await end(stranger, "EndSession", sessionId=id))["code"] == "UNKNOWN_SESSION"
            answer = await end(stranger, "EndOtherSessions", keptSessionId=id)
            assert (answer["code"], answer["path"]) == ("UNKNOWN_SESSION", ["keptSessionId"])
        ended = await end(visitor, "EndSession", sessionId=other)
        assert [session["id"] for session in ended["sessions"]] == [mine, last]
        kept = await end(visitor, "EndOtherSessions")
        assert [session["id"] for session in kept["sessions"]] == [mine]
        later.append(BELIEVED)
        assert [(await ask(one, WHO)).status_code for one in (visitor, second, third, stranger)] == [
            200, 401, 401, 200,
        ]  # fmt: skip
        await end(visitor, "EndSession", sessionId=mine)
        later.append(2 * BELIEVED)
        assert (await ask(visitor, WHO)).status_code == 401


async def test_a_token_of_the_person_sees_sessions_and_a_personal_access_token_none(
    house: House, visitor: httpx.AsyncClient
) -> None:
    await signed_in(house, visitor)
    made = await end(
        visitor,
        "CreateAccessToken",
        idempotencyKey="k",
        name="Tableur",
        scopes=["CONDUCT"],
        expiresAt=(await house.clock.now() + timedelta(days=1)).isoformat(),
    )
    in_person = sign_token(house.settings, roles=[], member=demo_member("coordinator"))
    for token, known in ((in_person, 1), (made["token"], 0)):
        headers = {"authorization": f"Bearer {token}"}
        body: dict[str, Any] = {"query": document("Sessions")}
        answer = await visitor.post("/graphql", json=body, headers=headers)
        seen = answer.json()["data"]["viewer"]
        assert (seen["account"], len(seen["sessions"])) == (None, known)
        body = {"query": document("EndOtherSessions"), "variables": {"input": {}}}
        answer = (await visitor.post("/graphql", json=body, headers=headers)).json()["data"]
        said = answer["endOtherSessions"].get("code")
        assert said == (None if known else "TOKEN_REACH_MISSING")
    assert (await house.ask("Sessions"))["viewer"] == {"account": None, "sessions": []}
