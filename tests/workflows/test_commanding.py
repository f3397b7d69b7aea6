"""Sending commands: what a client is told when Temporal or the worker is away. Nothing is said that is not true."""

import asyncio
import logging
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest

from domain import acts
from domain.acts import Actor, Command
from server.embedded.temporal import EmbeddedTemporal
from server.free_port import free_port
from store.pool import Pool
from store.replies import Accepted
from tests.fixtures.postgres import Database
from tests.workflows.engine import Engine
from workflows.commanding import Dispatch, OutcomeUnknown, Unavailable
from workflows.connecting import connect

pytestmark = pytest.mark.temporal


def enrol() -> Command:
    act = acts.EnrolMember(member="p0")
    return Command(id="c1", concertation=str(uuid4()), actor=Actor(member="coordinator"), act=act)


@contextmanager
def silent_server() -> Iterator[str]:
    """Lets itself be connected to and never answers; its address."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        host, port = server.getsockname()
        yield f"{host}:{port}"


async def test_where_nobody_listens_nothing_was_sent() -> None:
    client = await connect(f"127.0.0.1:{free_port('127.0.0.1')}", "tests", lazy=True)
    for _ in range(2):
        began = time.monotonic()
        with pytest.raises(Unavailable):
            await Dispatch(client, "queue", 2.5).send(enrol())
        assert time.monotonic() - began < 1


async def test_where_nobody_answers_in_time_the_outcome_is_unknown() -> None:
    with silent_server() as address:
        client = await connect(address, "tests", lazy=True)
        with pytest.raises(OutcomeUnknown):
            await Dispatch(client, "queue", 0.2).send(enrol())


async def test_a_caller_who_gives_up_is_cancelled_and_not_answered() -> None:
    with silent_server() as address:
        client = await connect(address, "tests", lazy=True)
        asking = asyncio.create_task(Dispatch(client, "queue", 60).send(enrol()))
        await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking


async def test_without_a_worker_the_outcome_is_unknown_and_the_log_stays_quiet(
    server: EmbeddedTemporal, caplog: pytest.LogCaptureFixture
) -> None:
    client = await connect(server.address, "tests")
    with caplog.at_level(logging.ERROR), pytest.raises(OutcomeUnknown):
        await Dispatch(client, "nobody", 0.3).send(enrol())
    asking = asyncio.create_task(Dispatch(client, "nobody", 60).send(enrol()))
    done, _ = await asyncio.wait([asking], timeout=0.1)
    assert not done
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert caplog.records == []


@pytest.mark.postgres
async def test_a_temporal_killed_with_a_command_in_hand_leaves_it_unknown_then_says_unavailable_then_answers(
    server: EmbeddedTemporal, pool: Pool, database: Database
) -> None:
    client = await connect(server.address, "tests", lazy=True)
    engine = Engine(client, pool, database.worker, "queue")
    draft = engine.draft()
    asking = asyncio.create_task(engine.ask(draft))
    done, _ = await asyncio.wait([asking], timeout=0.2)
    assert not done
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    with pytest.raises(OutcomeUnknown):
        await asking
    await server.stop()
    with pytest.raises(Unavailable):
        await engine.ask(draft)
    await server.start()
    working = Engine(await connect(server.address, "tests"), pool, database.worker, "queue", id=engine.id)
    async with working.working():
        assert isinstance(await engine.ask(draft), Accepted)
        assert isinstance(await engine.ask(draft), Accepted)
    assert len(await engine.moments("concertation_drafted")) == 1
