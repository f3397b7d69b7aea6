"""What is looked at, how often, and what is said of it."""

import asyncio
from types import SimpleNamespace

import pytest

from server import dependencies
from server.dependencies import Dependency, Wrong


class Thing:
    """Counts the looks, and is as it is told to be."""

    def __init__(self) -> None:
        self.looks = 0
        self.fault: Exception | None = None
        self.waits: asyncio.Event | None = None

    async def look(self) -> None:
        self.looks += 1
        if self.waits is not None:
            await self.waits.wait()
        if self.fault is not None:
            raise self.fault


@pytest.fixture
def thing() -> Thing:
    return Thing()


async def test_what_was_well_is_not_looked_at_again_while_it_is_fresh(thing: Thing) -> None:
    one = Dependency("thing", thing.look, fresh=60)
    for _ in range(100):
        await one.seen()
    assert (thing.looks, one.up, one.said()["state"]) == (1, True, "up")


async def test_those_who_ask_at_one_time_wait_for_one_look(thing: Thing) -> None:
    thing.waits = asyncio.Event()
    one = Dependency("thing", thing.look, fresh=0)
    asking = [asyncio.create_task(one.seen()) for _ in range(50)]
    await asyncio.sleep(0)
    asking[0].cancel()
    thing.waits.set()
    await asyncio.gather(*asking[1:])
    assert thing.looks == 1
    assert one.up


async def test_what_was_ill_is_looked_at_again_by_whoever_asks_next(thing: Thing) -> None:
    one = Dependency("thing", thing.look, fresh=60)
    thing.fault = Wrong("nearly full")
    await one.seen()
    assert (one.up, one.said()["fault"]) == (False, "nearly full")
    thing.fault = None
    await one.seen()
    assert one.up
    assert "fault" not in one.said()


async def test_a_fault_that_nobody_foresaw_says_nothing_of_what_it_says(thing: Thing) -> None:
    thing.fault = OSError("connect to postgresql://app:secret@10.0.0.1 failed")
    one = Dependency("thing", thing.look, needed=True)
    await one.seen()
    assert {key: value for key, value in one.said().items() if key in ("name", "state", "needed", "fault")} == {
        "name": "thing", "state": "down", "needed": True, "fault": "unreachable"
    }  # fmt: skip


async def test_a_look_ends(thing: Thing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dependencies, "WITHIN", 0.01)
    thing.waits = asyncio.Event()
    one = Dependency("thing", thing.look)
    await one.seen()
    assert one.said()["fault"] == "too slow"


async def test_what_is_far_and_was_ill_is_left_alone_for_a_while(
    thing: Thing, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(dependencies, "time", SimpleNamespace(monotonic=lambda: now))
    one = Dependency("thing", thing.look, ill=5)
    thing.fault = ConnectionRefusedError()
    for _ in range(100):
        await one.seen()
    assert (thing.looks, one.said()["fault"]) == (1, "unreachable")
    now += 5
    thing.fault = None
    await one.seen()
    assert (thing.looks, one.up) == (2, True)
