"""Letters to those without mail: who conducts the concertation prints them, and nobody else reads an address."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.organisations import codes
from server.keys import ticket_key
from server.letters.printed import words
from store.concertations import process
from store.letters import batches, keep_codes, letters_in
from tests.api.house import House
from tests.api.stage import Stage
from tests.api.test_notices import fanned_out
from tests.fixtures.clock import TestClock

pytestmark = pytest.mark.postgres
ADDRESS = ["12 rue des Lilas", "75011 PARIS"]


async def printed(stage: Stage, key: str = "k") -> dict[str, Any] | None:
    """Print what waits."""
    asked = {"concertationId": stage.id, "idempotencyKey": key}
    found: dict[str, Any] | None = (await stage.house.done("PrintLetters", "coordinator", **asked))["batch"]
    return found


async def begun(stage: Stage) -> House:
    """A concertation; `citizen` has a postal address, and no mail."""
    await stage.house.done_without_key("SetContact", "citizen", postalAddress=ADDRESS)
    await stage.open()
    await fanned_out(stage.house)
    return stage.house


async def test_who_has_no_mail_gets_one_letter_with_all_that_waits_and_it_is_printed_again_the_same(
    stage: Stage,
) -> None:
    house = await begun(stage)
    batch = await printed(stage)
    assert batch is not None
    assert batch["count"] == 1
    first = await house.http.get(batch["url"])
    assert (first.status_code, first.headers["content-type"]) == (200, "application/pdf")
    assert first.content.startswith(b"%PDF-")
    assert first.headers["cache-control"] == "private, no-store"
    again = await printed(stage)
    assert again is not None
    assert again["id"] == batch["id"]
    await house.done_without_key("SetContact", "citizen", postalAddress=["3 rue du Port", "29200 BREST"])
    assert (await house.http.get(again["url"])).content == first.content
    assert await printed(stage, "other") is None
    listed = (await house.ask("LetterBatches", {"id": stage.id}, "coordinator"))["concertation"]
    assert [one["id"] for one in listed["letterBatches"]] == [batch["id"]]
    told = (await house.ask("Notices", {"concertation": stage.id}, "citizen"))["viewer"]["notices"]
    assert {notice["state"] for notice in told} == {"PRINTED"}


async def test_a_letter_says_it_in_french_and_in_english_below_the_address_and_brings_a_code_that_opens(
    stage: Stage,
) -> None:
    house = await begun(stage)
    invited = await house.done(
        "Invite", "coordinator",
        concertationId=stage.id, stage="appel", round=1, memberIds=[stage.members["citizen"]],
    )  # fmt: skip
    assert invited
    await fanned_out(house)
    batch = await printed(stage)
    assert batch is not None
    worker = house.sender.worker
    key = ticket_key(house.settings).raw_value
    async with worker.acquire() as connection:
        (made,) = await batches(connection, stage.key)
        found = await letters_in(connection, stage.key, made.id)
        given = await keep_codes(connection, key, stage.key, made.id, found)
        at = await process(connection, stage.key)
    assert at is not None
    (letter,) = words(at, made, found, given, "https://concertation.exemple/")["letters"]
    assert letter["address"] == ["Citizen", *ADDRESS]
    french, english = letter["parts"]
    assert any("Vous êtes invité" in item for item in french["items"])
    assert any("You are invited" in item for item in english["items"])
    assert french["more"] == [f"Pour en savoir plus : https://concertation.exemple/concertations/{at.slug}"]
    (code,) = given.values()
    assert french["codes"] == [f"Votre code personnel : {code}"]
    assert (await house.http.get(batch["url"])).status_code == 200
    kept = await worker.fetchval(
        "SELECT count(*) FROM invitation_code WHERE hash = $1", codes.hashed(stage.key, code)
    )
    assert kept == 1


async def test_only_who_conducts_prints_and_an_address_to_fetch_from_ends(
    stage: Stage, test_clock: TestClock
) -> None:
    house = await begun(stage)
    asked = {"concertationId": stage.id, "idempotencyKey": "k"}
    assert (await house.do("PrintLetters", "citizen", **asked))["code"] == "NOT_ALLOWED"
    batch = await printed(stage)
    assert batch is not None
    for other in ("citizen", None):
        seen = (await house.ask("LetterBatches", {"id": stage.id}, other))["concertation"]
        assert seen["letterBatches"] == []
    assert (await house.http.get("/letters.pdf?ticket=x")).json()["code"] == "TICKET_INVALID"
    await test_clock.advance(timedelta(hours=1))
    assert (await house.http.get(batch["url"])).json()["code"] == "TICKET_EXPIRED"


async def test_an_address_that_no_envelope_takes_is_refused_and_one_can_be_forgotten(house: House) -> None:
    answer = await house.ask("SetContact", {"input": {"postalAddress": ["x" * 39]}}, "ada")
    assert answer["setContact"]["code"] == "INPUT_INVALID"
    kept = await house.done_without_key("SetContact", "ada", postalAddress=ADDRESS)
    assert kept["contact"]["postalAddress"] == ADDRESS
    kept = await house.done_without_key("SetContact", "ada", language="en")
    assert kept["contact"]["postalAddress"] == ADDRESS
    kept = await house.done_without_key("SetContact", "ada", postalAddress=[])
    assert kept["contact"]["postalAddress"] == []
