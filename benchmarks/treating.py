"""`treatment_ms`, `lineage_ms`: what became of very many contributions, and where each went, through the API.

One synthesis of 500 items cites or sets aside nearly all of 100,000 contributions; a second round takes all items up
again. Commands are decided one by one as of a moment ago; `record` is told their events at once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from statistics import median
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from api.ids import global_id
from benchmarks.asking import Asking, asking
from benchmarks.crowd import Crowd
from benchmarks.figure import Figure
from benchmarks.play import Play, body
from benchmarks.progress import say
from benchmarks.scale import sized
from benchmarks.settling import settle
from benchmarks.stack import Stack, data_folder
from domain import acts
from domain.acts import Treated, TreatmentFigures
from domain.builtin import builtin
from domain.procedure import Gate, Kind, Procedure, ReferBack, Treatment
from domain.process import State
from domain.sandbox import Pace, sandbox
from server.tokens import demo_member
from store.pool import open_pool
from store.recording import record
from store.replies import Accepted

FIGURES = ("treatment_ms", "lineage_ms")
CALL, STAGE = "appel", "synthese"
MANY, ITEMS, PAGE = 100_000, 500, 50
ROUNDS, TIMES = 7, 5
_WRITER = "rapporteur-general-1"
_ONE_IN = 20
"""One of so many is neither cited nor set aside, and one is set aside."""


async def treating() -> list[Figure]:
    """Fill an installation, then ask."""
    number, items = sized(MANY, small=2_000), sized(ITEMS, small=20)
    with data_folder() as folder, folder.stack() as stack:
        concertation = await _prepared(stack, number, items)
        async with asking(stack, "coordinator") as client:
            return [
                await _treatment(client, concertation, number),
                await _lineage(client, concertation, number, items),
            ]


async def _treatment(client: Asking, concertation: str, number: int) -> Figure:
    synthesis = global_id("Synthesis", concertation, 2, STAGE)
    taken: list[float] = []
    gaps: list[float] = []
    for turn in range(sized(ROUNDS, small=1)):
        start = perf_counter()
        found = (await client.ask("SynthesisTreatment", id=synthesis, first=PAGE))["node"]
        gaps.append(1000 * (perf_counter() - start))
        left = found["treatmentGaps"]["totalCount"]
        if not 0 < left < number / 4 or len(found["treatmentGaps"]["nodes"]) != min(left, PAGE):
            raise RuntimeError(f"{left} of {number} are said not to be treated")
        each = []
        for _ in range(sized(TIMES, small=1)):
            start = perf_counter()
            found = (await client.ask("SynthesisTreatment", id=synthesis, gaps=False))["node"]
            each.append(1000 * (perf_counter() - start))
            if sum(kind["all"] for kind in found["treatment"]["byKind"]) < number / 2:
                raise RuntimeError(f"not all are counted: {found}")
        taken.append(max(each))
        say(f"{turn + 1}: the treatment of {number:,} in {taken[-1]:.0f} ms")
    bound = (
        f"Joining {number:,} contributions with what was said of them, from indexes: the rates by kind, the slowest of "
        f"{TIMES} each time. With the first {PAGE} that are not treated, {median(gaps):.0f} ms."
    )
    return Figure(name="treatment_ms", values=tuple(taken), bound=bound)


async def _lineage(client: Asking, concertation: str, number: int, items: int) -> Figure:
    taken: list[float] = []
    after = None
    for turn in range(sized(ROUNDS, small=1)):
        each = []
        for place in range(sized(TIMES, small=1)):
            asked: dict[str, Any] = {
                "id": global_id("Recommendation", concertation, f"r1-{(7 * turn + place) % items:03}"),
                "concertationId": global_id("Concertation", concertation),
                "stage": CALL,
                "round": 1,
                "first": PAGE,
                "after": after,
            }
            start = perf_counter()
            found = await client.ask("Lineage", **asked)
            each.append(1000 * (perf_counter() - start))
            page = found["concertation"]["contributions"]
            after = page["pageInfo"]["endCursor"]
            gone = sum(1 for node in page["nodes"] if node["whereabouts"])
            if not found["node"]["becomes"] or gone < len(page["nodes"]) / 2:
                raise RuntimeError(f"only {gone} of {len(page['nodes'])} went anywhere")
        taken.append(max(each))
        say(f"{turn + 1}: lineage in {taken[-1]:.0f} ms")
    bound = (
        f"Making {PAGE} contributions of JSON, each with its items in both rounds, and one of {items} items with what "
        f"became of it, among {number:,}. The slowest of {TIMES} each time, each with another page and item."
    )
    return Figure(name="lineage_ms", values=tuple(taken), bound=bound)


async def _prepared(stack: Stack, number: int, items: int) -> str:
    """Bring a concertation to the synthesis of its second round, with all that was said in both; give its id."""
    concertation = str(uuid4())
    pool = await open_pool(stack.database("worker"), application="bench", statement_timeout=120)
    async with pool.acquire() as connection:
        now: datetime = await connection.fetchval("SELECT instant()")
        play = Play(_procedure(), concertation, now - timedelta(hours=2))
        _open(play)
        await _keep(connection, play, 0)
        crowd = Crowd(concertation=UUID(concertation), stage=CALL, of=number, until=now - timedelta(hours=1))
        await settle(stack.superuser, crowd)
        rows = await connection.fetch(
            "SELECT id FROM contribution WHERE concertation = $1 AND superseded_at IS NULL AND withdrawn_at IS NULL",
            crowd.concertation,
        )
        start, known = perf_counter(), len(play.events)
        _write(play, [str(row["id"]) for row in rows], items)
        await _keep(connection, play, known)
        say(f"{items} items written in {perf_counter() - start:.0f} s")
    await pool.close()
    superuser = await asyncpg.connect(stack.superuser)
    await superuser.execute("VACUUM (ANALYZE) treatment")
    await superuser.close()
    return concertation


async def _keep(connection: Any, play: Play, known: int) -> None:
    events = play.events[known:]
    command = play.asked[0][0] if known == 0 else play.asked[-1][0]
    recorded = await record(connection, command, known, decide=lambda process, command, now: events)
    if not isinstance(recorded.reply, Accepted):
        raise RuntimeError(f"the preparation was refused: {recorded.reply}")


def _procedure() -> Procedure:
    """Give that of five stages, whose synthesis may be referred back to itself."""
    pace = Pace(notice=1, stages=dict.fromkeys(Kind, 3600.0), entry_window=0)
    standard = sandbox(builtin("standard"), pace)
    stages = [stage for stage in standard.stages if stage.id in (CALL, STAGE, "decision", "suivi")]
    changed = [
        stage.model_copy(
            update={
                "after": (),
                "concludes": "at_term",
                "duration": stage.duration.model_copy(
                    update={"planned": timedelta(seconds=10), "minimum": timedelta(0)}
                ),
                "approvals": (),
            }
        )
        if stage.id == CALL
        else stage.model_copy(
            update={
                "after": (CALL,),
                "treatment": Treatment(others=Fraction(4, 5)),
                "approvals": tuple(
                    approval.model_copy(update={"if_refused": ReferBack(refer_back=STAGE)})
                    for approval in stage.approvals
                    if approval.gate is Gate.CONCLUSION
                ),
            }
        )
        if stage.id == STAGE
        else stage
        for stage in stages
    ]
    return standard.model_copy(update={"stages": tuple(changed)})


def _open(play: Play) -> None:
    coordinator = str(demo_member("coordinator"))
    play.do(acts.EnrolMember(member=coordinator))
    play.do(acts.AppointMember(office="coordination", member=coordinator))
    play.appoint_all()
    play.do(acts.AttachDocument(document=body("Dossier"), title={"fr": "Dossier"}))
    play.do(acts.Launch(opens_at=play.now + timedelta(seconds=30)))
    play.until(STAGE, State.OPEN)


def _write(play: Play, contributions: list[str], items: int) -> None:
    """Write a first round that cites and sets aside, and a second one that takes the place of it."""
    aside = contributions[1::_ONE_IN]
    cited = [contribution for place, contribution in enumerate(contributions) if place % _ONE_IN > 1]
    writer = _holder(play, "rapporteur-general")
    for number in range(items):
        _recommend(play, writer, f"r1-{number:03}", cited[number::items][:1000])
    for start in range(0, len(aside), 1000):
        act = acts.SetAside(contributions=tuple(aside[start : start + 1000]), reason="Hors du sujet")
        play.do(act, writer, STAGE)
    treated = Treated(all=len(contributions), cited=len(cited), set_aside=len(aside))
    figures = TreatmentFigures(by_kind={"others": treated})
    play.do(acts.SubmitChapter(lane=None, text=body("chapitre")), writer, STAGE)
    play.do(acts.AssembleSynthesis(text=body("synthèse"), treatment=figures), writer, STAGE)
    play.until(STAGE, State.AWAITING_CONCLUSION)
    play.vote_all((acts.Position.UNFAVOURABLE,))
    play.until(STAGE, State.OPEN)
    for number in range(items):
        _recommend(play, writer, f"r2-{number:03}", (), replaces=(f"r1-{number:03}",))


def _holder(play: Play, office: str) -> str:
    found = play.process.offices[office].holder(1, play.now)
    assert found is not None
    return found


def _recommend(play: Play, by: str, name: str, sources: Any, **more: Any) -> None:
    act = acts.MakeRecommendation(
        recommendation=name, lane=None, themes=(), addressees=_addressees(play), sources=tuple(sources),
        text=body(name), **more,
    )  # fmt: skip
    play.do(act, by, STAGE)


def _addressees(play: Play) -> tuple[str, ...]:
    return tuple(office.id for office in play.process.offices.values() if office.role == "addressee")[:1]
