"""Sockets that mean no good: of other origins, too large, or never begun."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack

import pytest
import websockets
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin

from tests.api.house import House
from tests.api.sockets import TRANSPORT, connected, served

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


async def test_sockets_that_never_begin_keep_nobody_out(house: House) -> None:
    async with served(house.app) as address, AsyncExitStack() as idle:
        for _ in range(10):
            await asyncio.gather(*(idle.enter_async_context(connected(address)) for _ in range(50)))
        async with connected(address) as socket:
            assert (await socket.begin())["type"] == "connection_ack"
            await socket.send(type="subscribe", id="1", payload={"query": "{ serverTime }"})
            assert "serverTime" in str(await socket.receive())
