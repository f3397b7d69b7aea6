"""GraphQL over HTTP: media types, status codes, and queries by GET where the operator allows them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from domain.texts import text
from server.asked import LONGEST_ADDRESS, FormFault
from server.media_types import GRAPHQL, JSON
from tests.api.house import House
from tests.api.stage import Stage
from tests.fixtures.replicas import create_app

pytestmark = pytest.mark.postgres

VIEWER = "{ viewer { authenticated } }"
TYPED = "query($n: Int!) { procedures(first: $n) { totalCount } }"


@pytest_asyncio.fixture
async def closed_door(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """The application without queries by GET."""
    settings = house.settings.model_copy(update={"queries_by_get": False})
    app = create_app(settings, sender=house.sender)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1") as client,
    ):
        yield client


def reason(response: httpx.Response) -> str:
    """The name of the fault that an answer tells."""
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    return next(f.value for f in FormFault if error["message"].endswith(text(f"form.{f}", ("fr",))))


@pytest.mark.parametrize("kind", [JSON, GRAPHQL])
async def test_the_answer_says_its_type_and_encoding(house: House, kind: str) -> None:
    response = await house.http.post("/graphql", json={"query": VIEWER}, headers={"accept": kind})
    assert response.status_code == 200
    assert response.headers["content-type"] == f"{kind}; charset=utf-8"
    assert response.json() == {"data": {"viewer": {"authenticated": False}}}


@pytest.mark.parametrize(
    "asked",
    [
        {"query": "{"},
        {"query": "{ nothing }"},
        {"query": TYPED},
        {"query": TYPED, "variables": {"n": "one"}},
        {"query": "query A { serverTime }", "operationName": "B"},
        {"query": "query A { serverTime } query B { serverTime }"},
        {"query": "{ " + " ".join(f"a{n}: serverTime" for n in range(30)) + " }"},
    ],
    ids=["syntax", "field", "missing", "coercion", "name", "no name", "too much"],
)
async def test_what_was_not_executed_has_no_data_and_is_400_where_the_client_can_tell(
    house: House, asked: dict[str, Any]
) -> None:
    for _ in range(2):  # the second time, what is valid was proven
        for kind, status in ((JSON, 200), (GRAPHQL, 400)):
            response = await house.http.post("/graphql", json=asked, headers={"accept": kind})
            assert response.status_code == status
            assert response.json().keys() == {"errors"}
            assert {e["extensions"]["code"] for e in response.json()["errors"]} == {"BAD_USER_INPUT"}


@pytest.mark.parametrize("kind", [JSON, GRAPHQL])
async def test_a_fault_of_a_field_is_a_success_over_http(house: House, kind: str) -> None:
    asked = {"query": '{ concertations(after: "x") { totalCount } }'}
    response = await house.http.post("/graphql", json=asked, headers={"accept": kind})
    assert response.status_code == 200
    assert response.json().keys() == {"data", "errors"}


async def test_a_fault_of_ours_before_the_execution_is_500(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise ValueError("swordfish")

    monkeypatch.setattr("api.proving.Proving.on_validate", broken)
    asked = {"query": "{ serverTime } # validated nowhere else"}
    response = await house.http.post("/graphql", json=asked, headers={"accept": GRAPHQL})
    assert response.status_code == 500
    assert response.json()["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert "swordfish" not in response.text


async def test_what_was_found_before_postgresql_went_is_given(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from api.reading import Reading
    from store.faults import StoreUnreachable

    async def gone(self: Reading) -> None:
        raise StoreUnreachable("gone")

    monkeypatch.setattr(Reading, "now", gone)
    partly = await house.post('{ viewer { authenticated } node(id: "x") { id } }')
    assert partly.status_code == 200
    nothing = await house.post("{ serverTime }")
    assert nothing.status_code == 503
    assert nothing.json()["data"] is None


@pytest.mark.parametrize("accept", ["text/html", "application/json; charset=latin1", "application/xml;q=1"])
async def test_who_reads_no_type_of_answer_is_told(house: House, accept: str) -> None:
    response = await house.http.post("/graphql", json={"query": VIEWER}, headers={"accept": accept})
    assert response.status_code == 406
    assert reason(response) == "not_acceptable"


@pytest.mark.parametrize(
    ("content", "content_type", "fault"),
    [
        (json.dumps({"query": VIEWER}), "text/plain", "content_type"),
        (json.dumps({"query": VIEWER}), "application/json; charset=latin1", "content_type"),
        ("{}", JSON, "query"),
        ('{"query": ""}', JSON, "query"),
        ('{"query": null}', JSON, "query"),
        ('{"query": "{ serverTime }", "operationName": 1}', JSON, "operation_name"),
        ('{"query": "{ serverTime }", "variables": "{}"}', JSON, "variables"),
        ('{"query": "{ serverTime }", "extensions": []}', JSON, "extensions"),
    ],
)
async def test_what_is_no_request_is_400_and_its_fault_is_named(
    house: House, content: str, content_type: str, fault: str
) -> None:
    response = await house.http.post("/graphql", content=content, headers={"content-type": content_type})
    assert response.status_code == 400
    assert reason(response) == fault


async def test_a_query_comes_by_get_where_it_may(house: House) -> None:
    asked = {"query": TYPED, "variables": '{"n": 1}', "operationName": "", "extensions": "{}"}
    for _ in range(2):
        response = await house.http.get("/graphql", params=asked)
        assert response.status_code == 200
        assert response.json()["data"]["procedures"]["totalCount"] >= 1
        assert response.headers["cache-control"] == "no-store"


async def test_a_mutation_by_get_is_refused_and_done_by_nobody(stage: Stage) -> None:
    await stage.draft()
    query = "mutation($input: AmendDraftInput!) { amendDraft(input: $input) { __typename } }"
    given = {"input": {"idempotencyKey": "k", "concertationId": stage.id, "title": "Autre"}}
    headers = stage.house.headers("coordinator")
    for _ in range(2):
        response = await stage.house.http.get(
            "/graphql", params={"query": query, "variables": json.dumps(given)}, headers=headers
        )
        assert response.status_code == 405
        assert response.headers["allow"] == "POST"
        assert reason(response) == "mutation_by_get"
        assert (await stage.about("{ title }"))["title"] != "Autre"
        await stage.house.http.post(
            "/graphql", json={"query": query, "variables": given}
        )  # proven, and refused: no token


@pytest.mark.parametrize(
    ("address", "fault", "status"),
    [
        ("", "query", 400),
        ("?query=", "query", 400),
        ("?query=%7BserverTime%7D&variables=x", "variables", 400),
        ("?query=%7BserverTime%7D&variables=[]", "variables", 400),
        ("?query=%7BserverTime%7D&extensions=1", "extensions", 400),
        ("?query=%FF", "query", 400),
        ("?query=%7Ba%7D%00", "query", 400),
        ("?query=subscription%7BconcertationEvents(concertationId:%22x%22)%7Bseq%7D%7D", "subscription", 400),
        ("?query=" + "x" * LONGEST_ADDRESS, "too_long", 414),
        ("?" + "a=b&" * 100, "query", 400),
    ],
)
async def test_an_address_that_asks_nothing_readable_is_refused(
    house: House, address: str, fault: str, status: int
) -> None:
    response = await house.http.get(f"/graphql{address}")
    assert response.status_code == status
    assert reason(response) == fault


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "HEAD"])
async def test_queries_come_by_post_alone_where_the_operator_says_so(
    closed_door: httpx.AsyncClient, method: str
) -> None:
    response = await closed_door.request(method, "/graphql", params={"query": VIEWER})
    assert response.status_code == 405
    assert response.headers["allow"] == "POST"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "HEAD"])
async def test_other_methods_are_told_which_do(house: House, method: str) -> None:
    response = await house.http.request(method, "/graphql")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, POST"


def test_every_fault_of_form_has_its_sentence_in_both_languages() -> None:
    for fault in FormFault:
        french, english = (text(f"form.{fault}", [language]) for language in ("fr", "en"))
        assert french != english
        assert not french.startswith("form.")
