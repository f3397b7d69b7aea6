"""Pacing: a wait that is short, and for so many at a time."""

from __future__ import annotations

import asyncio

from server.limits.bucket import Bucket, Limit
from server.limits.pacing import LONGEST, MOST_WAITING, Pacing


async def test_nobody_waits_longer_than_the_longest_and_nobody_for_nothing() -> None:
    waited: list[float] = []

    async def pause(seconds: float) -> None:
        waited.append(seconds)

    pacing = Pacing(pause)
    for seconds in (0.0, -1.0, 0.2, 60.0):
        await pacing.wait(seconds)
    assert waited == [0.2, LONGEST]


async def test_so_many_wait_and_the_others_do_not() -> None:
    over = asyncio.Event()

    async def pause(seconds: float) -> None:
        await over.wait()

    pacing = Pacing(pause)
    waiting = [asyncio.create_task(pacing.wait(1.0)) for _ in range(MOST_WAITING)]
    await asyncio.sleep(0)
    assert pacing.waiting == MOST_WAITING
    await pacing.wait(1.0)  # at once, or this would hang
    waiting[0].cancel()
    await asyncio.gather(waiting[0], return_exceptions=True)
    assert pacing.waiting == MOST_WAITING - 1
    over.set()
    await asyncio.gather(*waiting[1:])
    assert pacing.waiting == 0


def test_a_bucket_says_when_it_will_have_drained_to_a_level() -> None:
    bucket = Bucket(Limit(rate=10.0, burst=100.0), level=80.0, at=0.0)
    assert bucket.above(50.0, now=0.0) == 3.0
    assert bucket.above(50.0, now=2.0) == 1.0
    assert bucket.above(50.0, now=4.0) == 0.0
