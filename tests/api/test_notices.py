"""How one wants to be told, and what one was told: each their own."""

from __future__ import annotations

from typing import Any

import pytest

from store.known_processes import KnownProcesses
from store.notices import fan_out
from tests.api.house import House
from tests.api.stage import Stage

pytestmark = pytest.mark.postgres


async def notices(house: House, by: str | None, concertation: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = (await house.ask("Notices", {"concertation": concertation}, by))["viewer"]
    return found


async def test_what_one_says_is_kept_and_the_rest_stays(house: House) -> None:
    first = await house.done_without_key("SetContact", "ada", email="ada@exemple.fr", language="en")
    assert first["contact"]["email"] == "ada@exemple.fr"
    second = await house.done_without_key("SetContact", "ada", switchOff=["CALENDAR", "OUTCOME"])
    third = await house.done_without_key("SetContact", "ada", switchOn=["OUTCOME"])
    for said in (second, third):
        assert (said["contact"]["email"], said["contact"]["language"]) == ("ada@exemple.fr", "en")
    off = {p["theme"] for p in third["contact"]["preferences"] if not p["wanted"]}
    assert off == {"CALENDAR"}
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
    ],
)
async def test_what_cannot_be_kept_is_refused_and_nothing_of_it_is_kept(
    house: House, said: dict[str, Any], code: str
) -> None:
    answer = (await house.ask("SetContact", {"input": said}, "ada"))["setContact"]
    assert answer["code"] == code
    assert (await notices(house, "ada"))["contact"]["email"] is None


async def test_without_a_token_nothing_is_kept(house: House) -> None:
    answer = (await house.ask("SetContact", {"input": {"email": "x@exemple.fr"}}))["setContact"]
    assert answer["code"] == "NOT_ALLOWED"


async def test_one_reads_what_one_was_told_and_nobody_else_does(stage: Stage) -> None:
    house = stage.house
    await house.done_without_key("SetContact", "citizen", email="citizen@exemple.fr")
    await stage.open()
    async with house.sender.worker.acquire() as connection:
        while await fan_out(connection, KnownProcesses()):
            pass
    told = (await notices(house, "citizen", stage.id))["notices"]
    assert {"stage_opened", "concertation_launched"} <= {notice["kind"] for notice in told}
    assert {notice["state"] for notice in told} == {"WAITING"}
    assert told == sorted(told, key=lambda notice: notice["at"], reverse=True)
    assert (await notices(house, "prefect"))["notices"] == []
    assert (await notices(house, None))["notices"] == []
