"""`deadline_1000_lateness_s`, `deadline_1000_spread_lateness_s`: 1,000 deadlines at one instant, and in one minute.

Each is that of a concertation of 100 participants, as in `crossing`, and costs the same transition: close, seal 100
contributions, conclude, open the next stage.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from benchmarks.bare import bare
from benchmarks.crossing import BARE_AHEAD, Crossing, bound_of, cross, in_time
from benchmarks.figure import Figure
from benchmarks.progress import say
from benchmarks.scale import sized
from benchmarks.stack import data_folder
from server.settings import Settings
from store.pool import open_pool
from workflows.connecting import connect

CONCERTATIONS = 1_000
REPETITIONS = 3
MINUTE = timedelta(minutes=1)
AHEAD = timedelta(seconds=80)
"""From the beginning of the preparation to the first deadline."""


async def thousand() -> list[Figure]:
    """Measure at one instant, then spread, each time with new concertations and the floor after it."""
    number = sized(CONCERTATIONS, small=8)
    at_once: list[tuple[Crossing, float]] = []
    spread: list[tuple[Crossing, float]] = []
    ahead = sized(AHEAD, small=timedelta(seconds=5))
    bare_ahead = sized(4 * BARE_AHEAD, small=BARE_AHEAD)
    with data_folder() as folder, folder.stack() as stack:
        client = await connect(stack.temporal_address, Settings().temporal_namespace)
        pool = await open_pool(stack.database("worker"), application="bench", statement_timeout=60)
        async with bare(client, stack.temporal_address) as floor:
            for repetition in range(sized(REPETITIONS, small=1)):
                for over, kept in ((timedelta(0), at_once), (sized(MINUTE, small=MINUTE / 30), spread)):
                    crossed, ahead = await in_time(
                        ahead, partial(cross, stack, client, pool, number, spread=over)
                    )
                    least, bare_ahead = await in_time(
                        bare_ahead, partial(floor.transition, number, spread=over)
                    )
                    kept.append((crossed, least))
                    say(
                        f"{repetition + 1}: {number} within {over.total_seconds():.0f} s, latest event "
                        f"{crossed.lateness:.2f} s after its deadline; bare {least:.2f} s"
                    )
        await pool.close()
    return [
        _figure("deadline_1000_lateness_s", at_once, f"{number} at one instant wait for one another."),
        _figure("deadline_1000_spread_lateness_s", spread, f"{number} in a minute, one after the other."),
    ]


def _figure(name: str, crossed: Sequence[tuple[Crossing, float]], how: str) -> Figure:
    crossings = [one for one, _ in crossed]
    return Figure(
        name=name,
        values=tuple(one.lateness for one in crossings),
        floors=tuple(least for _, least in crossed),
        bound=f"{how} {bound_of(crossings)}",
    )
