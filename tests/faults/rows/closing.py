"""Submissions against a closing, and votes against a revision of their subject.

Odd seeds: people contribute, revise and withdraw while the clock passes the closing and the stage is closed and sealed
under them. Even ones: a council votes on an information file while its coordinator attaches other versions of it, every
other time through Temporal and a worker.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from random import Random
from time import monotonic
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from domain.acts import SYSTEM, Actor, Command, RecordSeal, SealFigures, Tick
from domain.deciding.subjects import gate_subject
from domain.evolve import evolve
from domain.merkle import merkle_root
from domain.procedure import Gate
from domain.process import Process, State
from store.concertations import process
from store.pool import acquire
from store.recording import record
from store.sealing import FEW, entitled, seal_of_many
from store.snapshots import read_event
from tests.api.house import House
from tests.api.stage import Stage
from tests.faults.counting import Counting
from tests.faults.insisting import done, until_answered
from tests.faults.place import Place
from tests.faults.row import Row
from tests.faults.scenes import gated_call, open_call, participants
from tests.faults.tally import Tally

PLACE = {"stage": "appel", "round": 1}
SPREAD = 0.15
"""Seconds over which people send what they have."""
EXPECTED = {"STAGE_NOT_OPEN", "STAGE_CHANGED"}


class Received(NamedTuple):
    """A receipt, and when it was asked for and given."""

    asked: float
    answered: float
    receipt: dict[str, Any]


async def tried(seed: int, place: Place) -> Tally:
    """Let things happen at one moment."""
    chance, counting = Random(seed), Counting()
    prepare, race = (open_call, _closing) if seed % 2 else (gated_call, _voting)
    inside = place.inside
    template, scene = await inside.prepared(prepare.__name__, prepare)
    through = await inside.temporal() if seed % 4 == 0 else None
    async with inside.database(template) as database, inside.house(database, through=through) as house:
        await race(scene.on(house), chance, counting)
    return counting.tally()


async def _closing(stage: Stage, chance: Random, counting: Counting) -> None:
    house = stage.house
    receipts: list[Received] = []
    closes_at = datetime.fromisoformat((await stage.stage("appel"))["closesAt"])
    few = chance.choice((FEW, -1))
    sent: list[tuple[str, str, str, dict[str, Any], Any]] = []

    async def take_part(name: str) -> None:
        await asyncio.sleep(chance.uniform(0, SPREAD))
        given = {**PLACE, "concertationId": stage.id, "body": f"Ce que dit {name}.", "themes": ["sante"]}
        answer = await send("SubmitContribution", name, f"a-{name}", **given)
        if "receipt" not in answer or chance.random() < 0.5:
            return
        own = {"concertationId": stage.id, "contributionId": answer["receipt"]["contribution"]["id"]}
        if chance.random() < 0.7:
            await send("ReviseContribution", name, f"b-{name}", **own, **PLACE, body=f"{name} dit mieux.")
        else:
            await send("WithdrawContribution", name, f"c-{name}", **own)

    async def send(operation: str, name: str, key: str, **given: Any) -> Any:
        asked = monotonic()
        answer = await until_answered(house, counting, operation, name, key, **given)
        sent.append((operation, name, key, given, answer))
        if not done(answer):
            counting.hold(answer["code"] in EXPECTED, f"{operation} was refused with {answer['code']}")
        elif operation != "WithdrawContribution":
            receipts.append(Received(asked, monotonic(), answer["receipt"]))
        if counting.acknowledged >= most:
            moment.set()
        return answer

    most, moment = chance.randint(1, len(participants())), asyncio.Event()

    async def close() -> None:
        await moment.wait()
        await house.clock.reach(closes_at - timedelta(milliseconds=chance.uniform(0, 40)))
        while (await _process(house, stage)).runs["appel"].state is State.OPEN:
            await _tick(house, stage, few)

    await asyncio.gather(close(), *map(take_part, participants()))
    figures = await _sealed(house, stage, few)
    await _compare(stage, counting, closes_at, receipts, figures)
    for operation, name, key, given, before in sent:
        again = await until_answered(house, Counting(), operation, name, key, **given)
        same = (
            done(again) and again.get("receipt") == before.get("receipt")
            if done(before)
            else again.get("code") in EXPECTED
        )
        counting.hold(same, f"{operation} of {name} was answered {before}, and {again} after the seal")


async def _compare(
    stage: Stage,
    counting: Counting,
    closes_at: datetime,
    receipts: list[Received],
    figures: SealFigures,
) -> None:
    connection = stage.house.clock.connection
    rows = await connection.fetch(
        "SELECT digest, submitted_at, withdrawn_at FROM contribution WHERE concertation = $1 ORDER BY id",
        UUID(stage.key),
    )
    kept = [row["digest"].hex() for row in rows]
    known = [one.receipt["digest"] for one in receipts]
    counting.lost += len(set(known) - set(kept))
    counting.doubled += len(kept) - len(set(kept) & set(known))
    for row in rows:
        counting.hold(row["submitted_at"] < closes_at, f"{row['submitted_at']} is after {closes_at}")
        counting.hold(
            row["withdrawn_at"] is None or row["withdrawn_at"] < closes_at, "withdrawn after the closing"
        )
    for one in receipts:
        counting.hold(
            all(kept.index(one.receipt["digest"]) < kept.index(other.receipt["digest"])
                for other in receipts if one.answered < other.asked),
            "what was sent after a receipt was given comes before it among the leaves",
        )  # fmt: skip
    counting.hold(
        figures.count == len(known), f"{figures.count} are sealed, and {len(known)} are acknowledged"
    )
    counting.hold(
        figures.root == merkle_root([row["digest"] for row in rows]), "the seal is not that of what is kept"
    )


async def _sealed(house: House, stage: Stage, few: int) -> SealFigures:
    """Bring the stage to its seal, in `record` or beside it."""
    while not (found := await _process(house, stage)).runs["appel"].seals:
        if found.runs["appel"].state is State.SEALING:
            async with acquire(house.sender.worker) as connection:
                told = await seal_of_many(connection, stage.key, 1, "appel")
                act = RecordSeal(figures=SealFigures(**told, entitled=entitled(found)))
                await record(connection, _own(stage, act, "appel"), 0)
        else:
            await _tick(house, stage, few)
    return found.runs["appel"].seals[-1].figures


async def _tick(house: House, stage: Stage, few: int) -> None:
    async with acquire(house.sender.worker) as connection:
        await record(connection, _own(stage, Tick()), 0, few=few)


def _own(stage: Stage, act: Any, of: str | None = None) -> Command:
    by, round = Actor(member=SYSTEM), 1 if of else None
    return Command(id=f"{uuid4()}", concertation=stage.key, actor=by, act=act, round=round, stage=of)


async def _process(house: House, stage: Stage) -> Process:
    async with acquire(house.sender.worker) as connection:
        found = await process(connection, stage.key)
    assert found is not None
    return found


async def _voting(stage: Stage, chance: Random, counting: Counting) -> None:
    house = stage.house
    votes: list[tuple[str, dict[str, Any]]] = []
    document = (await stage.about("{ informationFile { id } }"))["informationFile"][0]["id"]
    versions = chance.randint(2, 5)

    async def revise() -> None:
        for number in range(versions):
            await asyncio.sleep(chance.uniform(0, 0.03))
            await stage.do(
                "AttachDocument", "coordinator", title={"fr": "Dossier"}, text={"fr": f"Version {number}."},
                stage="appel", documentId=document,
            )  # fmt: skip
            counting.operations += 1
            counting.acknowledged += 1

    async def vote(name: str) -> None:
        for n in range(3):
            await asyncio.sleep(chance.uniform(0, 0.03))
            ballots = (await stage.about("{ ballots(awaiting: true) { id subject } }", name))["ballots"]
            if not ballots:
                continue
            await asyncio.sleep(chance.uniform(0, 0.02))
            said = chance.choice(("FAVOURABLE", "UNFAVOURABLE", "ABSTAIN"))
            seen = ballots[0]["subject"]
            given = {"ballotId": ballots[0]["id"], "subject": seen, "position": said}
            answer = await until_answered(
                house, counting, "CastVote", name, f"v{n}", concertationId=stage.id, **given
            )
            votes.append((seen, answer))

    await asyncio.gather(revise(), *(vote(name) for name in ("chair", "ada", "bob", "cleo")))
    accepted = [seen for seen, answer in votes if done(answer)]
    known = {"SUBJECT_CHANGED", "BALLOT_CLOSED", "STAGE_NOT_OPEN", "UNKNOWN_BALLOT"}
    for _, answer in votes:
        counting.hold(done(answer) or answer["code"] in known, f"a vote was answered {answer}")
    await _bound(stage, counting, accepted)


async def _bound(stage: Stage, counting: Counting, accepted: list[str]) -> None:
    """Follow the ledger: each vote says what was voted on then, and counts for nothing that came after."""
    rows = await stage.house.clock.connection.fetch(
        "SELECT content FROM ledger WHERE concertation = $1 ORDER BY seq", UUID(stage.key)
    )
    found, cast = Process(id=stage.key), []
    for row in rows:
        event = read_event(row["content"])
        if event.fact.kind == "vote_cast":
            ballot = found.ballots[event.fact.ballot]
            run = found.runs["appel"]
            gate = found.stages["appel"].approval(Gate.OPENING)
            assert gate is not None
            counting.hold(event.fact.subject == ballot.subject, "a vote counts for another subject")
            counting.hold(
                event.fact.subject == gate_subject(found, run, gate), "a vote counts for what was replaced"
            )
            cast.append(event.fact.subject)
        found = evolve(found, event)
    counting.lost += max(0, len(accepted) - len(cast))
    counting.doubled += max(0, len(cast) - len(accepted))
    counting.hold(sorted(cast) == sorted(accepted), "the votes in the ledger are not those acknowledged")


ROW = Row(
    name="closing",
    fault="closing against submissions; votes against a revision of their subject",
    invariant="the sealed set is exactly what was acknowledged; a vote binds a digest, a stale one is refused",
    run=tried,
    seeds=24,
)
