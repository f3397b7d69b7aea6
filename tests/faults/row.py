"""One row of the table: a fault, what must hold whatever it does, and a run that tries it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.faults.place import Place
from tests.faults.tally import Tally

Run = Callable[[int, Place], Awaitable[Tally]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What is tried again and again, each time as its seed says."""

    #: One word or two, with hyphens: how it is asked for.
    name: str
    #: What breaks.
    fault: str
    #: What must hold.
    invariant: str
    #: Tries it once; all that is left to chance is drawn from the seed.
    run: Run
    #: How many seeds the fixed set has: 1, 2, 3 and so on.
    seeds: int
    #: Seconds after which a run has hung, which no row may.
    within: float = 180.0
