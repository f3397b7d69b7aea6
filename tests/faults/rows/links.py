"""Links between any two processes: cut, swallowing everything, half-open, slow."""

from __future__ import annotations

import asyncio
from random import Random

import asyncpg

from tests.faults.drill import drill
from tests.faults.linked import CLIENT_API, LINKS
from tests.faults.place import Place
from tests.faults.play import Play
from tests.faults.proxy import Weather
from tests.faults.row import Row
from tests.faults.tally import Tally

WEATHERS = (Weather.HOLE, Weather.CUT, Weather.HALF_OPEN, Weather.SLOW)
WORK = 5.0
BOUND = 13.0
"""Seconds within which the API answers, whatever is away: an operation may take ten, and others use this machine."""
MOST_CONNECTIONS = 16
"""Of the API and of the worker each: ten in the pool, three for exports, some that listen."""
_LEFT_WITHIN = 30.0


def broken(seed: int) -> tuple[str, Weather]:
    """Say which link breaks, and how: in twenty seeds, each in each way."""
    return LINKS[(seed - 1) % len(LINKS)], WEATHERS[(seed - 1) % len(WEATHERS)]


async def run(seed: int, place: Place) -> Tally:
    """Break one link for some seconds while people work."""
    stack = await place.linked()
    play = Play(seed, lambda: stack.graphql_url, stack.settings)
    link, weather = broken(seed)

    async def break_it(chance: Random) -> None:
        await asyncio.sleep(chance.uniform(0.3, 1.5))
        with stack.watched() as died:
            await stack.turn(link, weather)
            try:
                await asyncio.sleep(chance.uniform(3, 6))
            finally:
                await stack.turn(link, Weather.FAIR)
        play.seen += [f"{service} did not survive {link}, {weather}" for service in died]

    tally = await drill(stack, play, break_it, WORK)
    said = await _connections_left(stack.database("worker"))
    if link != CLIENT_API:
        longest, silent = play.history.longest(), len(play.history.waits.get(None, ()))
        if longest > BOUND:
            said.append(f"{link}, {weather}: somebody waited {longest:.1f} s")
        if silent:
            said.append(f"{link}, {weather}: {silent} requests were not answered at all")
    waits = ", ".join(
        f"{said or 'no answer'} {max(times):.1f} s" for said, times in play.history.waits.items()
    )
    print(f"links: {link}, {weather}; longest waits: {waits}")
    return tally + Tally(broken=tuple(said))


async def _connections_left(database: str) -> list[str]:
    """Say what is left open of pools, once it has had time to go."""
    connection = await asyncpg.connect(database)
    try:
        end = asyncio.get_running_loop().time() + _LEFT_WITHIN
        while True:
            rows = await connection.fetch(
                """
                SELECT usename, count(*) AS number, count(*) FILTER (WHERE state ^@ 'idle in transaction'
                    AND state_change < clock_timestamp() - interval '2 s') AS idle
                FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
                GROUP BY usename
                """
            )
            said = [
                f"{row['usename']} has {row['number']} connections, {row['idle']} of them in a transaction"
                for row in rows
                if row["number"] > MOST_CONNECTIONS or row["idle"]
            ]
            if not said or asyncio.get_running_loop().time() > end:
                return said
            await asyncio.sleep(0.5)
    finally:
        await connection.close()


ROW = Row(
    name="links",
    fault="Cut, swallowing, half-open and slow links between client, API, worker, PostgreSQL and Temporal",
    invariant="Bounded waits, typed errors, no pool leak, no stuck workflow.",
    run=run,
    seeds=5,
)
