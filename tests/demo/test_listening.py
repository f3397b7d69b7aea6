"""The subscription of the demonstration: every number once, in order, through every break."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from server.demo.faults import LedgerBroken, RequestFaulty
from server.demo.listening import OPERATION, Heard, Listener, Resumption
from server.demo.subscribing import Dropped, subscribe
from tests.demo.fake import DROP, HANG, FakeSocket, event


def listener(
    fake: FakeSocket, heard: list[Heard] | None = None, counted: list[int] | None = None
) -> Listener:
    def subscribe_after(seq: int) -> AsyncGenerator[dict[str, Any], None]:
        return subscribe(fake.url, OPERATION, {"concertationId": "c", "after": seq})

    return Listener(
        subscribe_after, ([] if heard is None else heard).append, ([] if counted is None else counted).append
    )


async def until(found: Listener, seq: int) -> None:
    async with asyncio.timeout(10):
        while found.last < seq:
            await found.news(1.0)


async def test_a_broken_socket_is_taken_up_after_the_last_number() -> None:
    fake = FakeSocket(
        [
            lambda after: [event(1), event(2), DROP],
            lambda after: [DROP],
            lambda after: [event(after + 1), event(after + 2), HANG],
        ]
    )
    heard: list[Heard] = []
    async with fake.running():
        found = listener(fake, heard)
        async with found.listening():
            await until(found, 4)
    assert [h.seq for h in heard] == [1, 2, 3, 4]
    assert [asked["variables"]["after"] for asked in fake.asked] == [0, 2, 2]
    assert found.resumptions == [Resumption(after=2, first=3)]
    assert fake.pongs == 3


async def test_a_cut_holds_until_its_end() -> None:
    fake = FakeSocket([lambda after: [event(after + 1), HANG]])
    async with fake.running():
        found = listener(fake)
        async with found.listening():
            await until(found, 1)
            with found.cut():
                await found.news(0.3)
                assert found.last == 1
            await until(found, 2)
    assert found.resumptions == [Resumption(after=1, first=2)]


@pytest.mark.parametrize("wrong", [1, 3])
async def test_a_repeated_or_missing_number_ends_it(wrong: int) -> None:
    fake = FakeSocket([lambda after: [event(1), event(wrong), HANG]])
    async with fake.running():
        found = listener(fake)
        async with found.listening():
            with pytest.raises(LedgerBroken, match=f"n° {wrong} après n° 1"):
                await until(found, 9)


async def test_figures_carry_no_number_of_their_own() -> None:
    figures = {"kind": "figures_updated", "seq": 1, "at": "", "summary": "", "figures": {"total": 37}}
    fake = FakeSocket([lambda after: [event(1), figures, event(2), HANG]])
    async with fake.running():
        counted: list[int] = []
        found = listener(fake, counted=counted)
        async with found.listening():
            await until(found, 2)
    assert (found.last, counted) == (2, [37])


async def test_a_subscription_that_is_refused_ends_it_with_the_reason() -> None:
    said = {"message": "Cette concertation n’existe pas.", "extensions": {"code": "BAD_USER_INPUT"}}
    fake = FakeSocket([lambda after: [{"type": "error", "payload": [said]}]])
    async with fake.running():
        found = listener(fake)
        async with found.listening():
            with pytest.raises(RequestFaulty, match="existe pas"):
                await until(found, 1)


async def test_an_api_that_is_away_or_busy_is_tried_again() -> None:
    busy = {"type": "error", "payload": [{"message": "", "extensions": {"code": "UNAVAILABLE"}}]}
    fake = FakeSocket([lambda after: [busy], lambda after: [event(1), HANG]])
    async with fake.running():
        found = listener(fake)
        async with found.listening():
            await until(found, 1)
    assert len(fake.asked) == 2


async def test_nobody_there_is_a_drop() -> None:
    fake = FakeSocket([lambda after: [HANG]])
    async with fake.running():
        pass
    with pytest.raises(Dropped):
        await anext(subscribe(fake.url, OPERATION, {}))
