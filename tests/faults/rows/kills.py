"""kill -9 of the worker, the API, PostgreSQL (its postmaster and single children) and Temporal, alone and together."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from random import Random

import psutil

from tests.faults.drill import drill
from tests.faults.place import Place
from tests.faults.play import Play
from tests.faults.row import Row
from tests.faults.stack import SERVICES, Stack
from tests.faults.tally import Tally

CHILD = "a child of postgres"
VICTIMS = (*SERVICES, CHILD)
WORK = 5.0


def schedule(chance: Random, seconds: float) -> list[tuple[float, tuple[str, ...]]]:
    """Draw one to three moments within so many seconds, and who dies at each: one, some, or all at once."""
    moments = sorted(chance.uniform(0.3, seconds) for _ in range(chance.choice((1, 2, 2, 3))))
    return [
        (moment, tuple(chance.sample(VICTIMS, chance.choice((1, 1, 1, 2, 2, len(VICTIMS))))))
        for moment in moments
    ]


async def run(seed: int, place: Place) -> Tally:
    """Kill as the seed says while people work."""
    stack = await place.stack()
    play = Play(seed, lambda: stack.graphql_url, stack.settings)

    async def kill(chance: Random) -> None:
        since, killed = 0.0, list[int | None]()
        for moment, victims in schedule(chance, WORK):
            await asyncio.sleep(moment - since)
            since = moment
            killed += [_kill(stack, victim, chance) for victim in victims]
        await stack.until_back(*killed)

    return await drill(stack, play, kill, WORK)


def _kill(stack: Stack, victim: str, chance: Random) -> int | None:
    if victim != CHILD:
        return stack.kill(victim)
    postmaster = stack.pid("postgres")
    with contextlib.suppress(psutil.Error, ProcessLookupError):
        children = psutil.Process(postmaster).children() if postmaster else []
        if children:
            child = chance.choice(sorted(children, key=lambda one: one.pid)).pid
            os.kill(child, signal.SIGKILL)
            return child
    return None


ROW = Row(
    name="kills",
    fault="kill -9 of worker, API, PostgreSQL (postmaster and children), Temporal, alone and together, at random",
    invariant="Every acknowledged operation is there exactly once; retries give the same receipt; all goes on unaided.",
    run=run,
    seeds=3,
)
