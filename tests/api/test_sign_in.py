"""Signing in with a provider: a real one on this machine, the real application, a browser that keeps cookies."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
import httpx
import pytest
import pytest_asyncio
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse
from starlette.routing import Mount

from api.proving import ProvingSchema
from domain.auditing import What
from server.settings import Settings
from store import sign_ins
from store.faults import StoreTooSlow
from tests.api.browsers import COOKIE, SITE, ask, browser, from_page
from tests.api.house import House, document
from tests.api.provider import CLIENT, SECRET, IdentityProvider, shared_secret
from tests.api.sockets import served
from tests.api.stage import Stage
from tests.fixtures.postgres import Database
from tests.fixtures.replicas import create_app

pytestmark = pytest.mark.postgres
WHO = "{ viewer { authenticated pseudonym platformRoles } }"
SIRET = "13002526500013"
Twist = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass
class Site:
    """The application with its providers, and a browser."""

    app: Starlette
    settings: Settings
    proconnect: IdentityProvider
    franceconnect: IdentityProvider
    plain: IdentityProvider
    visitor: httpx.AsyncClient

    async def go(self, provider: str = "proconnect", **query: str) -> str:
        """Go to a provider, and give the address that it sends back to."""
        sent = await self.visitor.get(f"/sign-in/{provider}", params=query)
        assert sent.status_code == 303, sent.text
        async with httpx.AsyncClient() as there:
            back = await there.get(sent.headers["location"])
        assert back.status_code == 303, back.text
        return back.headers["location"]

    async def sign_in(self, provider: str = "proconnect", **query: str) -> httpx.Response:
        return await self.visitor.get(await self.go(provider, **query))

    async def who(self) -> Any:
        response = await ask(self.visitor, WHO)
        assert response.status_code == 200, response.text
        return response.json()["data"]["viewer"]


def configuration(folder: Path, found: dict[str, tuple[str, str]]) -> Path:
    """Write the file of providers: id, and kind with the address of a document."""
    (folder / "secret").write_text(f"{SECRET}\n")
    entries = [
        {
            "id": id,
            "kind": kind,
            "label": {"fr": f"{id.title()} fr", "en": f"{id.title()} en"},
            "discovery_url": address,
            "client_id": CLIENT,
            "client_secret_file": str(folder / "secret"),
        }
        for id, (kind, address) in found.items()
    ]
    file = folder / "providers.yaml"
    file.write_text(json.dumps({"providers": entries}))
    return file


@asynccontextmanager
async def opened(house: House, schema: ProvingSchema, folder: Path) -> AsyncIterator[Site]:
    proconnect = IdentityProvider(userinfo={"siret": SIRET})
    franceconnect = IdentityProvider(more=frozenset({"acr_values"}), algorithm="ES256")
    plain = IdentityProvider(
        proves_codes=True, names_itself=True, methods=("client_secret_basic",), signed_userinfo=False
    )
    there = {"a": proconnect, "b": franceconnect, "c": plain}
    async with AsyncExitStack() as stack:
        routes = [Mount(f"/{path}", provider.app) for path, provider in there.items()]
        address = await stack.enter_async_context(served(Starlette(routes=routes)))
        addresses = [provider.at(f"{address}/{path}") for path, provider in there.items()]
        file = configuration(
            folder,
            {
                "proconnect": ("proconnect", addresses[0]),
                "franceconnect": ("franceconnect", addresses[1]),
                "plain": ("oidc", addresses[2]),
            },
        )
        settings = house.settings.model_copy(update={"providers_file": file, "public_url": SITE})
        app = create_app(settings, sender=house.sender, schema=schema)
        await stack.enter_async_context(app.router.lifespan_context(app))
        visitor = await stack.enter_async_context(browser(app))
        yield Site(app, settings, proconnect, franceconnect, plain, visitor)


@pytest_asyncio.fixture
async def site(house: House, schema: ProvingSchema, tmp_path: Path) -> AsyncIterator[Site]:
    async with opened(house, schema, tmp_path) as found:
        yield found


async def rows(database: Database, query: str) -> list[Any]:
    connection = await asyncpg.connect(database.superuser)
    try:
        return list(await connection.fetch(query))
    finally:
        await connection.close()


def failed(response: httpx.Response, said: str, status: int = 400) -> None:
    """That a page says so, and that nobody was signed in."""
    assert (response.status_code, response.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert said in response.text
    assert 'href="/sign-in"' in response.text
    assert COOKIE not in response.headers.get("set-cookie", "").replace(f"{COOKIE}-sign-in", "")


async def test_the_page_has_a_link_for_each_provider_in_french_first(site: Site) -> None:
    page = await site.visitor.get("/sign-in", params={"next": "/concertations"})
    assert page.headers["content-language"] == "fr"
    assert "S’identifier avec Proconnect fr" in page.text
    assert 'href="/sign-in/franceconnect?next=%2Fconcertations"' in page.text
    english = await site.visitor.get("/sign-in", headers={"accept-language": "en"})
    assert "Sign in with Proconnect en" in english.text
    assert "evil" not in (await site.visitor.get("/sign-in", params={"next": "//evil.example"})).text
    unknown = await site.visitor.get("/sign-in/nobody")
    assert unknown.status_code == 404
    assert 'href="/sign-in"' in unknown.text
    assert (await site.visitor.get("/sign-in/nobody/callback")).status_code == 404


async def test_without_providers_the_page_says_so(house: House) -> None:
    page = await house.http.get("/sign-in")
    assert "Aucun fournisseur" in page.text


@pytest.mark.parametrize("provider", ["proconnect", "franceconnect", "plain"])
async def test_a_person_signs_in_with_any_provider_and_goes_on(site: Site, provider: str) -> None:
    response = await site.sign_in(provider, next="/concertations/eau?x=1")
    assert (response.status_code, response.headers["location"]) == (303, "/concertations/eau?x=1")
    seen = await site.who()
    assert seen["authenticated"]
    assert seen["platformRoles"] == []
    await site.visitor.post("/sign-out", headers={"origin": SITE})
    await site.sign_in(provider)
    assert (await site.who())["pseudonym"] == seen["pseudonym"], "the same person is the same member"


async def test_proconnect_is_asked_what_is_on_its_list_and_nothing_else(site: Site) -> None:
    await site.sign_in()
    (asked,) = site.proconnect.authorisations
    assert asked.keys() == {"response_type", "client_id", "redirect_uri", "scope", "state", "nonce"}
    assert asked["scope"] == "openid siret"
    assert asked["redirect_uri"] == f"{SITE}/sign-in/proconnect/callback"
    assert min(len(asked["state"]), len(asked["nonce"])) >= 32
    (token,) = site.proconnect.tokens_asked
    assert token.keys() == {"grant_type", "code", "redirect_uri", "client_id", "client_secret"}


async def test_franceconnect_is_asked_for_a_level_and_a_plain_provider_for_a_proof(site: Site) -> None:
    await site.sign_in("franceconnect")
    (asked,) = site.franceconnect.authorisations
    assert (asked["acr_values"], asked["scope"], "code_challenge" in asked) == ("eidas1", "openid", False)
    await site.sign_in("plain")
    (asked,) = site.plain.authorisations
    assert (asked["code_challenge_method"], "acr_values" in asked) == ("S256", False)
    assert len(site.plain.tokens_asked[0]["code_verifier"]) >= 43
    assert "client_secret" not in site.plain.tokens_asked[0]


async def test_who_signs_in_and_out_and_who_fails_to_is_noted(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted: list[tuple[What, str | None, str | None]] = []

    def note(_: Any, what: What, *, member: str | None = None, about: str | None = None, **__: Any) -> None:
        noted.append((what, member, about))

    monkeypatch.setattr("server.auditing.Audit.note", note)
    await site.sign_in()
    member = (await site.who())["pseudonym"]
    await site.visitor.post("/sign-out", headers={"origin": SITE})
    site.proconnect.returned = lambda given: {"error": "access_denied", "state": given["state"]}
    await site.sign_in()
    assert noted == [
        (What.SIGNED_IN, member, "proconnect"),
        (What.SIGNED_OUT, member, "proconnect"),
        (What.SIGN_IN_FAILED, None, "proconnect declined"),
    ]


async def test_one_subject_of_two_issuers_is_two_members(site: Site) -> None:
    await site.sign_in("proconnect")
    first = (await site.who())["pseudonym"]
    await site.sign_in("franceconnect")
    assert (await site.who())["pseudonym"] != first


async def test_nothing_is_kept_of_a_person_but_who_they_are_to_the_provider(
    site: Site, database: Database
) -> None:
    site.proconnect.userinfo |= {"given_name": "Ada", "usual_name": "Lovelace", "email": "ada@exemple.fr"}
    await site.sign_in()
    ((session),) = await rows(database, "SELECT * FROM browser_session")
    assert (session["provider"], session["siret"]) == ("proconnect", SIRET)
    seen = (await ask(site.visitor, document("Sessions"))).json()["data"]["viewer"]
    assert (seen["account"]["provider"], seen["account"]["siret"]) == ("proconnect", SIRET)
    ((account),) = await rows(database, "SELECT * FROM account")
    assert (account["issuer"], account["subject"]) == (site.proconnect.issuer, "subject-1")
    assert await rows(database, "SELECT * FROM person") == []
    assert await rows(database, "SELECT * FROM sign_in") == []
    for kept in (session, account):
        assert not any(word in str(kept) for word in ("Ada", "Lovelace", "exemple.fr"))
    await site.visitor.post("/sign-out", headers={"origin": SITE})
    assert await rows(database, "SELECT * FROM browser_session") == []


@pytest.mark.parametrize("given", ["130025265", "abc", 13002526500013, None, "13002526500014"])
async def test_what_is_no_siret_is_not_kept(site: Site, database: Database, given: Any) -> None:
    site.proconnect.userinfo["siret"] = given
    assert (await site.sign_in()).status_code == 303
    assert (await rows(database, "SELECT siret FROM browser_session"))[0]["siret"] is None


async def test_a_return_serves_once(site: Site) -> None:
    back = await site.go()
    assert (await site.visitor.get(back)).status_code == 303
    failed(await site.visitor.get(back), "n’est plus en cours")
    assert (await site.who())["authenticated"]


async def test_a_code_of_another_sign_in_serves_nobody(site: Site) -> None:
    """Whoever got hold of a code cannot put it into a sign-in of their own: its nonce is another."""
    stolen = parse_qs(urlsplit(await site.go()).query)["code"][0]
    own = await site.go()
    code = parse_qs(urlsplit(own).query)["code"][0]
    failed(await site.visitor.get(own.replace(code, stolen)), "n’a pas pu être vérifiée", 502)


async def test_another_browser_is_not_signed_in_and_the_right_one_still_is(site: Site) -> None:
    back = await site.go()
    async with browser(site.app) as victim:
        failed(await victim.get(back), "autre navigateur")
    async with browser(site.app, language="en") as victim:
        victim.cookies.set("__Host-concertation-sign-in", "A" * 43, domain="127.0.0.1")
        failed(await victim.get(back), "somebody sent you this link")
    assert (await site.visitor.get(back)).status_code == 303


async def test_two_tabs_sign_in_at_once(site: Site) -> None:
    first, second = await site.go(), await site.go("franceconnect")
    assert (await site.visitor.get(first)).status_code == 303
    assert (await site.visitor.get(second)).status_code == 303


async def test_whoever_takes_too_long_begins_again(site: Site, house: House) -> None:
    back = await site.go()
    await house.clock.advance(sign_ins.WITHIN)
    failed(await site.visitor.get(back), "trop de temps")


async def test_nobody_comes_back_from_another_provider_than_they_went_to(site: Site) -> None:
    back = await site.go("proconnect")
    failed(await site.visitor.get(back.replace("proconnect", "franceconnect")), "n’est plus en cours")
    site.plain.returned = lambda given: given | {"iss": site.proconnect.issuer}
    failed(await site.sign_in("plain"), "n’a pas pu être vérifiée", 502)
    site.plain.returned = lambda given: {name: given[name] for name in ("code", "state")}
    failed(await site.sign_in("plain"), "n’a pas pu être vérifiée", 502)


@pytest.mark.parametrize(
    "query", ["", "?state=", "?state=x&code=y", "?code=y", "?state=a&state=b", "?state=%00"]
)
async def test_a_return_that_nobody_began_signs_nobody_in(site: Site, query: str) -> None:
    failed(await site.visitor.get(f"/sign-in/proconnect/callback{query}"), "n’est plus en cours")
    long = "x" * 5000
    failed(await site.visitor.get(f"/sign-in/proconnect/callback?state={long}"), "n’est plus en cours")


@pytest.mark.parametrize(
    ("error", "said", "status"),
    [
        ("access_denied", "ne vous a pas identifié", 400),
        ("login_required", "ne vous a pas identifié", 400),
        ("temporarily_unavailable", "ne répond pas", 502),
        ("server_error", "ne répond pas", 502),
        ("invalid_scope", "refuse la demande", 502),
        ("<script>", "refuse la demande", 502),
    ],
)
async def test_what_the_provider_says_instead_is_told_in_our_words(
    site: Site, error: str, said: str, status: int
) -> None:
    site.proconnect.returned = lambda given: {
        "error": error,
        "error_description": "<b>Appelez le 0 899</b>",
        "state": given["state"],
    }
    response = await site.sign_in()
    failed(response, said, status)
    assert "0 899" not in response.text
    assert "<script>" not in response.text


FOREIGN = RSAKey.generate_key(2048, {"kid": "rsa"}, private=True)


def claims(**change: Any) -> dict[str, Any]:
    return {"id_claims": lambda given: {**given, **change}}


def without(name: str) -> dict[str, Any]:
    return {"id_claims": lambda given: {key: value for key, value in given.items() if key != name}}


TWISTS: dict[str, tuple[str, dict[str, Any]]] = {
    "foreign issuer": ("proconnect", claims(iss="https://evil.example")),
    "foreign audience": ("proconnect", claims(aud="another service")),
    "several audiences, no azp": ("proconnect", claims(aud=[CLIENT, "another service"])),
    "several audiences, foreign azp": ("proconnect", claims(aud=[CLIENT, "another"], azp="another")),
    "foreign azp": ("proconnect", claims(azp="another service")),
    "replayed nonce": ("proconnect", claims(nonce="another")),
    "nonce of another kind": ("proconnect", claims(nonce=7)),
    "no nonce": ("proconnect", without("nonce")),
    "expired": ("proconnect", claims(exp=1)),
    "for ever": ("proconnect", without("exp")),
    "not yet": ("proconnect", claims(nbf=2**40)),
    "of another access token": ("proconnect", claims(at_hash="AAAAAAAAAAAAAAAAAAAAAA")),
    "at_hash of another kind": ("proconnect", claims(at_hash=7)),
    "empty subject": ("proconnect", claims(sub="")),
    "subject of another kind": ("proconnect", claims(sub=7)),
    "subject with NUL": ("proconnect", claims(sub="a\x00b")),
    "long subject": ("proconnect", claims(sub="x" * 256)),
    "no subject": ("proconnect", without("sub")),
    "unsigned": ("proconnect", {"algorithm": "none"}),
    "shared secret": ("proconnect", {"algorithm": "HS256", "signs_with": shared_secret()}),
    "algorithm that was not agreed on": ("proconnect", {"algorithm": "PS256"}),
    "foreign key": ("proconnect", {"signs_with": FOREIGN}),
    "unknown key": ("proconnect", {"header": {"kid": "another"}}),
    "key in the header": (
        "proconnect",
        {"header": {"jwk": FOREIGN.as_dict(private=False)}, "signs_with": FOREIGN},
    ),
    "unsigned userinfo": ("proconnect", {"signed_userinfo": False}),
    "userinfo of another": ("proconnect", {"userinfo_claims": lambda given: given | {"sub": "another"}}),
    "userinfo of another issuer": ("proconnect", {"userinfo_claims": lambda given: given | {"iss": "x"}}),
    "userinfo for another": ("proconnect", {"userinfo_claims": lambda given: given | {"aud": "another"}}),
    "userinfo of nobody": (
        "proconnect",
        {"userinfo_claims": lambda given: {n: v for n, v in given.items() if n != "sub"}},
    ),
    "FranceConnect: unsigned userinfo": ("franceconnect", {"signed_userinfo": False}),
    "FranceConnect: lower level": ("franceconnect", claims(acr="eidas0")),
    "FranceConnect: no level": ("franceconnect", without("acr")),
    "plain: no ID token": ("plain", {"token_answer": lambda given: given | {"id_token": None}}),
    "plain: no token": ("plain", {"token_answer": lambda given: given | {"id_token": "a.b.c"}}),
    "plain: number": ("plain", {"token_answer": lambda given: given | {"access_token": 7}}),
    "plain: replayed nonce": ("plain", claims(nonce="another")),
}


@pytest.mark.parametrize("name", TWISTS)
async def test_what_cannot_be_believed_signs_nobody_in(
    site: Site, name: str, caplog: pytest.LogCaptureFixture, database: Database
) -> None:
    provider, twist = TWISTS[name]
    for what, value in twist.items():
        setattr(getattr(site, provider), what, value)
    with caplog.at_level(logging.WARNING, "server.sign_in.door"):
        failed(await site.sign_in(provider), "n’a pas pu être vérifiée", 502)
    (record,) = [record for record in caplog.records if record.name == "server.sign_in.door"]
    assert "not_trusted: " in record.getMessage()
    assert "subject-1" not in record.getMessage()
    assert await rows(database, "SELECT 1 FROM account") == []


async def test_several_audiences_are_good_where_it_was_made_for_us(site: Site) -> None:
    site.proconnect.id_claims = lambda given: given | {"aud": [CLIENT, "another"], "azp": CLIENT}
    assert (await site.sign_in()).status_code == 303


@pytest.mark.parametrize(
    ("answer", "said", "status"),
    [
        (JSONResponse({"error": "invalid_client"}, 401), "refuse la demande", 502),
        (JSONResponse({"error": "invalid_grant"}, 400), "n’est plus en cours", 400),
        (PlainTextResponse("down", 503), "ne répond pas", 502),
        (PlainTextResponse("no JSON"), "n’a pas pu être vérifiée", 502),
        (PlainTextResponse("x" * 1_000_000), "ne répond pas", 502),
        (JSONResponse(["a"]), "n’a pas pu être vérifiée", 502),
        (RedirectResponse("http://127.0.0.1:1/", 307), "ne répond pas", 502),
    ],
    ids=["client", "code", "down", "text", "endless", "list", "elsewhere"],
)
async def test_a_provider_that_gives_no_token_is_told_apart(
    site: Site, answer: Any, said: str, status: int
) -> None:
    site.proconnect.token_refusal = answer
    failed(await site.sign_in(), said, status)


@pytest.mark.parametrize(
    "document",
    [
        lambda given: given | {"issuer": "https://evil.example"},
        lambda given: given | {"authorization_endpoint": "http://evil.example/authorize"},
        lambda given: given | {"token_endpoint": None},
        lambda given: given | {"jwks_uri": 7},
    ],
    ids=["issuer", "no https", "no token endpoint", "no keys"],
)
async def test_a_document_that_leads_elsewhere_is_not_followed(site: Site, document: Twist) -> None:
    site.proconnect.document = document
    failed(await site.visitor.get("/sign-in/proconnect"), "ne répond pas", 502)


async def test_a_provider_that_is_away_is_asked_again(site: Site) -> None:
    site.proconnect.away = True
    response = await site.visitor.get("/sign-in/proconnect")
    failed(response, "ne répond pas", 502)
    assert "Référence" in response.text
    site.proconnect.away = False
    assert (await site.sign_in()).status_code == 303


async def test_new_keys_of_a_provider_are_fetched_when_they_are_used(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.provider_keys.PAUSE", 0)
    await site.sign_in()
    site.proconnect.rsa = RSAKey.generate_key(2048, {"use": "sig", "kid": "next"}, private=True)
    assert (await site.sign_in()).status_code == 303
    assert site.proconnect.keys_asked == 2


async def test_while_postgresql_does_not_answer_nobody_is_sent_anywhere(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    back = await site.go()

    async def silent(*_: Any, **__: Any) -> Any:
        raise StoreTooSlow

    for name in ("begin", "take"):
        monkeypatch.setattr(sign_ins, name, silent)
    for path in ("/sign-in/proconnect", back):
        response = await site.visitor.get(path)
        assert response.status_code == 503
        assert "Rien n’a été changé" in response.text


async def test_signing_out_goes_on_to_the_provider_with_what_it_wants_to_see(site: Site) -> None:
    await site.sign_in()
    page = await site.visitor.post("/sign-out", headers={"origin": SITE})
    assert page.status_code == 200
    assert "Se déconnecter de Proconnect fr" in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    address = page.headers["refresh"].removeprefix("0; url=")
    async with httpx.AsyncClient() as there:
        back = await there.get(address)
    assert back.status_code == 303, back.text
    assert back.headers["location"].startswith(f"{SITE}/signed-out?state=")
    done = await site.visitor.get(back.headers["location"])
    assert "terminée, elle aussi" in done.text
    again = await site.visitor.get(back.headers["location"])
    assert "terminée, elle aussi" not in again.text, "the state serves once"
    assert not (await site.who())["authenticated"]


async def test_signing_out_works_here_while_the_provider_is_away(site: Site) -> None:
    await site.sign_in("plain")
    site.plain.document = lambda given: {k: v for k, v in given.items() if k != "end_session_endpoint"}
    async with browser(site.app) as other:
        other.cookies.set(COOKIE, site.visitor.cookies[COOKIE], domain="127.0.0.1")
        page = await site.visitor.post("/sign-out", headers={"origin": SITE})
        assert "Vous êtes déconnecté" in page.text
        assert (await ask(other, WHO)).status_code == 401


async def test_the_whole_way_from_sign_in_to_contribution_to_sign_out(
    stage: Stage, schema: ProvingSchema, tmp_path: Path
) -> None:
    await stage.open()
    async with opened(stage.house, schema, tmp_path) as site:
        await site.sign_in("franceconnect")
        member = (await site.who())["pseudonym"]
        await stage.do(
            "EnrolMember", "coordinator", pseudonym=member, name="Ada", territory="FR", college="locales"
        )
        given = {
            "idempotencyKey": "k",
            "concertationId": stage.id,
            "stage": "appel",
            "round": 1,
            "body": "Davantage de formation.",
            "themes": ["sante"],
        }
        answer = await ask(site.visitor, document("SubmitContribution"), {"input": given})
        sent = answer.json()["data"]["submitContribution"]
        assert sent["__typename"].endswith("Accepted"), sent
        stolen = site.visitor.cookies[COOKIE]
        await site.visitor.post("/sign-out", headers={"origin": SITE})
        answer = await ask(site.visitor, document("SubmitContribution"), {"input": given})
        assert answer.json()["data"]["submitContribution"]["code"] == "NOT_ALLOWED"
        refused = await site.visitor.post(
            "/graphql", json={"query": WHO}, headers=from_page(cookie=f"{COOKIE}={stolen}")
        )
        assert refused.status_code == 401
