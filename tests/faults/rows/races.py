"""Two people who may do the same thing, at the same instant: one does it, the other is told why not.

Every other five seeds go the whole way, through Temporal and a worker, which brings the commands of a concertation one
after the other; with the rest what they ask for meets in PostgreSQL, as with two workers at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from domain.evolve import evolve
from domain.process import Process
from store.snapshots import read_event
from tests.api.stage import Stage
from tests.faults.counting import Counting
from tests.faults.insisting import done, until_answered
from tests.faults.place import Place
from tests.faults.row import Row
from tests.faults.scenes import gated_call, open_call
from tests.faults.tally import Tally

PLACE = {"stage": "appel", "round": 1}
APART = 0.01
"""Seconds between the two, at most."""
DAY = timedelta(days=1)
POSITIONS = ("FAVOURABLE", "UNFAVOURABLE", "ABSTAIN")


class Race:
    """Asks for things at one instant, and compares what is answered with the ledger."""

    def __init__(self, stage: Stage, chance: Random, counting: Counting) -> None:
        self.stage = stage
        self.chance = chance
        self.counting = counting
        self._keys = 0

    async def ask(self, as_: str, operation: str, **given: Any) -> Any:
        """Ask for something a little later than the other."""
        self._keys += 1
        key = f"race-{self._keys}"
        await asyncio.sleep(self.chance.uniform(0, APART))
        named = {"concertationId": self.stage.id, **given}
        return await until_answered(self.stage.house, self.counting, operation, as_, key, **named)

    async def run(self, *asked: Awaitable[Any], codes: set[str], kinds: set[str]) -> list[Any]:
        """Let them ask; one must do it, with one event of these kinds, and the others be refused with these codes."""
        before = await self.events(kinds)
        answers = await asyncio.gather(*asked)
        won = [answer for answer in answers if done(answer)]
        written = await self.events(kinds) - before
        self.counting.lost += len(won) > written
        self.counting.doubled += max(0, written - 1)
        self.counting.hold(len(won) == 1, f"{len(won)} of {len(answers)} were done: {answers}")
        for answer in answers:
            typed = done(answer) or answer["code"] in codes
            self.counting.hold(typed, f"the other was answered {answer}")
        return list(answers)

    async def events(self, kinds: set[str]) -> int:
        """Count the facts of these kinds; `contribution` counts what is live."""
        connection, id = self.stage.house.clock.connection, UUID(self.stage.key)
        counted: int = await connection.fetchval(
            "SELECT count(*) FROM ledger WHERE concertation = $1 AND kind = ANY ($2)", id, list(kinds)
        )
        live: int = await connection.fetchval(
            "SELECT count(*) FROM contribution WHERE concertation = $1 AND superseded_at IS NULL",
            id,
        )
        return counted + live if "contribution" in kinds else counted


async def extend(race: Race) -> None:
    """Two coordinators extend from the same closing; or one closes early."""
    seen = (await race.stage.stage("appel"))["closesAt"]
    at = datetime.fromisoformat(seen)

    def move(as_: str, days: int) -> Awaitable[Any]:
        operation = "ExtendStage" if days > 0 else "CloseStageEarly"
        given = {
            **PLACE,
            "closesAt": (at + days * DAY).isoformat(),
            "seenClosesAt": seen,
            "reason": "Accord.",
        }
        return race.ask(as_, operation, **given)

    days = race.chance.choice(((5, 9), (4, -5), (-3, -6)))
    await race.run(
        move("coordinator", days[0]), move("second", days[1]),
        codes={"STAGE_CHANGED"}, kinds={"stage_extended", "stage_closing_advanced"},
    )  # fmt: skip


async def suspend(race: Race) -> None:
    """Both suspend, then both resume."""
    for operation, code, kind in (
        ("Suspend", "SUSPENDED", "suspended"),
        ("Resume", "NOT_SUSPENDED", "resumed"),
    ):
        both = (race.ask(who, operation, reason=f"Dit {who}.") for who in ("coordinator", "second"))
        await race.run(*both, codes={code}, kinds={kind})


async def appoint(race: Race) -> None:
    """Two coordinators end a term, and give the seat to two people."""
    both = (
        race.ask(who, "EndTerm", office="general", seat=1, cause="RESIGNATION")
        for who in ("coordinator", "second")
    )
    await race.run(*both, codes={"TERM_NOT_RUNNING"}, kinds={"term_ended"})
    both = (
        race.ask(who, "AppointMember", office="general", memberId=race.stage.members[member])
        for who, member in (("coordinator", "p1"), ("second", "p2"))
    )
    await race.run(*both, codes={"OFFICE_FULL"}, kinds={"member_appointed"})


async def clerks(race: Race) -> None:
    """Two clerks type a form of one person, who perhaps answers online as well."""
    form = {**PLACE, "author": {"memberId": race.stage.members["elder"]}, "themes": ["sante"]}
    asked = [
        race.ask(who, "RecordContribution", channel="PAPER", body=f"Saisi par {who}.", **form)
        for who in ("clerk", "typist")
    ]
    if race.chance.random() < 0.5:
        asked.append(race.ask("elder", "SubmitContribution", **PLACE, body="En ligne.", themes=["sante"]))
    await race.run(*asked, codes={"ALREADY_CONTRIBUTED"}, kinds={"contribution"})


async def successor(race: Race) -> None:
    """A council member and their successor vote while one takes the seat of the other."""
    stage, counting = race.stage, race.counting
    ballot = (await stage.about("{ ballots(awaiting: true) { id subject } }", "ada"))["ballots"][0]
    seat = {"office": "conseil", "seat": 1, "cause": "RESIGNATION", "successorId": stage.members["p3"]}

    def vote(who: str, position: str) -> Awaitable[Any]:
        return race.ask(who, "CastVote", ballotId=ballot["id"], subject=ballot["subject"], position=position)

    async def votes(who: str) -> list[Any]:
        return [await vote(who, race.chance.choice(POSITIONS)) for _ in range(4)]

    async def end() -> Any:
        await asyncio.sleep(race.chance.uniform(0, 3 * APART))
        return await race.ask("coordinator", "EndTerm", **seat)

    ending, *cast = await asyncio.gather(end(), votes("ada"), votes("p3"))
    after = [await vote("ada", "FAVOURABLE"), await vote("p3", "FAVOURABLE")]
    counting.hold(done(ending), f"the term did not end: {ending}")
    counting.hold(not done(after[0]), "ada votes though somebody else holds the seat")
    stands = any(map(done, cast[0]))  # what was cast before the seat was given on
    counting.hold(any(map(done, [after[1], *cast[1]])) != stands, f"both voted, or neither: {cast}, {after}")
    answers = [*after, *(answer for one in cast for answer in one)]
    for answer in answers:
        typed = done(answer) or answer["code"] in {"NOT_IN_ELECTORATE", "SEAT_ALREADY_VOTED"}
        counting.hold(typed, f"a vote was answered {answer}")
    accepted, written = sum(map(done, answers)), 0
    found = Process(id=stage.key)
    rows = await stage.house.clock.connection.fetch(
        "SELECT content FROM ledger WHERE concertation = $1 ORDER BY seq", UUID(stage.key)
    )
    for row in rows:
        event = read_event(row["content"])
        if event.fact.kind == "vote_cast":
            written += 1
            office, number = event.fact.seat.split("/")
            holder = found.offices[office].holder(int(number), event.at)
            counting.hold(event.actor == holder, f"{event.actor} voted for the seat of {holder}")
        found = evolve(found, event)
    counting.lost += max(0, accepted - written)
    counting.doubled += max(0, written - accepted)


RACES: tuple[tuple[Any, Callable[[Race], Awaitable[None]]], ...] = (
    (open_call, extend),
    (open_call, suspend),
    (open_call, appoint),
    (open_call, clerks),
    (gated_call, successor),
)


async def tried(seed: int, place: Place) -> Tally:
    """Let one of the races be run."""
    chance, counting = Random(seed), Counting()
    prepare, race = RACES[seed % len(RACES)]
    template, scene = await place.inside.prepared(prepare.__name__, prepare)
    through = await place.inside.temporal() if seed // len(RACES) % 2 else None
    async with (
        place.inside.database(template) as database,
        place.inside.house(database, through=through) as house,
    ):
        await race(Race(scene.on(house), chance, counting))
    return counting.tally()


ROW = Row(
    name="races",
    fault="two coordinators, two clerks, a council member and their successor at the same instant",
    invariant="one wins, the other gets a typed refusal, one event",
    run=tried,
    seeds=30,
)
