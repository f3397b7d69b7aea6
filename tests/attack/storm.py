"""The attackers, in a process of their own: `begin` and `end` on its input, a line of JSON after each end.

Each has an address of its own and goes through the list from another place on, one volley after the other.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack

from tests.attack.firing import Fired, fire
from tests.attack.gun import Gun, Target
from tests.attack.volleys import LASTING, VOLLEYS, Volley

ATTACKERS = 4


async def attack(gun: Gun, first: int, fired: list[Fired]) -> None:
    """Fire without end."""
    number = first
    while True:
        fired.append(await fire(VOLLEYS[number % len(VOLLEYS)], gun))
        number += 1


async def begin(volley: Volley, gun: Gun, fired: list[Fired]) -> None:
    """Begin what lasts."""
    fired.append(await fire(volley, gun))


async def storm(target: Target, over: asyncio.Event) -> list[Fired]:
    """Attack until it is over."""
    fired: list[Fired] = []
    async with AsyncExitStack() as stack:
        guns = [
            await stack.enter_async_context(Gun(target=target, address=f"127.0.0.{n + 2}"))
            for n in range(ATTACKERS)
        ]
        siege = [
            await stack.enter_async_context(Gun(target=target, address=f"127.0.1.{n + 1}"))
            for n in range(len(LASTING))
        ]
        step = len(VOLLEYS) // ATTACKERS
        tasks = [asyncio.create_task(attack(gun, n * step, fired)) for n, gun in enumerate(guns)]
        tasks += [
            asyncio.create_task(begin(volley, gun, fired)) for volley, gun in zip(LASTING, siege, strict=True)
        ]
        await over.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return fired


async def main(written: str, processors: Sequence[int]) -> None:
    """Obey until the input ends."""
    if processors:
        os.sched_setaffinity(0, processors)
    target = Target.read(written)
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while await reader.readline() == b"begin\n":
        over = asyncio.Event()
        raging = asyncio.create_task(storm(target, over))
        await reader.readline()
        over.set()
        fired = await raging
        told = [
            {
                "name": one.name,
                "seconds": one.seconds,
                "shots": one.shots,
                "turned_away": one.turned_away,
                "why": one.why,
            }
            for one in fired
        ]
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], json.loads(sys.argv[2])))
