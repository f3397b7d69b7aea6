"""Whoever is killed while mails go, at whatever point: none is lost, none that the server acknowledged goes twice."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from datetime import timedelta
from threading import Event

import psutil
import pytest

from activities.mailing import Mailing
from store.pool import Connection, Pool
from tests.delivery.conftest import Post
from tests.delivery.receiving import OwnController, Receiver

pytestmark = pytest.mark.postgres
MAILS = 24


@asynccontextmanager
async def killable(mailing: Mailing) -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker in a process of its own, sending."""
    order = asdict(mailing) | {"key": mailing.key.hex(), "folder": None}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.delivery.sending_worker", stdin=asyncio.subprocess.PIPE
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(order).encode())
    process.stdin.close()
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def child_of(pid: int) -> int:
    """The mailing process of a worker."""
    return next(
        child.pid
        for child in psutil.Process(pid).children()
        if "activities.mailing_process" in child.cmdline()
    )


async def settled(post: Post) -> None:
    """Send all there is, and wait for a child that outlives its worker."""
    async with asyncio.timeout(60):
        while True:
            await post.send()
            left = await post.states()
            if set(left) == {"sent"}:
                return
            await post.worker.execute("UPDATE delivery SET mail_paused_until = NULL")
            await asyncio.sleep(0.1)  # a process that nobody here has started is finishing


def after(number: int, do: Callable[[], object]) -> Callable[[str], None]:
    """Do it at the so-manieth time."""
    count = 0

    def does(address: str) -> None:
        nonlocal count
        count += 1
        if count == number:
            do()

    return does


@pytest.mark.parametrize("point", ["RCPT", "DATA"])
@pytest.mark.parametrize("number", [1, 7, MAILS])
async def test_a_worker_killed_loses_nothing_and_doubles_nothing(
    post: Post, receiver: Receiver, server: OwnController, point: str, number: int
) -> None:
    await post.write(MAILS)
    async with killable(post.mailing) as worker:
        receiver.at[point] = after(number, lambda: os.kill(worker.pid, signal.SIGKILL))
        assert await worker.wait() == -signal.SIGKILL
        await settled(post)
    assert set(receiver.ids().values()) == {1}
    assert len(receiver.taken) == MAILS


async def test_a_worker_killed_twice_while_the_server_thinks_doubles_nothing(
    post: Post, receiver: Receiver, server: OwnController
) -> None:
    """The mail in hand is acknowledged when its worker is long gone; its process may send all the others, too."""
    for lap in range(2):
        await post.write(MAILS, key=f"event/{lap}")
        async with killable(post.mailing) as worker:

            async def slowly(address: str, pid: int = worker.pid) -> None:
                if psutil.pid_exists(pid):
                    os.kill(pid, signal.SIGKILL)
                    await asyncio.sleep(1)  # the server's slowness is what is tested

            receiver.at["DATA"] = slowly
            assert await worker.wait() == -signal.SIGKILL
        receiver.at.clear()
        await settled(post)
    assert set(receiver.ids().values()) == {1}
    assert len(receiver.taken) == 2 * MAILS


@pytest.mark.parametrize("point", ["RCPT", "DATA"])
@pytest.mark.parametrize("number", [1, 7])
async def test_a_sending_process_killed_before_the_server_acknowledges_loses_nothing(
    post: Post, receiver: Receiver, server: OwnController, point: str, number: int
) -> None:
    await post.write(MAILS)
    count = 0
    async with killable(
        replace(post.mailing, connections=1)
    ) as worker:  # no other mail is being acknowledged

        def kills(address: str) -> str | None:
            nonlocal count
            count += 1
            if count != number:
                return None
            os.kill(child_of(worker.pid), signal.SIGKILL)
            return "451 nobody hears this"  # what is not acknowledged was not taken

        receiver.at[point] = kills
        assert await worker.wait() == 0
    await settled(post)
    assert set(receiver.ids().values()) == {1}
    assert len(receiver.taken) == MAILS


async def test_a_sending_process_killed_after_the_acknowledgement_and_before_its_record_doubles_nothing(
    post: Post, receiver: Receiver, server: OwnController, worker: Pool
) -> None:
    await post.write(1)
    async with worker.acquire() as holding, killable(post.mailing) as sender:
        held = Event()
        receiver.at["RCPT"] = lambda address: asyncio.to_thread(held.wait, 20)
        # Before, not within: PostgreSQL ends a transaction that stands idle while two processes start.
        await until(worker, "SELECT count(*) > 0 FROM notice WHERE state = 'sending'")
        async with holding.transaction():
            await hold_the_row_until_its_record_waits(worker, holding, held)
            os.kill(child_of(sender.pid), signal.SIGKILL)
        assert await sender.wait() == 0
    await settled(post)
    assert len(receiver.taken) == 1


async def hold_the_row_until_its_record_waits(worker: Pool, holding: Connection, held: Event) -> None:
    """Hold the row, which is in hand, let the server go on, and wait for what is to be recorded."""
    await holding.execute("SELECT FROM notice FOR UPDATE")
    held.set()
    await until(
        worker,
        "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%sent%'",
    )


async def until(worker: Pool, holds: str) -> None:
    """Ask until it holds."""
    async with asyncio.timeout(30):
        while True:
            if await worker.fetchval(holds):
                return
            await asyncio.sleep(0.01)  # another process is at work


async def test_a_sending_process_that_dies_with_its_worker_at_the_worst_moment_sends_the_same_mail_again(
    post: Post, receiver: Receiver, server: OwnController
) -> None:
    """The one case left: nobody alive knows that the server has taken it. Its Message-ID is the same."""
    await post.write(1)
    async with killable(post.mailing) as worker:

        def kills(address: str) -> None:
            child = child_of(worker.pid)
            os.kill(worker.pid, signal.SIGKILL)
            os.kill(child, signal.SIGKILL)

        receiver.at["DATA"] = after(1, lambda: kills(""))
        await worker.wait()
    assert await post.states() == {"sending": 1}
    await post.send()
    assert await post.states() == {"sending": 1}  # whoever has it may still be waiting for the server
    await post.clock.advance(timedelta(minutes=16))
    await settled(post)
    assert len(receiver.taken) == 2
    assert len(receiver.ids()) == 1
