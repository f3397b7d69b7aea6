"""How fast a processor is at the time: what a fixed piece of work takes of it, done again and again meanwhile.

One that is shared with others, or whose threads share a core, is slower at one time than at another, by up to a half.
Times that are taken minutes apart can be compared once each is held against the yardstick of its own time.
"""

from __future__ import annotations

from statistics import harmonic_mean
from threading import Event, Thread
from time import thread_time
from typing import Self

_EVERY = 0.1
"""Seconds between two times: the work takes some milliseconds, and what is measured meanwhile hardly notices it."""
_STEPS = 50_000


class Yardstick:
    """For the length of a block, a thread that does the work every tenth of a second."""

    def __init__(self) -> None:
        """Begin with nothing done."""
        self._taken: list[float] = []
        self._over = Event()
        self._thread = Thread(target=self._again_and_again)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self._over.set()
        self._thread.join()

    def lap(self, at_least: int = 1) -> float:
        """Give the milliseconds of processor that the work took since the last lap.

        Their harmonic mean: it is speeds that add up, and twice as fast half of the time is half as much again.
        `at_least`: do it until it was done so many times, for a lap that may be over within some tenths of a second.
        """
        taken, self._taken = self._taken, []
        return harmonic_mean(taken + [_done() for _ in range(at_least - len(taken))])

    def _again_and_again(self) -> None:
        while not self._over.wait(_EVERY):
            self._taken.append(_done())


def _done() -> float:
    start = thread_time()
    sum(number & 7 for number in range(_STEPS))
    return 1000 * (thread_time() - start)
