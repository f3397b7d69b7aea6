"""Sockets that mean no good: of other origins, too large, or never begun."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from time import monotonic

import pytest
import websockets
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin

from api.reading import Reading
from server import sockets
from server.limits.bucket import Limit
from server.limits.callers import Caps
from server.limits.guard import Guard, Holding
from server.limits.presence import Presence
from server.settings import Settings
from server.sockets import Wire
from tests.api.house import House
from tests.api.sockets import TRANSPORT, connected, served
from tests.fixtures.replicas import create_app

pytestmark = pytest.mark.postgres


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", "http://127.0.0.1:1"])
async def test_a_page_of_another_origin_opens_no_socket(house: House, origin: str) -> None:
    async with served(house.app) as address:
        with pytest.raises(InvalidStatus) as refused:
            await websockets.connect(
                f"ws://{address}/graphql", subprotocols=[TRANSPORT], origin=Origin(origin)
            )
        assert refused.value.response.status_code == 403
        async with websockets.connect(
            f"ws://{address}/graphql", subprotocols=[TRANSPORT], origin=Origin(f"http://{address}")
        ) as own:
            await own.send(json.dumps({"type": "connection_init"}))
            assert "connection_ack" in str(await own.recv())


async def test_a_message_that_is_too_large_closes_its_socket(house: House) -> None:
    async with served(house.app) as address, connected(address) as socket:
        await socket.begin()
        await socket.connection.send("x" * 1_000_001)
        with pytest.raises(ConnectionClosed) as closed:
            await socket.receive()
        assert closed.value.rcvd
        assert closed.value.rcvd.code == 1009


async def test_sockets_that_never_begin_keep_nobody_out_and_the_oldest_of_their_address_go(
    house: House,
) -> None:
    limited = Guard.of(Settings())
    house.guard.rates, house.guard.holding = limited.rates, limited.holding
    async with served(house.app) as address, AsyncExitStack() as idle:
        opened = []
        for _ in range(10):
            opened += await asyncio.gather(*(idle.enter_async_context(connected(address)) for _ in range(50)))
        async with connected(address) as socket:
            assert (await socket.begin())["type"] == "connection_ack"
            await socket.send(type="subscribe", id="1", payload={"query": "{ serverTime }"})
            assert "serverTime" in str(await socket.receive())
        for gone in (opened[0], opened[-100]):
            with pytest.raises(ConnectionClosed) as closed:
                await gone.receive()
            assert closed.value.rcvd
            assert closed.value.rcvd.code == 4408
        assert (await opened[-1].begin())["type"] == "connection_ack"


async def test_a_viewer_has_so_many_sockets_and_no_more_until_one_is_closed(house: House) -> None:
    presence = Presence()
    house.guard.holding = Holding(presence, Caps("operations", 9, 9), Caps("sockets", 2, 1))
    ada = f"Bearer {house.token('ada')}"
    async with served(house.app) as address, connected(address) as other:
        async with connected(address) as one, connected(address) as two, connected(address) as three:
            for socket in (one, two):
                assert (await socket.begin(ada))["type"] == "connection_ack"
            with pytest.raises(ConnectionClosed) as closed:
                await three.begin(ada)
            assert closed.value.rcvd
            assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1013, "Too many sockets")
            assert (await other.begin(f"Bearer {house.token('bob')}"))["type"] == "connection_ack"
        for _ in range(500):
            if sum(presence._own.values()) == 2:  # bob's, under two keys
                break
            await asyncio.sleep(0.01)
        async with connected(address) as again:
            assert (await again.begin(ada))["type"] == "connection_ack"


async def test_as_many_operations_are_at_work_at_a_time_as_may_be(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.guard.holding = Holding(Presence(), Caps("operations", 2, 2), Caps("sockets", 9, 9))
    reads, begun, goes_on = Reading.now, asyncio.Semaphore(0), asyncio.Event()

    async def now(reading: Reading) -> datetime:
        begun.release()
        await goes_on.wait()
        return await reads(reading)

    monkeypatch.setattr(Reading, "now", now)
    async with served(house.app) as address, connected(address) as socket:
        await socket.begin(f"Bearer {house.token('ada')}")
        asked = asyncio.ensure_future(house.post("{ serverTime }", as_="ada"))
        await begun.acquire()
        await socket.send(type="subscribe", id="1", payload={"query": "{ serverTime }"})
        await begun.acquire()
        refused = await house.post("{ serverTime }", as_="ada")
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
        await socket.send(type="subscribe", id="2", payload={"query": "{ serverTime }"})
        assert (await socket.receive())["payload"][0]["extensions"]["code"] == "RATE_LIMITED"
        goes_on.set()
        assert (await asked).status_code == 200
        assert (await socket.receive())["type"] == "next"
        assert (await socket.receive())["type"] == "complete"
        assert (await house.post("{ serverTime }", as_="ada")).status_code == 200


async def test_a_socket_ends_after_a_time_and_its_client_may_come_again(house: House) -> None:
    app = create_app(house.settings.model_copy(update={"socket_ttl": timedelta(seconds=1)}))
    async with app.router.lifespan_context(app), served(app) as address:
        for _ in range(2):
            async with connected(address) as socket:
                assert (await socket.begin())["type"] == "connection_ack"
                with pytest.raises(ConnectionClosed) as closed:
                    await socket.receive()
                assert closed.value.rcvd
                assert closed.value.rcvd.code == 1001


async def test_messages_that_come_too_fast_are_read_more_slowly(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "MESSAGES", Limit(rate=100.0, burst=5.0))
    async with served(house.app) as address, connected(address) as socket:
        await socket.begin()
        began = monotonic()
        for _ in range(34):
            await socket.send(type="ping")
        for _ in range(34):
            assert (await socket.receive())["type"] == "pong"
        assert monotonic() - began > 0.25


async def test_a_socket_that_is_not_read_begins_nothing_more_and_holds_up_no_other(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads, sends, asked, read_on = Reading.now, Wire.send_json, Counter[str](), asyncio.Event()
    is_stuck = asyncio.Event()

    async def now(reading: Reading) -> datetime:
        asked["now"] += 1
        return await reads(reading)

    async def send_json(wire: Wire, message: Mapping[str, object]) -> None:
        if message["type"] == "next" and message["id"] == "stuck":
            is_stuck.set()
            await read_on.wait()
        await sends(wire, message)

    monkeypatch.setattr(Reading, "now", now)
    monkeypatch.setattr(Wire, "send_json", send_json)
    query = {"query": "{ serverTime }"}
    async with served(house.app) as address, connected(address) as silent, connected(address) as other:
        await silent.begin()
        await other.begin()
        await silent.send(type="subscribe", id="stuck", payload=query)
        await is_stuck.wait()
        for number in range(10):
            await silent.send(type="subscribe", id=str(number), payload=query)
        for number in range(10):
            await other.send(type="subscribe", id=str(number), payload=query)
            assert (await other.receive())["type"] == "next"
            assert (await other.receive())["type"] == "complete"
        assert asked["now"] == 1 + 10
        read_on.set()
        got = [(await silent.receive())["type"] for _ in range(22)]
        assert (got.count("next"), got.count("complete")) == (11, 11)
