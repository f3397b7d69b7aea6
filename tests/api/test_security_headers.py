"""What browsers are told about every answer, and that no page has a script or a style of its own inside."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import httpx
import pytest
from starlette.routing import Route

from server.security_headers import ALWAYS, GRAPHIQL, NOTHING, PAGE, SENT
from tests.api.house import House
from tests.api.test_embargo import deciding
from tests.api.test_unsubscribing import address as unsubscribing

pytestmark = pytest.mark.postgres

FILLED = {"slug": "essai", "version": "1"}
"""What stands in the places of paths; `x` in all others."""


class Inline(HTMLParser):
    """What a page has that a strict policy would not run or show."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style" or (tag == "script" and not given.get("src")):
            self.found.append(tag)
        self.found += [name for name in given if name == "style" or name.startswith("on")]
        self.loaded += [given["href"] or ""] if tag == "link" and given.get("rel") == "stylesheet" else []
        self.loaded += [given["src"] or ""] if "src" in given else []


async def held_to_its_policy(http: httpx.AsyncClient, answer: httpx.Response) -> None:
    """Every header is there once; a page has nothing inline, and all that it loads is here."""
    assert set(ALWAYS) - set(answer.headers) == set(), answer.url
    assert [n for n in ALWAYS if len(answer.headers.get_list(n)) != 1] == [], answer.url
    policy = answer.headers["content-security-policy"]
    assert policy in (NOTHING, PAGE, SENT, GRAPHIQL), answer.url
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    if answer.headers.get("content-type", "").startswith("text/html"):
        page = Inline()
        page.feed(answer.text)
        assert page.found == [], answer.url
        for path in page.loaded:
            assert re.match(r"/[a-z]", path), "from this site"
            assert (await http.get(path)).status_code == 200


def paths(house: House) -> list[str]:
    """Every path of the application, with something in its places."""
    return [
        re.sub(r"{(\w+)(?::\w+)?}", lambda place: FILLED.get(place[1], "x"), route.path)
        for route in house.app.routes
        if isinstance(route, Route)
    ]


async def test_every_answer_has_them_whatever_it_answers(house: House) -> None:
    for path in [*paths(house), "/nothing"]:
        for method in ("GET", "POST", "DELETE", "OPTIONS"):
            await held_to_its_policy(house.http, await house.http.request(method, path))


async def test_pages_that_say_something_have_nothing_inline(house: House) -> None:
    stage, place = await deciding(house)
    await stage.do("IssueDecision", "minister", **place, text="La décision.", reasons="Les motifs.")
    base = "/concertations/essai"
    pages = [
        f"{base}/decision",
        f"{base}/decision/1",
        f"{base}/reasons/1",
        f"{base}/decision/9",
        unsubscribing(house),
    ]
    for path in pages:
        answer = await house.http.get(path)
        assert answer.headers["content-type"].startswith("text/html")
        assert answer.headers["content-security-policy"] == PAGE
        await held_to_its_policy(house.http, answer)
    printed = await house.http.get(f"{base}/decision.pdf")
    assert printed.status_code == 200
    await held_to_its_policy(house.http, printed)


async def test_a_style_sheet_is_kept_for_good_under_the_name_of_what_it_says(house: House) -> None:
    page = Inline()
    page.feed((await house.http.get("/unsubscribe/x")).text)
    (path,) = page.loaded
    sheet = await house.http.get(path)
    assert sheet.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in sheet.headers["cache-control"]
    assert (await house.http.get(path.replace("-", "-0"))).status_code == 404


async def test_what_is_asked_as_somebody_is_kept_by_no_cache(house: House) -> None:
    answer = await house.post("{ viewer { id } }", as_="coordinator")
    assert answer.headers["cache-control"] == "no-store"
