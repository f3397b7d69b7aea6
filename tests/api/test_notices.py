"""How one wants to be told, and what one was told: each their own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.noticing import links
from server.keys import ticket_key
from store.contacts import digest_of
from store.known_processes import KnownProcesses
from store.notices import fan_out
from tests.api import play
from tests.api.house import House, pseudonym
from tests.api.stage import Stage
from tests.fixtures.clock import TestClock
from tests.unit import procedures as write

pytestmark = pytest.mark.postgres


async def notices(house: House, by: str | None, concertation: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = (await house.ask("Notices", {"concertation": concertation}, by))["viewer"]
    return found


async def reached(house: House, member: str, email: str) -> None:
    """Let a member be written to at an address, given and confirmed."""
    await house.done_without_key("SetContact", member, email=email)
    assert (await house.http.post(link(house, member, email))).status_code == 200


def link(house: House, member: str, email: str) -> str:
    """The address that the mail to a new address brings."""
    ticket = links.write(
        ticket_key(house.settings).raw_value, links.Ticket(pseudonym(member), digest_of(email)), links.CONFIRM
    )
    return f"/confirm-address/{ticket}"


async def fanned_out(house: House) -> None:
    async with house.sender.worker.acquire() as connection:
        while await fan_out(connection, KnownProcesses()):
            pass


async def test_what_one_says_is_kept_and_the_rest_stays(house: House) -> None:
    first = await house.done_without_key("SetContact", "ada", email="ada@exemple.fr", language="en")
    assert first["contact"]["unconfirmedEmail"] == "ada@exemple.fr"
    second = await house.done_without_key("SetContact", "ada", switchOff=["CALENDAR", "OUTCOME"])
    third = await house.done_without_key("SetContact", "ada", switchOn=["OUTCOME"])
    for said in (second, third):
        assert (said["contact"]["unconfirmedEmail"], said["contact"]["language"]) == ("ada@exemple.fr", "en")
    off = {p["theme"] for p in third["contact"]["preferences"] if not p["wanted"]}
    assert off == {"CALENDAR"}
    last = await house.done_without_key("SetContact", "ada", daily=["CALENDAR"], weekly=["OUTCOME"])
    often = {p["theme"]: p["frequency"] for p in last["contact"]["preferences"]}
    assert (often.pop("CALENDAR"), often.pop("OUTCOME")) == ("DAILY", "WEEKLY")
    assert set(often.values()) == {"AT_ONCE"}
    assert (await notices(house, "bob"))["contact"]["email"] is None
    assert (await notices(house, None))["contact"] is None


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"email": "ada@exemple.fr\r\nBcc: x@exemple.fr"}, "ADDRESS_INVALID"),
        ({"email": "é@exemple.fr"}, "ADDRESS_INVALID"),
        ({"email": ""}, "ADDRESS_INVALID"),
        ({"language": "de"}, "INPUT_INVALID"),
        ({"switchOff": ["CALENDAR", "BALLOT"]}, "THEME_FIXED"),
        ({"daily": ["BALLOT"]}, "THEME_FIXED"),
        ({"weekly": ["CALENDAR"], "switchOff": ["CALENDAR"]}, "INPUT_INVALID"),
    ],
)
async def test_what_cannot_be_kept_is_refused_and_nothing_of_it_is_kept(
    house: House, said: dict[str, Any], code: str
) -> None:
    answer = (await house.ask("SetContact", {"input": said}, "ada"))["setContact"]
    assert answer["code"] == code
    contact = (await notices(house, "ada"))["contact"]
    assert (contact["email"], contact["unconfirmedEmail"]) == (None, None)


async def test_without_a_token_nothing_is_kept(house: House) -> None:
    answer = (await house.ask("SetContact", {"input": {"email": "x@exemple.fr"}}))["setContact"]
    assert answer["code"] == "NOT_ALLOWED"


async def test_one_reads_what_one_was_told_and_nobody_else_does(stage: Stage) -> None:
    house = stage.house
    await reached(house, "citizen", "citizen@exemple.fr")
    await stage.open()
    await fanned_out(house)
    told = (await notices(house, "citizen", stage.id))["notices"]
    assert {"stage_opened", "concertation_launched"} <= {notice["kind"] for notice in told}
    assert {notice["state"] for notice in told} == {"WAITING"}
    assert told == sorted(told, key=lambda notice: notice["at"], reverse=True)
    assert (await notices(house, "prefect"))["notices"] == []
    assert (await notices(house, None))["notices"] == []


async def test_an_address_is_used_once_its_reader_has_said_so_and_the_one_before_stays_until_then(
    house: House,
) -> None:
    await reached(house, "ada", "ada@exemple.fr")
    await house.done_without_key("SetContact", "ada", email="nouvelle@exemple.fr")
    contact = (await notices(house, "ada"))["contact"]
    assert (contact["email"], contact["unconfirmedEmail"]) == ("ada@exemple.fr", "nouvelle@exemple.fr")
    asked = await house.http.get(link(house, "ada", "nouvelle@exemple.fr"), headers={"accept-language": "fr"})
    assert '<form method="post">' in asked.text
    assert (await notices(house, "ada"))["contact"]["email"] == "ada@exemple.fr"
    for _ in range(2):
        done = await house.http.post(link(house, "ada", "nouvelle@exemple.fr"))
        assert done.status_code == 200
    contact = (await notices(house, "ada"))["contact"]
    assert (contact["email"], contact["unconfirmedEmail"]) == ("nouvelle@exemple.fr", None)


async def test_a_link_that_is_old_of_another_address_or_for_another_use_confirms_nothing(
    house: House, test_clock: TestClock
) -> None:
    await house.done_without_key("SetContact", "ada", email="ada@exemple.fr")
    await house.done_without_key("SetContact", "ada", email="autre@exemple.fr")
    key = ticket_key(house.settings).raw_value
    other_use = links.write(key, links.Ticket(pseudonym("ada"), digest_of("autre@exemple.fr")))
    for path in (
        link(house, "ada", "ada@exemple.fr"),
        link(house, "bob", "autre@exemple.fr"),
        f"/confirm-address/{other_use}",
        "/confirm-address/x",
    ):
        assert (await house.http.post(path)).status_code == 404
    await test_clock.advance(timedelta(days=7, minutes=1))
    assert (await house.http.post(link(house, "ada", "autre@exemple.fr"))).status_code == 404
    contact = (await notices(house, "ada"))["contact"]
    assert (contact["email"], contact["unconfirmedEmail"]) == (None, None)


async def test_nobody_has_many_strangers_written_to(house: House, test_clock: TestClock) -> None:
    for number in range(5):
        await house.done_without_key("SetContact", "ada", email=f"a{number}@exemple.fr")
    said = {"email": "a5@exemple.fr", "language": "en"}
    answer = (await house.ask("SetContact", {"input": said}, "ada"))["setContact"]
    assert answer["code"] == "TOO_MANY_ADDRESSES"
    contact = (await notices(house, "ada"))["contact"]
    assert (contact["unconfirmedEmail"], contact["language"]) == ("a4@exemple.fr", "fr")
    await test_clock.advance(timedelta(days=1))
    await house.done_without_key("SetContact", "ada", email="a5@exemple.fr")


async def test_who_conducts_sees_what_failed_without_an_address_and_sends_it_again(stage: Stage) -> None:
    house = stage.house
    await reached(house, "citizen", "citizen@exemple.fr")
    await stage.open()
    await fanned_out(house)
    worker = house.sender.worker
    await worker.execute(
        "UPDATE notice SET state = 'failed', attempts = 1, last_fault = '550 <citizen@exemple.fr> no such user' "
        "WHERE key = (SELECT key FROM notice_text WHERE kind = 'stage_opened')"
    )
    await worker.execute("INSERT INTO bounce VALUES ('citizen@exemple.fr', instant())")

    async def dispatched(by: str | None) -> dict[str, Any]:
        said = {"id": stage.id, "state": "FAILED"}
        found: dict[str, Any] = (await house.ask("DispatchedNotices", said, by))["concertation"]
        return found

    failed = await dispatched("coordinator")
    (notice,) = failed["notices"]
    assert notice["fault"] == "550 <…> no such user"
    assert (notice["member"]["pseudonym"], notice["channel"]) == (pseudonym("citizen"), "MAIL")
    assert {"channel": "MAIL", "state": "FAILED", "count": 1} in failed["noticeCounts"]
    for other in ("citizen", None):
        assert (await dispatched(other)) == {"notices": [], "noticeCounts": []}
    asked = {"concertationId": stage.id, "noticeId": notice["id"]}
    refused = (await house.ask("RetryNotice", {"input": asked}, "citizen"))["retryNotice"]
    assert refused["code"] == "NOT_ALLOWED"
    assert (await house.done_without_key("RetryNotice", "coordinator", **asked))["failed"] == []
    assert await worker.fetchval("SELECT count(*) FROM bounce") == 0
    again = (await house.ask("RetryNotice", {"input": asked}, "coordinator"))["retryNotice"]
    assert again["code"] == "NOTICE_WRONG_STATE"
    await worker.execute("UPDATE notice SET state = 'failed'")
    everything = {"concertationId": stage.id}
    assert (await house.done_without_key("RetryNotice", "coordinator", **everything))["failed"] == []
    asked["noticeId"] = stage.id
    unknown = (await house.ask("RetryNotice", {"input": asked}, "coordinator"))["retryNotice"]
    assert unknown["code"] == "UNKNOWN_NOTICE"


async def test_who_contributed_is_told_when_the_synthesis_is_published_and_not_before(house: House) -> None:
    written = write.procedure(
        write.call_for_input(), write.synthesis(), write.decision(), offices=write.OFFICES
    )
    stage = Stage(house, written)
    await reached(house, "citizen", "citizen@exemple.fr")
    await stage.open()
    await stage.contribute("citizen")
    await play.synthesise(stage, [])

    async def told() -> list[str]:
        await fanned_out(house)
        found = (await notices(house, "citizen", stage.id))["notices"]
        return [notice["kind"] for notice in found if notice["kind"].startswith("synthesis")]

    assert await told() == []
    await stage.until("synthese", "CONCLUDED")
    assert await told() == ["synthesis_published"]
