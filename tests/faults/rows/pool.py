"""The pool exhausted: others have every connection that PostgreSQL gives, or a lock holds those of the pool up."""

from __future__ import annotations

import asyncio
import contextlib
from random import Random

import asyncpg

from server.provisioning import Role
from tests.faults.drill import drill
from tests.faults.place import Place
from tests.faults.play import Play
from tests.faults.row import Row
from tests.faults.rows.disk_full import QUICK, slow
from tests.faults.stack import SERVICES, Stack
from tests.faults.tally import Tally

WORK = 5.0


async def run(seed: int, place: Place) -> Tally:
    """Take connections with odd seeds, and locks with even ones, while people work."""
    stack = await place.stack()
    play = Play(seed, lambda: stack.graphql_url, stack.settings)
    before = [stack.pid(service) for service in SERVICES]

    async def exhaust(chance: Random) -> None:
        await asyncio.sleep(chance.uniform(0.5, 1.5))
        seconds = chance.uniform(2.5, 5)
        await (_take_all if seed % 2 else _lock)(stack, seconds)

    tally = await drill(stack, play, exhaust, WORK)
    said = slow(play, QUICK)
    if not any(one.was_unknown for one in play.history.operations):
        said.append("nobody was turned away: nothing was exhausted")
    if [stack.pid(service) for service in SERVICES] != before:
        said.append("a process did not survive it")
    return tally + Tally(broken=tuple(said))


async def _take_all(stack: Stack, seconds: float) -> None:
    """Have every connection that anybody may have, those of the pools, too."""
    root = await asyncpg.connect(stack.superuser)
    taken: list[asyncpg.Connection[asyncpg.Record]] = []
    try:
        end = asyncio.get_running_loop().time() + seconds
        await _take(stack, taken)
        await root.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1", Role.APP.value
        )
        while asyncio.get_running_loop().time() < end:
            await _take(stack, taken)
            await asyncio.sleep(0.05)
    finally:
        for connection in taken:
            connection.terminate()
        await root.close()


async def _take(stack: Stack, taken: list[asyncpg.Connection[asyncpg.Record]]) -> None:
    with contextlib.suppress(asyncpg.TooManyConnectionsError):
        while True:
            taken.append(await asyncpg.connect(stack.database("owner")))


async def _lock(stack: Stack, seconds: float) -> None:
    """Hold up every contribution: each waits in a connection of the pool until its time is over."""
    root = await asyncpg.connect(stack.superuser)
    try:
        async with root.transaction():
            await root.execute("LOCK TABLE contribution IN ACCESS EXCLUSIVE MODE")
            await asyncio.sleep(seconds)
    finally:
        await root.close()


ROW = Row(
    name="pool",
    fault="The pool exhausted: every connection of PostgreSQL taken by others, or held up by a lock",
    invariant="Quick 503s, nothing acknowledged is lost, recovery without a restart.",
    run=run,
    seeds=2,
)
