"""Continue-as-new against updates: a real Temporal that suggests it after forty events, commands that never stop.

Each command is sent until it is answered, often by two at once and under the same id: of whichever run the workflow is
then, it is applied once.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from random import Random
from uuid import uuid4

from domain import acts
from domain.acts import Command
from domain.evolve import fold
from domain.process import Process
from store.pool import open_pool
from store.replies import Accepted
from tests.faults.counting import Counting
from tests.faults.place import Place
from tests.faults.row import Row
from tests.faults.tally import Tally
from tests.workflows.engine import Engine
from workflows.commanding import OutcomeUnknown, Unavailable


async def tried(seed: int, place: Place) -> Tally:
    """Send commands from several lanes while runs follow one another."""
    chance, counting = Random(seed), Counting()
    client = await place.inside.temporal()
    async with place.inside.database() as database:
        pool = await open_pool(database.worker, application="faults: worker", max_size=10)
        engine = Engine(client, pool, database.worker, f"faults-{uuid4()}", within=5)
        try:
            async with engine.working():
                await _until_answered(engine, engine.draft(), counting)
                first = (await engine.handle().describe()).run_id
                lanes, each = chance.randint(2, 5), chance.randint(6, 12)
                await asyncio.gather(
                    *(_lane(engine, lane, each, Random(f"{seed}/{lane}"), counting) for lane in range(lanes))
                )
                described = await engine.handle().describe()
                counting.hold(described.run_id != first, "the workflow never continued as new")
                await _compare(
                    engine, {f"p{lane}-{n}" for lane in range(lanes) for n in range(each)}, counting
                )
                await engine.forget()
        finally:
            await pool.close()
    return counting.tally()


async def _lane(engine: Engine, lane: int, each: int, chance: Random, counting: Counting) -> None:
    for number in range(each):
        command = engine.command(acts.EnrolMember(member=f"p{lane}-{number}"))
        if chance.random() < 0.4:
            both = (_until_answered(engine, command, one) for one in (counting, Counting()))
            answers = await asyncio.gather(*both)
            counting.hold(answers[0] == answers[1], f"one command was answered {answers}")
        else:
            await _until_answered(engine, command, counting)


async def _until_answered(engine: Engine, command: Command, counting: Counting) -> Accepted:
    counting.operations += 1
    asked_again = False
    while True:
        try:
            reply = await engine.ask(command)
        except (OutcomeUnknown, Unavailable):
            counting.unknown += not asked_again
            asked_again = True
            continue
        assert isinstance(reply, Accepted), reply
        counting.acknowledged += 1
        return reply


async def _compare(engine: Engine, members: set[str], counting: Counting) -> None:
    ledger, process = await engine.ledger(), await engine.process()
    enrolled = Counter(event.fact.member for event in ledger if event.fact.kind == "member_enrolled")
    counting.lost += len(members - enrolled.keys())
    counting.doubled += sum(count - 1 for count in enrolled.values())
    counting.hold(
        fold(Process(id=engine.id), ledger) == process, "the snapshot is not the fold of the ledger"
    )


ROW = Row(
    name="continued",
    fault="continue-as-new against updates",
    invariant="each is applied once",
    run=tried,
    seeds=8,
)
