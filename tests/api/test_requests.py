"""Requests as they arrive: bodies, tokens, documents; nothing of theirs breaks the service."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from api.faults import FaultCode
from api.proving import ProvingSchema
from domain.texts import text
from server.tokens import read_token, sign_token
from tests.api.house import House, document, pseudonym
from tests.api.stage import Stage
from tests.fixtures.replicas import REPLICAS

pytestmark = pytest.mark.postgres

VIEWER = "{ viewer { authenticated } }"


async def send(house: House, content: bytes | str, **headers: str) -> Any:
    return await house.http.post(
        "/graphql", content=content, headers={"content-type": "application/json", **headers}
    )


def code(response: Any) -> str:
    found: str = response.json()["errors"][0]["extensions"]["code"]
    return found


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"null", b"5", b'"x"', b"[]", b"[{}]", b"{}", b'{"query": 5}', b'{"query": "{"}',
        b'{"query": "{ nothing }"}', b'{"query": "{ serverTime }", "variables": []}',
        b'{"query": "{ serverTime }", "operationName": ["x"]}', b'{"query": "{ serverTime }", "extensions": 1}',
        b'{"query": "\\u0000"}', b'{"query": "{ serverTime }", "variables": {"a": "\\u0000"}}',
        b'{"query": "{ serverTime }", "variables": {"a\\u0000": "b"}}', b'{"query": "\\ud800"}', b'{"query": "\xff"}',
        b'{"query": "{ procedure(key: \\"a\\\\u0000b\\") { key } }"}', b'{"query": "{ a", "x": [' + b"[" * 3000,
        b'{"query": "' + b"{ a" * 3000 + b'"}', b"\x00",
    ],
)  # fmt: skip
async def test_what_is_no_request_is_refused_as_bad_input(house: House, content: bytes) -> None:
    response = await send(house, content)
    assert response.status_code in (200, 400)
    assert code(response) == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"variables": None, "operationName": None},
        {"variables": {"a": 1}},
        {"operationName": "A"},
        {"operationName": "B"},
        {"operationName": 5},
        {"variables": []},
        {"variables": {"a": "\0"}},
        {"extensions": {"x": 1}},
        {"extensions": 1},
        {"unknown": 1},
    ],
)
@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "text/plain", ""])
async def test_a_document_that_was_asked_before_is_answered_as_one_that_was_not(
    house: House, more: dict[str, Any], kind: str
) -> None:
    query = "query A { viewer { authenticated } }"
    assert (await house.post(query)).status_code == 200
    known, new = [
        await send(house, json.dumps({"query": text, **more}), **{"content-type": kind})
        for text in (query, f"{query} # asked for the first time")
    ]
    assert (known.status_code, known.content) == (new.status_code, new.content)
    assert known.headers == new.headers


async def test_an_escaped_backslash_before_zeros_is_a_text_like_any_other(house: House) -> None:
    query = "query($key: String!) { procedure(key: $key) { key } }"
    assert await house.ask(query, {"key": r"a\u0000b"}) == {"procedure": None}


@pytest.mark.parametrize(
    ("content", "french", "english"),
    [
        (b'[{"query": "{ serverTime }"}]', "une opération par demande", "one operation per request"),
        (
            b"[" + b'{"query": "{ serverTime }"},' * 5_000 + b"{}]",
            "une opération par demande",
            "one operation",
        ),
        (
            b'{"query": "{ serverTime }", "variables": {"a": ' + b"[" * 900 + b"]" * 900 + b"}}",
            "imbriqués",
            "nested",
        ),
        (
            b'{"query": "{ serverTime }", "variables": {"a": ' + b'{"a":' * 60 + b"1" + b"}" * 61 + b"}",
            "imbri",
            "nest",
        ),
        (b"[" * 900 + b'"\\u0000"' + b"]" * 900, "imbriqués", "nested"),
        (b"[" * 100_000, "JSON", "JSON"),
        (b'{"query": "{ serverTime }", "variables": {"a": "\\u0000"}}', "NUL", "NUL"),
        (b'{"query": "{ serverTime }", "variables": {"a": "\\ud800"}}', "JSON", "JSON"),
        (b'{"query": "{ serverTime }", "variables": {"a": "\xed\xa0\x80"}}', "JSON", "JSON"),
        (b" " * 1_000_001, "1000000 octets", "1000000 bytes"),
        (b"x" * 10_000_000, "1000000 octets", "1000000 bytes"),
    ],
    ids=lambda given: str(given)[:30],
)
async def test_what_is_wrong_with_a_body_is_said(
    house: House, content: bytes, french: str, english: str
) -> None:
    for language, words in (("fr", french), ("en", english)):
        response = await send(house, content, **{"accept-language": language})
        assert response.status_code == (413 if len(content) > 1_000_000 else 400)
        assert code(response) == "BAD_USER_INPUT"
        assert words in response.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    "query",
    [
        r'{ procedure(key: "\uD800") { key } }',
        r'{ procedure(key: "\u{D800}") { key } }',
        "{ concertations(first: " + "9" * 9_000 + ") { totalCount } }",
        "{ concertations(first: -" + "9" * 9_000 + ") { totalCount } }",
        "{ concertations(first: 1e" + "9" * 9_000 + ") { totalCount } }",
        "query ($n: Int = " + "9" * 9_000 + ") { concertations(first: $n) { totalCount } }",
    ],
    ids=lambda given: str(given)[:30],
)
async def test_values_that_nothing_can_be_made_of_are_bad_input(house: House, query: str) -> None:
    response = await house.post(query)
    assert response.status_code == 200
    assert code(response) == "BAD_USER_INPUT"


@pytest.mark.parametrize("value", [10**30, -(10**30), 1e308, 2**31, "1", True, 1.5, [], {}])
async def test_a_page_size_that_is_no_number_of_items_is_bad_input(house: House, value: Any) -> None:
    query = "query ($n: Int) { concertations(first: $n) { totalCount } }"
    await house.ask(query, {"n": 1})
    for text_ in (query, query + "#"):
        assert code(await house.post(text_, {"n": value})) in ("BAD_USER_INPUT",)


async def test_answers_as_deep_as_may_be_are_answered_like_any_others(stage: Stage) -> None:
    await stage.open()
    deep: Any = 1
    for _ in range(40):
        deep = [deep]
    given = {"concertationId": stage.id, "stage": "appel", "round": 1, "answers": {"q1": deep}}
    response = await stage.house.post(
        document("SaveDraft"), {"input": {"idempotencyKey": "k", **given}}, "citizen"
    )
    assert response.json().get("errors", [{}])[0].get("extensions", {}).get("code") in (
        None,
        "BAD_USER_INPUT",
    )


async def test_a_body_that_is_too_large_is_refused_before_it_is_read_whole(house: House) -> None:
    response = await send(house, b" " * 1_000_001)
    assert response.status_code == 413
    assert code(response) == "BAD_USER_INPUT"
    taken = 0

    async def endless() -> Any:
        nonlocal taken
        while taken < 10_000_000:
            taken += 100_000
            yield b" " * 100_000

    response = await house.http.post(
        "/graphql", content=endless(), headers={"content-type": "application/json"}
    )
    assert response.status_code == 413


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS"])
async def test_queries_come_by_get_and_post_alone(house: House, method: str) -> None:
    response = await house.http.request(method, "/graphql", params={"query": VIEWER})
    assert response.status_code == 405


async def test_forms_are_not_read(house: House) -> None:
    response = await house.http.post("/graphql", data={"query": VIEWER})
    assert response.status_code == 400
    assert code(response) == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    "header", ["Basic eDp5", "Bearer", "Bearer x", "Bearer é", "Bearer " + "a." * 50, "x" * 5000]
)
async def test_what_is_no_valid_token_is_refused(house: House, header: str) -> None:
    response = await house.http.post(
        "/graphql", json={"query": VIEWER}, headers={b"authorization": header.encode()}
    )
    assert response.status_code == 401
    assert code(response) == "UNAUTHENTICATED"


async def test_a_token_of_another_key_or_out_of_date_is_refused(house: House, tmp_path: Any) -> None:
    from datetime import timedelta
    from uuid import UUID

    member = UUID(pseudonym("citizen"))
    elsewhere = house.settings.model_copy(update={"data_dir": tmp_path / "elsewhere"})
    foreign = sign_token(elsewhere, roles=[], member=member)
    expired = sign_token(house.settings, roles=[], member=member, ttl=timedelta(seconds=-60))
    for token in (foreign, expired):
        response = await send(house, json.dumps({"query": VIEWER}), authorization=f"Bearer {token}")
        assert response.status_code == 401


async def test_a_token_is_verified_once_and_then_known(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    verified: list[str] = []

    def counted(token: str, *more: Any) -> Any:
        verified.append(token)
        return read_token(token, *more)

    monkeypatch.setattr("server.authentication.read_token", counted)
    headers = {"authorization": f"Bearer {house.token('citizen')}"}
    for _ in range(3 * REPLICAS):
        response = await send(house, json.dumps({"query": VIEWER}), **headers)
        assert response.json()["data"]["viewer"]["authenticated"]
    assert len(verified) == REPLICAS, "each API verifies for itself"


CHAIN = (
    "{ concertations { nodes { ...F0 } } } "
    + " ".join(
        f"fragment F{n} on Concertation{{a:parent{{...F{n + 1}}}b:parent{{...F{n + 1}}}}}" for n in range(13)
    )
    + " fragment F13 on Concertation{id}"
)
"""In less than 900 bytes, a document of 32,000 fields, and twice as many with each fragment more."""


@pytest.mark.parametrize(
    ("query", "bound"),
    [
        (CHAIN, "fields"),
        ("{ " + " ".join(f"a{n}: serverTime" for n in range(30)) + " }", "roots"),
        ("{ concertations { nodes { " + "parent { " * 20 + "id" + " }" * 20 + " } } }", "levels"),
        ("{ " + " ".join(f"a{n}: serverTime" for n in range(5000)) + " }", "tokens"),
        ("{ " + "serverTime " * 5000 + " }", "tokens"),
        ("{ concertations { nodes { " + "id " * 1200 + " } } }", "fields"),
        ("query " + "@x " * 700 + "{ serverTime }", "directives"),
        ("{ concertations { nodes { " + " ".join(f"a{n}: id" for n in range(200)) + " } } }", "aliases"),
        (
            "{ concertations(first: 100) { nodes { contributions(first: 100) { nodes { id key round channel digest "
            "body } } } } }",
            "cost",
        ),
    ],
    ids=lambda given: str(given)[:20],
)
async def test_a_document_that_asks_for_too_much_is_refused_before_it_is_validated(
    house: House, query: str, bound: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def validated(*_: Any) -> None:
        raise AssertionError("this should have been refused before")

    monkeypatch.setattr("api.proving.Proving.on_validate", validated)
    for language, words in (("fr", "Rien n’a été exécuté"), ("en", "Nothing was executed")):
        (error,) = (await house.post(query, language=language)).json()["errors"]
        assert error["extensions"]["code"] == "BAD_USER_INPUT"
        assert error["extensions"]["bound"] == bound
        assert error["extensions"]["asked"] > error["extensions"]["most"]
        assert words in error["message"]


async def test_a_page_that_is_known_is_refused_all_the_same_when_its_variables_make_it_too_large(
    house: House,
) -> None:
    query = (
        'query ($n: Int) { concertations(first: $n) { nodes { contributions(stage: "appel", first: $n) { '
        "nodes { id key round channel digest body } } } } }"
    )
    await house.ask(query, {"n": 1})
    error = (await house.post(query, {"n": 100})).json()["errors"][0]
    assert error["extensions"]["bound"] == "cost"
    await house.ask(query, {"n": 1})


async def test_the_introspection_that_tools_send_passes_the_gate(house: House) -> None:
    from graphql import get_introspection_query

    data = await house.ask(get_introspection_query(descriptions=True, input_value_deprecation=True))
    assert data["__schema"]["queryType"]["name"] == "Query"


LIKE_NAMES = [
    ("{ serverTme }", {}),
    ("{ concertations(frst: 1) { totalCount } }", {}),
    ("{ concertations { nods { id } } }", {}),
    ("{ concertations(phases: [DRAFTT]) { totalCount } }", {}),
    ("query ($p: [Phse!]) { concertations(phases: $p) { totalCount } }", {}),
    ("query ($p: [Phase!]) { concertations(phases: $p) { totalCount } }", {"p": ["DRAFTT"]}),
    ("mutation ($i: SaveDraftInput!) { saveDraft(input: $i) { __typename } }", {"i": {"idempotencyKy": "k"}}),
]


@pytest.mark.parametrize(("query", "variables"), LIKE_NAMES)
async def test_names_that_are_alike_are_told_with_the_schema_alone(
    house: House,
    schema: ProvingSchema,
    monkeypatch: pytest.MonkeyPatch,
    query: str,
    variables: dict[str, Any],
) -> None:
    assert "Did you mean" in (await house.post(query, variables)).text
    monkeypatch.setattr(schema, "introspection", False)
    for _ in range(2):
        response = await house.post(query, variables)
        assert code(response) == "BAD_USER_INPUT"
        assert "Did you mean" not in response.text


@pytest.mark.parametrize(
    "query",
    [
        "{ __schema { types { name } } }",
        '{ __type(name: "Query") { name } }',
        "{ ...F } fragment F on Query { s: __schema { types { name } } }",
        "{ ... { ... on Query { __schema { types { name } } } } }",
    ],
)
async def test_a_schema_that_is_not_shown_is_not_told_either(
    house: House, schema: ProvingSchema, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    assert (await house.ask(query)) is not None
    schema.forget()
    monkeypatch.setattr(schema, "introspection", False)
    for language, words in (("fr", "ne montre pas son schéma"), ("en", "does not show its schema")):
        response = await house.post(query, language=language)
        assert code(response) == "BAD_USER_INPUT"
        assert words in response.text
    assert (await house.ask("{ __typename }")) == {"__typename": "Query"}
    assert (await house.http.get("/schema.graphql")).status_code == 404
    assert "schema" not in (await house.http.get("/")).json()


async def test_a_fault_that_nobody_foresaw_gives_a_reference_and_no_secret(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from api.reading import Reading

    async def broken(self: Reading) -> None:
        raise ValueError("the password is swordfish")

    monkeypatch.setattr(Reading, "now", broken)
    response = await house.post("{ serverTime }", language="en")
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert error["message"].startswith("An unexpected error occurred")
    assert "swordfish" not in response.text
    assert error["extensions"]["reference"] in caplog.text
    assert "swordfish" in caplog.text


@pytest.mark.parametrize(
    "value", ["2030-01-01", "2030-01-01T00:00:00", "demain", "0001-01-01T00:00:00+14:00", 5, None, {"a": 1}]
)
async def test_an_instant_without_its_offset_is_refused(house: House, value: Any) -> None:
    response = await house.post(document("PreviewCalendar"), {"procedure": "standard", "opensAt": value})
    assert code(response) == "BAD_USER_INPUT"


async def test_dates_beyond_reckoning_are_refused(house: House) -> None:
    response = await house.post(
        document("PreviewCalendar"), {"procedure": "standard", "opensAt": "9999-12-31T00:00:00+00:00"}
    )
    assert code(response) == "BAD_USER_INPUT"


BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "\n".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 10)}]" for n in range(9)
)


@pytest.mark.parametrize(
    "source", [BOMB, "[" * 5000, "!!python/object:os.system x", "a: b: c", "", "- x", "id: x", "x" * 900_000],
    ids=["bomb", "deep", "tag", "no yaml", "empty", "list", "incomplete", "long"],
)  # fmt: skip
async def test_a_procedure_that_cannot_be_read_has_findings_and_breaks_nothing(
    house: House, source: str
) -> None:
    began = time.perf_counter()
    found = (await house.ask("CheckProcedure", {"source": source}))["checkProcedure"]
    assert time.perf_counter() - began < 5
    assert not found["valid"]
    assert found["findings"]
    assert all(f["message"] and not f["message"].startswith("finding.") for f in found["findings"])


async def test_publishing_is_for_operators_and_refuses_faults_and_taken_versions(stage: Stage) -> None:
    house = stage.house
    source = json.dumps(stage.procedure.model_dump(mode="json"))

    async def publish(as_: str | None, text: str) -> Any:
        return (await house.ask("PublishProcedure", {"input": {"source": text}}, as_))["publishProcedure"]

    assert (await publish("coordinator", source))["code"] == "NOT_ALLOWED"
    assert (await publish(None, source))["code"] == "NOT_ALLOWED"
    assert (await publish("operator", "id: x"))["code"] == "PROCEDURE_INVALID"
    first = await publish("operator", source)
    assert first["procedure"]["version"] == 1
    assert await publish("operator", source) == first
    changed = source.replace("Essai", "Autre essai")
    assert (await publish("operator", changed))["code"] == "PROCEDURE_VERSION_EXISTS"


@pytest.mark.parametrize(
    "title", ["", {"en": "No French"}, {"fr": ""}, {"fr": 5}, 5, [], {"x" * 40: "y", "fr": "z"}]
)
async def test_a_text_needs_its_french(stage: Stage, title: Any) -> None:
    await stage.draft()
    given = {"idempotencyKey": "k", "concertationId": stage.id, "title": title}
    response = await stage.house.post(document("AmendDraft"), {"input": given}, "coordinator")
    assert code(response) == "BAD_USER_INPUT"


@pytest.mark.parametrize("key", ["", "x" * 201])
async def test_an_idempotency_key_has_a_length(stage: Stage, key: str) -> None:
    await stage.draft()
    await stage.refused("INPUT_INVALID", "AmendDraft", "coordinator", idempotencyKey=key, title="Titre")


async def test_health_says_what_is_up(house: House) -> None:
    assert (await house.http.get("/healthz")).text == "ok\n"
    ready = await house.http.get("/readyz")
    assert ready.status_code == 200
    said = ready.json()
    assert (said["ready"], said["postgresql"], said["temporal"]) == (True, "up", "down")
    assert (await house.http.get("/schema.graphql")).text.startswith("directive @oneOf")
    assert (await house.http.get("/")).json()["graphql"] == "/graphql"
    assert (await house.http.get("/nothing")).status_code == 404


async def test_a_procedure_file_with_ten_faults_has_at_least_ten_findings(house: House) -> None:
    stages = "\n".join(
        f"  - {{id: s{n}, kind: call_for_input, label: L, duration: {{planned: P1D}}, after: [nowhere-{n}]}}"
        for n in range(10)
    )
    source = f"id: faux\nlabel: Faux\ncolleges: [{{id: a, label: A}}]\nstages:\n{stages}\n"
    found = (await house.ask("CheckProcedure", {"source": source}))["checkProcedure"]
    errors = [f for f in found["findings"] if f["severity"] == "ERROR"]
    assert len(errors) >= 10
    assert {tuple(f["path"][:2]) for f in errors} >= {("stages", str(n)) for n in range(10)}


async def test_a_subscription_is_not_answered_over_http(house: House) -> None:
    response = await house.post(document("Events"), {"concertationId": "x"})
    assert response.status_code == 400
    assert code(response) == "BAD_USER_INPUT"


async def test_every_fault_has_its_sentence_in_both_languages() -> None:
    for fault in FaultCode:
        french, english = (text(f"fault.{fault}", [language]) for language in ("fr", "en"))
        assert french != english
        assert not french.startswith("fault.")
