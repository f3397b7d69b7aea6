"""Trusted documents at the door: named by their digests by anybody, and all that a browser's cookie may ask."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
import websockets
from starlette.applications import Starlette
from websockets.typing import Origin

from server.media_types import GRAPHQL, JSON
from server.sign_in.links import sign_link
from server.tokens import demo_member
from server.trusted_documents import digest
from tests.api.browsers import COOKIE, SITE, browser, from_page
from tests.api.house import House, document
from tests.api.sockets import TRANSPORT, connected, served
from tests.fixtures.replicas import create_app

pytestmark = pytest.mark.postgres

TIME = document("ServerTime")
VIEWER = document("Viewer")
OWN = "query Mine { serverTime }"


@pytest_asyncio.fixture
async def strict(house: House) -> AsyncIterator[Starlette]:
    """The application as off loopback: browsers may ask trusted documents alone."""
    settings = house.settings.model_copy(update={"trusted_documents": "cookie"})
    app = create_app(settings, sender=house.sender)
    async with app.router.lifespan_context(app):
        yield app


@pytest_asyncio.fixture
async def visitor(house: House, strict: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that is signed in there."""
    async with browser(strict) as found:
        response = await found.get(
            sign_link(house.settings, roles=["coordinator"], member=demo_member("coordinator"))
        )
        assert response.status_code == 303
        yield found


async def send(http: httpx.AsyncClient, asked: dict[str, Any], **headers: str) -> httpx.Response:
    return await http.post("/graphql", json=asked, headers={**from_page(), **headers})


def code(answer: Any) -> str:
    (error,) = answer["errors"]
    return str(error["extensions"]["code"])


@pytest.mark.parametrize(
    "name",
    [
        {"documentId": f"sha256:{digest(TIME)}"},
        {"documentId": digest(TIME)},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest(TIME)}}},
        {"documentId": digest(TIME), "query": TIME},
    ],
)
async def test_anybody_may_name_a_document_by_its_digest(house: House, name: dict[str, Any]) -> None:
    answer = await house.http.post("/graphql", json=name)
    assert answer.json()["data"]["serverTime"]
    if "query" not in name:
        written = {key: value if isinstance(value, str) else json.dumps(value) for key, value in name.items()}
        assert (await house.http.get("/graphql", params=written)).json()["data"]["serverTime"]


@pytest.mark.parametrize(("kind", "status"), [(JSON, 200), (GRAPHQL, 400)])
async def test_a_digest_of_none_is_answered_as_clients_expect(house: House, kind: str, status: int) -> None:
    asked = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest(OWN)}}}
    answer = await house.http.post("/graphql", json=asked, headers={"accept": kind})
    assert answer.status_code == status
    assert answer.json().keys() == {"errors"}
    assert answer.json()["errors"][0]["message"] == "PersistedQueryNotFound"
    assert code(answer.json()) == "PERSISTED_QUERY_NOT_FOUND"
    again = await house.http.post("/graphql", json={**asked, "query": OWN})
    assert again.json()["data"]["serverTime"], "with its text it is as any other"


@pytest.mark.parametrize(
    "asked",
    [{"documentId": 5}, {"documentId": digest(TIME), "query": OWN}, {"documentId": digest(TIME), "query": ""},
     {"extensions": {"persistedQuery": {"sha256Hash": []}}}, {"extensions": {"persistedQuery": 5}}],
)  # fmt: skip
async def test_what_names_no_document_or_another_one_is_no_request(
    house: House, asked: dict[str, Any]
) -> None:
    answer = await house.http.post("/graphql", json=asked)
    assert answer.status_code == 400
    assert code(answer.json()) == "BAD_USER_INPUT"


async def test_a_mutation_that_is_named_is_still_none_by_get(house: House) -> None:
    answer = await house.http.get("/graphql", params={"documentId": digest(document("Launch"))})
    assert answer.status_code == 405


async def test_a_cookie_asks_trusted_documents_alone(visitor: httpx.AsyncClient) -> None:
    for asked in ({"query": VIEWER}, {"query": VIEWER.rstrip()}, {"documentId": f"sha256:{digest(VIEWER)}"}):
        assert (await send(visitor, asked)).json()["data"]["viewer"]["authenticated"] is True
    for language, said in (("fr", "graphql/operations"), ("en", "Only the documents of the application")):
        refused = await send(visitor, {"query": OWN}, **{"accept": GRAPHQL, "accept-language": language})
        assert (refused.status_code, code(refused.json())) == (400, "DOCUMENT_NOT_TRUSTED")
        assert said in refused.json()["errors"][0]["message"]
        assert "data" not in refused.json()
    smuggled = await send(visitor, {"query": "mutation { endOtherSessions(input: {}) { __typename } }"})
    assert code(smuggled.json()) == "DOCUMENT_NOT_TRUSTED"
    named = {"query": OWN, "documentId": digest(VIEWER)}
    assert (await send(visitor, named)).status_code == 400, "the digest of another one is no pass"


async def test_whoever_has_a_token_or_nothing_asks_what_they_like(house: House, strict: Starlette) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=strict), base_url=SITE) as http:
        for headers in ({}, house.headers("coordinator")):
            answer = await http.post("/graphql", json={"query": OWN}, headers=headers)
            assert answer.json()["data"]["serverTime"]


async def test_a_socket_is_held_to_them_too(visitor: httpx.AsyncClient, strict: Starlette) -> None:
    async with (
        served(strict) as address,
        websockets.connect(
            f"ws://{address}/graphql",
            subprotocols=[TRANSPORT],
            origin=Origin(f"http://{address}"),
            additional_headers={"cookie": f"{COOKIE}={visitor.cookies[COOKIE]}"},
        ) as socket,
    ):
        await socket.send(json.dumps({"type": "connection_init"}))
        assert json.loads(await socket.recv())["type"] == "connection_ack"

        async def asked(**payload: Any) -> Any:
            await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
            found = [json.loads(await socket.recv())]
            if found[0]["type"] == "next":
                found.append(json.loads(await socket.recv()))
            return found[0]

        assert code({"errors": (await asked(query=OWN))["payload"]}) == "DOCUMENT_NOT_TRUSTED"
        assert (await asked(query=VIEWER))["payload"]["data"]["viewer"]["authenticated"] is True
        assert (await asked(documentId=digest(VIEWER)))["payload"]["data"]["viewer"]["authenticated"] is True
        unknown = await asked(extensions={"persistedQuery": {"version": 1, "sha256Hash": digest(OWN)}})
        assert (unknown["type"], unknown["payload"][0]["message"]) == ("error", "PersistedQueryNotFound")


async def test_before_it_said_who_it_is_a_socket_names_nothing(house: House) -> None:
    async with served(house.app) as address, connected(address) as socket:
        await socket.send(id="1", type="subscribe", payload={"documentId": digest(OWN)})
        with pytest.raises(websockets.exceptions.ConnectionClosed) as closed:
            await socket.receive()
        assert closed.value.rcvd
        assert closed.value.rcvd.code in (4400, 4401)
