"""Temporal's data lost: its file deleted, under the running services or while all of them are stopped."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from random import Random
from typing import Any

import asyncpg

from domain.evolve import fold
from domain.process import Process
from store.snapshots import read_event, read_process
from tests.faults.drill import drill
from tests.faults.place import Place
from tests.faults.play import Course, Play
from tests.faults.row import Row
from tests.faults.stack import Stack
from tests.faults.tally import Tally

STANDING = 120
"""Seconds from the opening to the closing of what stands still meanwhile: longer than a restart takes."""
WORK = 5.0


async def run(seed: int, place: Place) -> Tally:
    """Lose it as the seed says, while people work, and compare what stood still with what it was."""
    stack = await place.stack()
    play = Play(seed, lambda: stack.graphql_url, stack.settings, lengths=(2, 4))

    async def lose(chance: Random) -> None:
        course, proposal = await play.stand(STANDING)
        before, kept = await _situation(play, course), await _kept(stack)
        await _lose(stack, chance, running=seed % 2 == 1)
        play.seen += await _differences(stack, kept)
        after = await _situation(play, course)
        if after != before:
            play.seen.append(f"{course.uuid} was {before} and is {after}")
        asker = play.asker()
        await play.sign(asker, course, proposal)
        asker.close()
        closes_at = datetime.fromisoformat((await _situation(play, course))["stages"][0]["closesAt"])
        if abs(closes_at - proposal.closes_at) > timedelta(milliseconds=1):
            play.seen.append(
                f"{course.uuid} was prolonged to {proposal.closes_at}, and closes at {closes_at}"
            )
        play.courses.remove(course)  # nobody waits for its end: that of the others shows as much

    return await drill(stack, play, lose, WORK)


async def _lose(stack: Stack, chance: Random, *, running: bool) -> None:
    """Delete everything that Temporal knows."""
    if running:
        await asyncio.sleep(chance.uniform(0, 1))
        _delete(stack)
        killed = [stack.kill("temporal")]
        if chance.random() < 0.5:
            killed.append(stack.kill("worker"))
        await stack.until_back(*killed)
        return
    await stack.stop()
    _delete(stack)
    await stack.start()


def _delete(stack: Stack) -> None:
    files = list(stack.data_dir.glob("temporal.db*"))
    assert files, f"Temporal keeps nothing in {stack.data_dir}"
    for file in files:
        file.unlink()


async def _situation(play: Play, course: Course) -> dict[str, Any]:
    """Give stages, deadlines and ballots as anybody reads them."""
    asker = play.asker()
    seen = (await asker.ask("Situation", id=course.id)).data
    asker.close()
    return {name: seen[name] for name in ("phase", "round", "nextDeadline", "stages", "ballots")}


async def _kept(stack: Stack) -> dict[str, tuple[int, Process]]:
    """Give each concertation, with the number of events that made it what it is."""
    connection = await asyncpg.connect(stack.database("worker"))
    try:
        rows = await connection.fetch("SELECT id, seq, snapshot::text FROM concertation")
        return {str(row["id"]): (row["seq"], read_process(row["snapshot"])) for row in rows}
    finally:
        await connection.close()


async def _differences(stack: Stack, kept: dict[str, tuple[int, Process]]) -> list[str]:
    """Say which concertations are not, event by event, what they were up to then."""
    connection = await asyncpg.connect(stack.database("worker"))
    said = []
    try:
        for concertation, (seq, process) in kept.items():
            rows = await connection.fetch(
                "SELECT content FROM ledger WHERE concertation = $1::uuid AND seq <= $2 ORDER BY seq",
                concertation,
                seq,
            )
            if fold(Process(id=concertation), [read_event(row["content"]) for row in rows]) != process:
                said.append(f"{concertation} is not what it was at event {seq}")
    finally:
        await connection.close()
    return said


ROW = Row(
    name="losing-temporal",
    fault="Temporal's data lost, under the running services or while they are stopped",
    invariant="Rebuilt from the ledger; stages, deadlines and ballots are identical.",
    run=run,
    seeds=2,
)
