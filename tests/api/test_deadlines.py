"""An operation that takes too long is stopped, with its statements, and leaves nothing behind."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from api.asking import ask
from api.proving import ProvingSchema
from api.reading import Reading
from store.pool import Connection, Pool, acquire, open_pool
from tests.api.house import House
from tests.api.sockets import connected, served
from tests.api.stage import Stage
from tests.fixtures.postgres import Database

pytestmark = pytest.mark.postgres

SLEEPING = (
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE state = 'active' AND query LIKE '%pg_sleep(1.9)%' AND pid <> pg_backend_pid()"
)


def _sleeping(reading: Reading) -> Awaitable[Any]:
    def question(connection: Connection) -> Awaitable[Any]:
        return connection.fetchval("SELECT instant() FROM pg_sleep(1.9)")

    return ask(reading._pool, 20, question)


async def _alone(reading: Reading) -> Any:
    return await _sleeping(reading)


async def _by_a_task(reading: Reading) -> Any:
    """Wait as for a loader: its task goes on when nobody waits for it any more."""
    task = asyncio.ensure_future(_sleeping(reading))
    return await asyncio.shield(task)


async def _becomes(reading: Pool, sleeping: int) -> None:
    """Wait, for less time than the statement takes by itself, until so many statements run."""
    for _ in range(60):
        async with acquire(reading) as connection:
            if await connection.fetchval(SLEEPING) == sleeping:
                return
        await asyncio.sleep(0.01)
    raise AssertionError("a statement goes on")


@pytest.mark.parametrize("slow", [_alone, _by_a_task])
@pytest.mark.parametrize("known", [False, True])
async def test_a_query_that_takes_too_long_is_stopped_and_its_sql_with_it(
    house: House,
    database: Database,
    schema: ProvingSchema,
    monkeypatch: pytest.MonkeyPatch,
    slow: Callable[[Reading], Awaitable[Any]],
    known: bool,
) -> None:
    looking = await open_pool(database.app, application="tests: looking")  # a role sees its own statements
    if known:
        await house.ask("{ serverTime }")
    with monkeypatch.context() as patched:
        patched.setattr(schema, "longest", 0.4)
        patched.setattr(Reading, "now", slow)
        for language, words in (("fr", "arrêtée"), ("en", "was stopped")):
            asked = asyncio.ensure_future(house.post("{ serverTime }", language=language))
            await _becomes(looking, 1)
            response = await asked
            (error,) = response.json()["errors"]
            assert error["extensions"]["code"] == "TIMED_OUT"
            assert error["extensions"]["reference"]
            assert words in error["message"]
            assert not response.json().get("data")
            await _becomes(looking, 0)
    answers = await asyncio.gather(*(house.ask("{ serverTime }") for _ in range(20)))
    assert all(answer["serverTime"] for answer in answers)
    await looking.close()


async def test_of_a_command_that_takes_too_long_the_outcome_is_unknown_and_asking_again_tells(
    stage: Stage, schema: ProvingSchema, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.draft()
    real = stage.house.sender.send
    done = asyncio.Event()

    async def late(command: Any) -> Any:
        reply = await real(command)
        done.set()
        await asyncio.sleep(30)
        return reply

    query = """mutation ($input: AmendDraftInput!) { amendDraft(input: $input) { __typename } }"""
    given = {"input": {"idempotencyKey": "k", "concertationId": stage.id, "title": "Titre"}}
    with monkeypatch.context() as patched:
        patched.setattr(schema, "longest", 2.0)
        patched.setattr(stage.house.sender, "send", late)
        response = await stage.house.post(query, given, "coordinator")
    assert done.is_set()
    assert response.json()["errors"][0]["extensions"]["code"] == "OUTCOME_UNKNOWN"
    again = (await stage.house.post(query, given, "coordinator")).json()
    assert again["data"]["amendDraft"]["__typename"].endswith("Accepted")


async def test_a_query_over_a_socket_is_stopped_and_a_subscription_is_not(
    stage: Stage, schema: ProvingSchema, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.open()
    seq = (await stage.about("{ seq }"))["seq"]
    async with served(stage.house.app) as address, connected(address) as socket:
        await socket.begin()
        monkeypatch.setattr(schema, "longest", 0.2)
        await socket.follow(stage.id, seq)
        with monkeypatch.context() as patched:
            patched.setattr(Reading, "now", _alone)
            await socket.send(type="subscribe", id="2", payload={"query": "{ serverTime }"})
            message = await socket.receive()
        assert message["id"] == "2"
        assert "TIMED_OUT" in str(message)
        assert message["type"] == "error"
        monkeypatch.setattr(schema, "longest", None)
        await stage.do("Suspend", "coordinator", reason="Une panne.")
        assert (await socket.event())["seq"] == seq + 1
