"""One run on the real processes: people work, something breaks and is mended, everything is looked at afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Protocol

import asyncpg

from store.pool import set_codecs
from tests.faults.checker import checked
from tests.faults.found import find, lateness, unsound
from tests.faults.play import Play
from tests.faults.tally import Tally


class Stands(Protocol):
    """Whatever servers a run is about."""

    def database(self, role: str) -> str:
        """The address of PostgreSQL for `app`, `worker` or `owner`, past whatever is broken."""
        ...


Fault = Callable[[Random], Awaitable[None]]
"""Breaks what the seed says, and comes back once everything that it broke runs again."""

SOON = timedelta(seconds=20)
"""A deadline falls so soon, or so soon after all was healed, on a machine that does other things besides."""
_AGAIN = 400


async def drill(stack: Stands, play: Play, fault: Fault, seconds: float = 6.0) -> Tally:
    """Let people work for so long while the fault happens, and check what they were told."""
    await play.prepare()
    healed = asyncio.Event()

    async def breaking() -> None:
        try:
            await fault(Random(f"{play.seed}/fault"))
        finally:
            healed.set()

    async with asyncio.TaskGroup() as group:
        group.create_task(breaking())
        group.create_task(play.work(seconds, healed))
    return await looked_at(stack, play, datetime.now(UTC))


async def looked_at(stack: Stands, play: Play, healed: datetime) -> Tally:
    """Check a run after it was healed: a new concertation goes through, all end, nothing is lost or doubled."""
    await play.go_on()
    unfinished = await play.until_over()
    changed = await play.again(_AGAIN)
    connection = await asyncpg.connect(stack.database("worker"))
    await set_codecs(connection)
    try:
        tally = checked(play.history, await find(connection, play.history.name))
        concertations = [course.uuid for course in play.courses]
        wrong = await unsound(connection, concertations)
        late = [
            f"the closing of {concertation} came {by.total_seconds():.1f} s late"
            for concertation, due, by in await lateness(connection, concertations)
            if not timedelta(0) <= by or due + by > max(due, healed) + SOON
        ]
    finally:
        await connection.close()
    return replace(tally, broken=(*play.seen, *tally.broken, *unfinished, *changed, *wrong, *late))
