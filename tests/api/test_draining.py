"""An API that stops while another goes on: nobody is refused, what is in hand is answered, sockets go over."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from pathlib import Path

import asyncpg
import httpx
import pytest
import websockets

from tests.api.house import House, document
from tests.api.replicas import paired
from tests.api.sockets import Socket, connected
from tests.api.stage import Stage
from tests.fixtures.postgres import Database

pytestmark = [pytest.mark.postgres, pytest.mark.stack]

BODY = {"stage": "appel", "round": 1, "body": "Davantage de formation.", "themes": ["sante"]}


async def ready(address: str) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        return await client.get(f"http://{address}/readyz")


async def test_requests_in_hand_are_answered_and_watchers_are_told(
    stage: Stage, database: Database, tmp_path: Path
) -> None:
    await stage.open()
    headers = stage.house.headers("citizen")
    asked = {"input": {"concertationId": stage.id, "idempotencyKey": "slow", **BODY}}
    sent = {"query": document("SubmitContribution"), "variables": asked}
    async with paired(tmp_path, database, drain_delay="1.5") as pair, httpx.AsyncClient() as client:
        own = pair.own["api-1"]
        assert (await ready(own)).json()["ready"] is True
        holding = await asyncpg.connect(database.superuser)
        transaction = holding.transaction()
        await transaction.start()
        await holding.execute("SELECT FROM stage FOR UPDATE")
        slow = asyncio.create_task(client.post(f"http://{own}/graphql", json=sent, headers=headers))
        await asyncio.sleep(0.3)
        pair.tell("api-1")
        await asyncio.sleep(0.2)
        assert not slow.done()
        told = await ready(own)
        assert (told.status_code, told.json()["ready"], told.json()["draining"]) == (503, False, True)
        assert told.headers["connection"] == "close"
        assert (await ready(pair.site)).status_code == 200
        await transaction.rollback()
        await holding.close()
        answer = (await slow).json()["data"]["submitContribution"]
        assert answer["__typename"].endswith("Accepted"), answer
        assert await pair.ended("api-1") == 0


async def test_the_first_request_of_a_connection_that_was_taken_may_come_late(
    house: House, database: Database, tmp_path: Path
) -> None:
    async with paired(tmp_path, database) as pair:
        host, port = pair.site.split(":")
        opened = [await asyncio.open_connection(host, int(port)) for _ in range(8)]  # of each API some
        await asyncio.sleep(0.2)
        pair.tell("api-1")
        await asyncio.sleep(0.7)
        for reader, writer in opened:
            writer.write(f"GET /healthz HTTP/1.1\r\nHost: {pair.site}\r\n\r\n".encode())
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
            writer.close()
        assert await pair.ended("api-1") == 0


async def test_nobody_who_asks_meanwhile_is_turned_away(
    house: House, database: Database, tmp_path: Path
) -> None:
    async with paired(tmp_path, database) as pair:
        stop = asyncio.Event()
        answered: Counter[int] = Counter()

        async def ask(*, keep: bool) -> None:
            limits = httpx.Limits(max_keepalive_connections=1 if keep else 0)
            async with httpx.AsyncClient(limits=limits, timeout=20) as client:
                while not stop.is_set():
                    answer = await client.post(
                        f"http://{pair.site}/graphql", json={"query": "{ serverTime }"}
                    )
                    answered[answer.status_code] += 1

        asking = [asyncio.create_task(ask(keep=number % 2 == 0)) for number in range(6)]
        await asyncio.sleep(0.5)
        for name in ("api-1", "api-2"):
            before = answered[200]
            pair.tell(name)
            assert await pair.ended(name) == 0
            await pair.processes[name].start()
            assert answered[200] > before
        stop.set()
        await asyncio.gather(*asking)
        assert set(answered) == {200}


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
async def test_a_subscription_goes_over_to_the_other_without_loss_or_double(
    stage: Stage, database: Database, tmp_path: Path, how: signal.Signals
) -> None:
    await stage.open()
    seq = (await stage.about("{ seq }"))["seq"]
    async with paired(tmp_path, database) as pair:
        told: list[int] = []
        closed: list[int] = []
        first = asyncio.Event()

        async def follow() -> None:
            while not told or told[-1] < seq + 12:
                try:
                    async with connected(pair.site) as socket:
                        await socket.begin(f"Bearer {stage.house.token('coordinator')}")
                        await socket.follow(stage.id, told[-1] if told else seq)
                        while told[-1:] != [seq + 12]:
                            told.append((await socket.event())["seq"])
                            first.set()
                except websockets.ConnectionClosed as end:
                    closed.append(end.rcvd.code if end.rcvd else 1006)

        following = asyncio.create_task(follow())
        for number in range(6):
            await stage.do("Suspend", "coordinator", reason=f"Panne {number}.")
            if number in (2, 4):
                await first.wait()
                name = f"api-{number // 2}"
                pair.tell(name, how)
                await pair.ended(name)
                await pair.processes[name].start()
            await stage.do("Resume", "coordinator", reason="Réparée.")
        async with asyncio.timeout(30):
            await following
        assert told == list(range(seq + 1, seq + 13))
        assert closed  # each of the two was ended once, so the socket went over once at least
        assert set(closed) == {1001 if how is signal.SIGTERM else 1006}


async def test_a_socket_is_closed_once_its_mutation_is_answered(
    stage: Stage, database: Database, tmp_path: Path
) -> None:
    await stage.open()
    asked = {"input": {"concertationId": stage.id, "idempotencyKey": "slow", **BODY}}
    async with paired(tmp_path, database) as pair, connected(pair.own["api-2"]) as socket:
        await socket.begin(f"Bearer {stage.house.token('citizen')}")
        await _subscribed(socket, stage.id)
        holding = await asyncpg.connect(database.superuser)
        transaction = holding.transaction()
        await transaction.start()
        await holding.execute("SELECT FROM stage FOR UPDATE")
        payload = {"query": document("SubmitContribution"), "variables": asked}
        await socket.send(type="subscribe", id="slow", payload=payload)
        await asyncio.sleep(0.3)
        pair.tell("api-2")
        await asyncio.sleep(0.4)
        await transaction.rollback()
        await holding.close()
        answer = await socket.receive()
        assert answer["payload"]["data"]["submitContribution"]["__typename"].endswith("Accepted"), answer
        with pytest.raises(websockets.ConnectionClosed) as end:
            while True:
                await socket.receive()
        assert end.value.rcvd is not None
        assert (end.value.rcvd.code, end.value.rcvd.reason) == (1001, "Come again")
        assert await pair.ended("api-2") == 0


async def _subscribed(socket: Socket, concertation: str) -> None:
    """Follow, without asking for anything that comes while the test looks for something else."""
    await socket.follow(concertation)
