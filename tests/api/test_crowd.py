"""More at work than one process can answer soon: whoever comes besides is told so at once, and nothing is done."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest

from api.reading import Reading
from server.limits.callers import Caps
from server.limits.crowd import Crowd
from server.limits.guard import Guard, Holding
from server.limits.presence import Presence
from server.settings import Settings
from tests.api.house import House
from tests.api.sockets import connected, served

pytestmark = pytest.mark.postgres


async def test_whoever_comes_when_enough_is_at_work_is_answered_503_at_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.guard.crowd = Crowd(2)
    reads, begun, goes_on = Reading.now, asyncio.Semaphore(0), asyncio.Event()

    async def now(reading: Reading) -> datetime:
        begun.release()
        await goes_on.wait()
        return await reads(reading)

    monkeypatch.setattr(Reading, "now", now)
    async with served(house.app) as address, connected(address) as socket:
        await socket.begin(f"Bearer {house.token('ada')}")
        asked = [asyncio.ensure_future(house.post("{ serverTime }", as_=name)) for name in ("ada", "bob")]
        await begun.acquire()
        await begun.acquire()
        refused = await house.post("{ serverTime }", as_="eve")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        assert refused.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
        await socket.send(type="subscribe", id="1", payload={"query": "{ serverTime }"})
        assert (await socket.receive())["payload"][0]["extensions"]["code"] == "UNAVAILABLE"
        goes_on.set()
        assert [(await one).status_code for one in asked] == [200, 200]
    assert (await house.post("{ serverTime }", as_="eve")).status_code == 200
    assert house.guard.crowd.at_work == 0


class LateComer(Crowd):
    """There is room at the door, and none any more behind it."""

    def look(self) -> None:
        """Let everybody pass."""

    def enter(self) -> None:
        """Turn everybody away."""
        super().look()


async def test_whoever_is_turned_away_does_not_count_as_being_at_work(house: House) -> None:
    house.guard.holding = Holding(Presence(), Caps("operations", 1, 1), Caps("sockets", 9, 9))
    house.guard.crowd = LateComer(0)
    assert (await house.post("{ serverTime }", as_="ada")).status_code == 503
    house.guard.crowd = Crowd(1)
    assert (await house.post("{ serverTime }", as_="ada")).status_code == 200


@pytest.mark.parametrize("rate_limits", [True, False])
def test_an_operator_says_how_many_are_at_work(rate_limits: bool) -> None:
    settings = Settings(rate_limits=rate_limits, operations_at_work=7)
    assert Guard.of(settings).crowd.most == 7
