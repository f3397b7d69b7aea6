"""Twice what can be sustained: first the sustainable rate is measured, then twice as many come, whoever is answered."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from time import monotonic

from server.serving import allow_connections
from tests.faults.answers import Said
from tests.faults.asking import Asker
from tests.faults.drill import looked_at
from tests.faults.history import Operation
from tests.faults.place import Place
from tests.faults.play import STAGE, Course, Play, contribution_of
from tests.faults.row import Row
from tests.faults.stack import SERVICES
from tests.faults.tally import Tally

PEOPLE = 1_000
"""So many may wait for an answer at a time; whoever would come besides finds no place at a keyboard."""
SPAN, LONG_SPAN = 8.0, 300.0
"""Seconds of overload in the fixed set, and where there is time for what the issue asks for."""
MEASURED = 3.0
AT_EASE = 16
"""People who ask one after the other: more do not make it faster."""
QUICK = 3.0
"""Seconds in which whoever is turned away learns it, 99 times of 100, on a machine that does other things besides."""
RECOVERED = 0.5
"""Of the sustainable rate, right after it is over: the machine is not ours alone."""
PATIENCE = 90.0
"""Seconds after it is over in which everybody must have been answered."""
_TICK = 0.01


class Keyboards:
    """People who have contributed once, and think again whenever they are asked to."""

    def __init__(self, play: Play, course: Course) -> None:
        """Nobody is there yet."""
        self._play, self._course = play, course
        self._idle: deque[tuple[str, Asker, Operation | None]] = deque(
            (f"crowd/{number}", play.asker(), None) for number in range(PEOPLE)
        )
        self._busy: set[asyncio.Task[None]] = set()
        #: Who would have come and found no place.
        self.absent = 0

    async def at_ease(self, seconds: float) -> float:
        """Let few people ask one after the other; give what was acknowledged a second."""
        end = monotonic() + seconds

        async def one() -> int:
            done = 0
            while monotonic() < end:
                done += await self._next()
            return done

        return sum(await asyncio.gather(*(one() for _ in range(AT_EASE)))) / seconds

    async def pressed(self, rate: float, seconds: float) -> None:
        """Let people come at this rate, whether those before them were answered or not; wait for the last."""
        began, came = monotonic(), 0
        while (passed := monotonic() - began) < seconds:
            for _ in range(int(rate * passed) - came):
                came += 1
                if len(self._busy) < PEOPLE:
                    task = asyncio.create_task(self._ask())
                    self._busy.add(task)
                    task.add_done_callback(self._busy.discard)
                else:
                    self.absent += 1
            await asyncio.sleep(_TICK)
        await asyncio.gather(*self._busy)

    def leave(self) -> None:
        """Close all connections."""
        for _, asker, _ in self._idle:
            asker.close()

    async def _ask(self) -> None:
        await self._next()

    async def _next(self) -> int:
        """Let whoever has waited longest ask; give 1 if it was acknowledged."""
        by, asker, last = self._idle.popleft()
        kind, about = "SubmitContribution", {}
        if last is not None and last.is_done:
            kind, about = "ReviseContribution", {"contributionId": contribution_of(last)}
        said = f"{kind} de {by}"
        asked = await self._play.command(
            asker, kind, self._course, by, stage=STAGE, round=1, body=said, **about
        )
        self._idle.append((by, asker, asked if asked.is_done else last))
        return int(asked.is_done)


@asynccontextmanager
async def keyboards(play: Play) -> AsyncIterator[Keyboards]:
    """Give a room full of people, at a concertation that is open."""
    await play.prepare()
    room = Keyboards(play, play.courses[0])
    try:
        yield room
    finally:
        room.leave()


async def run(seed: int, place: Place) -> Tally:
    """Measure, press twice as hard, and see that all is as before."""
    allow_connections()
    stack = await place.stack()
    span = LONG_SPAN if place.long else SPAN
    play = Play(
        seed,
        lambda: stack.graphql_url,
        stack.settings,
        lengths=(round(span) + 20,),
        patience=span
        + PATIENCE,  # who found no place for as long as there were too many, finds one afterwards
    )
    before = [stack.pid(service) for service in SERVICES]
    async with keyboards(play) as room:
        sustained = await room.at_ease(MEASURED)
        play.history.waits.clear()
        await room.pressed(2 * sustained, span)
        waits = {said: sorted(times) for said, times in play.history.waits.items()}
        after = await room.at_ease(MEASURED)
    for said in (Said.UNSETTLED, None):
        times = waits.get(said)
        if times and (worst := times[int(len(times) * 0.99)]) > QUICK:
            play.seen.append(f"{said or 'no answer'} came after {worst:.1f} s, 99 times of 100")
    if after < RECOVERED * sustained:
        play.seen.append(f"{after:.0f} a second after it, {sustained:.0f} before")
    if [stack.pid(service) for service in SERVICES] != before:
        play.seen.append("a process did not survive it")
    print(
        f"overload: {sustained:.0f} a second sustained, {after:.0f} afterwards; of twice as many "
        + ", ".join(
            f"{len(times)} {said or 'no answer'} (p50 {times[len(times) // 2]:.2f} s, "
            f"p99 {times[int(len(times) * 0.99)]:.2f} s)"
            for said, times in waits.items()
        )
        + f"; {room.absent} found no place"
    )
    return await looked_at(stack, play, datetime.now(UTC))


ROW = Row(
    name="overload",
    fault=f"twice the sustainable load, for {SPAN:g} s in the fixed set and for 5 minutes in a long run",
    invariant="Quick 503s; nothing acknowledged is lost; recovery without a restart.",
    run=run,
    seeds=1,
    within=600.0,
)
