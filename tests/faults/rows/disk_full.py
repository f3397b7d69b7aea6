"""The disk full, under the ledger and under Temporal, and free again some seconds later."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from random import Random

from tests.faults.answers import Said
from tests.faults.drill import drill
from tests.faults.place import Place
from tests.faults.play import Play
from tests.faults.row import Row
from tests.faults.small_disk import SmallDisk
from tests.faults.tally import Tally

MEGABYTES = 300
WORK = 5.0
QUICK = 5.0
"""Seconds in which whoever is turned away learns it, 99 times of 100, on a machine that does other things besides."""


async def run(seed: int, place: Place) -> Tally:
    """Fill it while people work, and give the room back."""
    folder = Path(tempfile.mkdtemp(prefix="small-", dir=place.folder))
    folder.chmod(0o711)
    stack = SmallDisk(folder, MEGABYTES)
    try:
        await stack.start()
        play = Play(seed, lambda: stack.graphql_url, stack.settings)

        async def fill(chance: Random) -> None:
            await asyncio.sleep(chance.uniform(0.5, 2))
            try:
                end = asyncio.get_running_loop().time() + chance.uniform(3, 6)
                while asyncio.get_running_loop().time() < end:
                    stack.fill()  # what is given back meanwhile, too
                    await asyncio.sleep(0.2)
            finally:
                stack.free()
            await stack.until_back()

        tally = await drill(stack, play, fill, WORK)
        return tally + Tally(broken=tuple(slow(play, QUICK)))
    finally:
        await stack.stop()


def slow(play: Play, within: float) -> list[str]:
    """Say whether whoever was turned away had to wait for that."""
    times = sorted(play.history.waits.get(Said.UNSETTLED, ()))
    if not times or (worst := times[int(len(times) * 0.99)]) <= within:
        return []
    return [f"{len(times)} times somebody was turned away, after {worst:.1f} s, 99 times of 100"]


ROW = Row(
    name="disk-full",
    fault="The disk of the ledger and of Temporal is full, and is not any more",
    invariant="Quick 503s, nothing acknowledged is lost, recovery without a restart by anybody.",
    run=run,
    seeds=1,
)
