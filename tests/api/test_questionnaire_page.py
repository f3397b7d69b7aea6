"""The printable form over HTTP: for whoever knows the digest, in their language, set once for many."""

from __future__ import annotations

import asyncio
import threading

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from domain.questionnaires.builtin import builtin
from server.printed_texts import TEXTS
from server.questionnaire_page import QuestionnairePage
from store.pool import acquire, open_pool
from store.questionnaires import Kept, put
from tests.api.house import House

pytestmark = pytest.mark.postgres


async def kept(house: House) -> str:
    async with acquire(house.sender.worker) as connection:
        return await put(connection, builtin("assises"), "coordinator")


async def test_a_form_is_printed_in_the_language_of_the_reader(house: House) -> None:
    digest = await kept(house)
    french = await house.http.get(f"/questionnaires/{digest}.pdf")
    assert (french.status_code, french.headers["content-type"]) == (200, "application/pdf")
    assert french.content.startswith(b"%PDF-")
    assert french.headers["content-language"] == "fr"
    assert french.headers["content-disposition"].startswith('inline; filename="assises-')
    english = await house.http.get(f"/questionnaires/{digest}.pdf", headers={"accept-language": "en-GB, fr"})
    assert english.headers["content-language"] == "en"
    assert english.content != french.content
    named = await house.http.get(f"/questionnaires/{digest}.pdf?lang=en")
    assert named.content == english.content


@pytest.mark.parametrize("digest", ["0" * 64, "x", "..%2f..", "é" * 12, "0" * 3000, "%00"])
async def test_a_digest_that_there_is_not_is_not_found_whatever_it_looks_like(
    house: House, digest: str
) -> None:
    answer = await house.http.get(f"/questionnaires/{digest}.pdf?lang=xx", headers={"accept-language": "en"})
    assert answer.status_code == 404
    if "%" not in digest:
        assert answer.text == TEXTS["en"]["none"]


async def test_a_form_that_many_ask_for_is_set_once(house: House) -> None:
    digest = await kept(house)
    calls: list[str] = []
    gate = threading.Event()

    def setting(found: Kept, language: str) -> bytes:
        calls.append(language)
        assert gate.wait(20)
        return found.code.encode()

    page = QuestionnairePage(house.sender.worker, 20, setting)
    app = Starlette(routes=[Route("/{digest}.pdf", page.__call__)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1") as http:
        asked = [asyncio.ensure_future(http.get(f"/{digest}.pdf")) for _ in range(5)]
        gate.set()
        answers = await asyncio.gather(*asked)
        assert {answer.content for answer in answers} == {answers[0].content}
        assert calls == ["fr"]


async def test_a_form_that_could_not_be_set_is_tried_again(house: House) -> None:
    digest = await kept(house)
    outcomes: list[bytes | None] = [None, b"set"]

    def setting(found: Kept, language: str) -> bytes:
        outcome = outcomes.pop(0)
        if outcome is None:
            raise OSError("no")
        return outcome

    page = QuestionnairePage(house.sender.worker, 20, setting)
    app = Starlette(routes=[Route("/{digest}.pdf", page.__call__)])
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        assert (await http.get(f"/{digest}.pdf")).status_code == 500
        assert (await http.get(f"/{digest}.pdf")).content == b"set"


async def test_a_form_that_cannot_be_read_is_asked_for_again_later() -> None:
    pool = await open_pool("postgresql://nobody@127.0.0.1:1/nowhere", application="tests", connect_timeout=5)
    app = Starlette(routes=[Route("/{digest}.pdf", QuestionnairePage(pool, 5).__call__)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1") as http:
        answer = await http.get(f"/{'0' * 64}.pdf", headers={"accept-language": "en"})
    assert (answer.status_code, answer.text) == (503, TEXTS["en"]["later"])
    pool.terminate()
