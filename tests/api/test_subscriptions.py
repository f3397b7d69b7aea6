"""Following a concertation: every event, in order, whatever breaks in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
import pytest_asyncio
from pydantic import SecretStr
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from server.settings import Settings
from server.tokens import sign_token
from store.pool import open_pool
from tests.api.house import DirectSender, House, pseudonym
from tests.api.proxy import Proxy
from tests.api.sockets import connected, served
from tests.api.stage import Stage
from tests.fixtures.clock import TestClock
from tests.fixtures.postgres import Database
from tests.fixtures.replicas import create_app

pytestmark = pytest.mark.postgres


@pytest_asyncio.fixture
async def address(house: House) -> AsyncIterator[str]:
    async with served(house.app) as found:
        yield found


async def test_every_event_after_a_number_comes_in_order_and_goes_on(stage: Stage, address: str) -> None:
    await stage.open()
    seq = (await stage.about("{ seq }"))["seq"]
    async with connected(address) as socket:
        assert (await socket.begin())["type"] == "connection_ack"
        await socket.follow(stage.id, 0)
        seen = await socket.events(until=seq)
        assert [e["seq"] for e in seen] == list(range(1, seq + 1))
        assert all(e["summary"] for e in seen)
        assert seen[0]["kind"] == "concertation_drafted"
        await stage.do("Suspend", "coordinator", reason="Une panne.")
        live = await socket.event()
        assert live["seq"] == seq + 1
        assert live["kind"] == "suspended"


async def test_after_a_break_it_goes_on_at_the_next_number(stage: Stage, address: str) -> None:
    await stage.open()
    async with connected(address) as socket:
        await socket.begin()
        await socket.follow(stage.id, 3)
        seen = [await socket.event() for _ in range(4)]
        assert [e["seq"] for e in seen] == [4, 5, 6, 7]
    await stage.do("Suspend", "coordinator", reason="Une panne.")
    seq = (await stage.about("{ seq }"))["seq"]
    async with connected(address) as socket:
        await socket.begin()
        await socket.follow(stage.id, 7)
        assert [e["seq"] for e in await socket.events(until=seq)] == list(range(8, seq + 1))


async def test_without_a_number_it_begins_with_what_comes_next(stage: Stage, address: str) -> None:
    await stage.open()
    seq = (await stage.about("{ seq }"))["seq"]
    async with connected(address) as socket:
        await socket.begin()
        await socket.follow(stage.id, figures=True)
        first = await socket.event()
        assert first["__typename"] == "FiguresUpdated"
        assert first["seq"] == seq
        await stage.do("Suspend", "coordinator", stage="appel", round=1, reason="Une panne.")
        event = await socket.event()
        assert event["seq"] == seq + 1
        assert event["stage"]["key"] == "appel"


async def test_figures_of_an_open_stage_follow_the_contributions(stage: Stage, address: str) -> None:
    await stage.open()
    async with connected(address) as socket:
        await socket.begin()
        await socket.follow(stage.id, figures=True)
        assert (await socket.event())["figures"]["total"] == 0
        await stage.contribute("citizen")
        updated = await socket.event()
        assert updated["figures"]["total"] == 1
        assert updated["figures"]["byChannel"] == [{"key": "online", "count": 1}]
        assert "1" in updated["summary"]
        assert not updated["summary"].startswith("event.")


async def test_many_sockets_lose_nothing_while_commands_come_at_once(stage: Stage, address: str) -> None:
    await stage.draft()
    await stage.staff()
    await stage.launch()
    seq = (await stage.about("{ seq }"))["seq"]

    async def follow() -> list[int]:
        async with connected(address) as socket:
            await socket.begin()
            await socket.follow(stage.id, 0)
            return [e["seq"] for e in await socket.events(until=seq + 10)]

    following = [asyncio.ensure_future(follow()) for _ in range(5)]
    await asyncio.gather(*(stage.enrol(f"person {n}", college="locales") for n in range(10)))
    for seqs in await asyncio.gather(*following):
        assert seqs == list(range(1, len(seqs) + 1))


async def test_a_draft_is_followed_by_its_office_holders_alone(stage: Stage, address: str) -> None:
    await stage.draft()
    for authorization, kind in ((None, "error"), (f"Bearer {stage.house.token('coordinator')}", "next")):
        async with connected(address) as socket:
            await socket.begin(authorization)
            await socket.follow(stage.id, 0)
            message = await socket.receive()
            assert message["type"] in (kind, "next")
            assert ("errors" in str(message) or message["type"] == "error") == (kind == "error")


@pytest.mark.parametrize("id", ["", "x", "Q29uY2VydGF0aW9uOng"])
async def test_an_unknown_concertation_is_refused(house: House, address: str, id: str) -> None:
    async with connected(address) as socket:
        await socket.begin()
        await socket.follow(id)
        assert "BAD_USER_INPUT" in str(await socket.receive())


async def test_an_invalid_token_closes_the_socket(house: House, address: str) -> None:
    async with connected(address) as socket:
        with pytest.raises(ConnectionClosed) as closed:
            await socket.begin("Bearer x")
        assert closed.value.rcvd
        assert closed.value.rcvd.code == 4403


async def test_a_subscription_ends_with_the_token_that_began_it(stage: Stage, address: str) -> None:
    await stage.open()
    token = sign_token(
        stage.house.settings, roles=[], member=UUID(pseudonym("citizen")), ttl=timedelta(seconds=1.5)
    )
    async with connected(address) as socket:
        await socket.begin(f"Bearer {token}")
        await socket.follow(stage.id)
        with pytest.raises(ConnectionClosed) as closed:
            await socket.receive()
        assert closed.value.rcvd
        assert closed.value.rcvd.code == 4403


async def test_the_legacy_protocol_is_off(house: House, address: str) -> None:
    async with connected(address, Subprotocol("graphql-ws")) as socket:
        with pytest.raises(ConnectionClosed) as closed:
            await socket.receive()
        assert closed.value.rcvd
        assert closed.value.rcvd.code == 4406


@pytest.mark.parametrize(
    "message",
    ["x", "[]", "5", '{"type": "subscribe"}', "{}", '{"type":"connection_init","payload":"\\u0000"}'],
)
async def test_what_is_no_message_closes_the_socket(house: House, address: str, message: str) -> None:
    async with connected(address) as socket:
        await socket.connection.send(message)
        with pytest.raises(ConnectionClosed) as closed:
            await socket.receive()
        assert closed.value.rcvd
        assert closed.value.rcvd.code in (4400, 4401)


async def test_queries_and_commands_go_over_a_socket_too_each_with_fresh_eyes(
    stage: Stage, address: str
) -> None:
    await stage.draft()
    async with connected(address) as socket:
        await socket.begin(f"Bearer {stage.house.token('coordinator')}")
        query = "query($id: ID!) { concertation(id: $id) { title seq } }"
        titles = []
        for title in ("Un", "Deux"):
            await stage.do("AmendDraft", "coordinator", title=title)
            await socket.send(
                type="subscribe", id=title, payload={"query": query, "variables": {"id": stage.id}}
            )
            titles.append((await socket.receive())["payload"]["data"]["concertation"]["title"])
            assert (await socket.receive())["type"] == "complete"
        assert titles == ["Un", "Deux"]


async def test_a_socket_survives_postgresql_going_away_and_loses_nothing(
    database: Database, test_clock: TestClock, tmp_path: Path
) -> None:
    proxy = Proxy(database.app, tmp_path)
    await proxy.open()
    settings = Settings(data_dir=tmp_path, database_url=SecretStr(proxy.dsn), temporal_address="127.0.0.1:1")
    direct = settings.model_copy(update={"database_url": SecretStr(database.app)})
    worker = await open_pool(database.worker, application="tests: worker", max_size=4)
    sender = DirectSender(worker)
    app, other = create_app(settings, sender=sender), create_app(direct, sender=sender)
    async with (
        app.router.lifespan_context(app),
        other.router.lifespan_context(other),
        served(app) as address,
        connected(address) as socket,
    ):
        stage = Stage(House(other, direct, sender, test_clock))
        await stage.open()
        seq = (await stage.about("{ seq }"))["seq"]
        await socket.begin()
        await socket.follow(stage.id, 0)
        await socket.events(until=seq)
        await proxy.close()
        await stage.do("Suspend", "coordinator", reason="Une panne.")
        await stage.do("Resume", "coordinator", reason="Réparée.")
        await proxy.open()
        assert [e["kind"] for e in await socket.events(until=seq + 2)] == ["suspended", "resumed"]
        await stage.house.http.aclose()
    await worker.close()
    await proxy.close()
