"""Sources are checked and counted by the store; what a process does not hold is a table derived from the ledger."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from domain import acts
from domain.acts import Act, Position, Treated, TreatmentFigures
from domain.grouping import Answer, Ask, Merge
from domain.moderation import Hand
from domain.process import Process, State, Synthesis
from domain.refusals import Code
from store import grouping, lineage, suggesting, treatment
from store.contributions import Receipt, submit
from store.examination import examine, rederive
from store.grouping import Grouped
from store.lineage import Whereabouts
from store.pool import Pool
from store.versions import withdraw
from tests.fixtures.postgres import Database
from tests.store.stage import DAY, Play, call_for_input, procedure, refused
from tests.store.test_grouping import CAMPAIGN
from tests.unit.play import body
from tests.unit.procedures import synthesis

pytestmark = pytest.mark.postgres

GATE = {
    "gate": "conclusion", "subject": "synthesis", "by": "scientific_council", "quorum": "1/2", "majority": "simple",
    "within": "P10D", "if_silent": "given", "if_refused": {"refer_back": "appel"},
}  # fmt: skip


class Desk:
    """The rapporteurs' desk: an open synthesis after a call for input."""

    def __init__(self, play: Play, app: Pool) -> None:
        self.play = play
        self.app = app
        self.sent: dict[str, str] = {}

    async def open(
        self,
        *,
        participants: int = 4,
        organised: int = 0,
        gone: int = -1,
        bodies: tuple[str, ...] = (),
        **more: Any,
    ) -> None:
        """Let p0, p1, … contribute, the first of them for an organisation each; then come to the synthesis."""
        followed = procedure(
            call_for_input(), synthesis(concludes="when_delivered", **more), rounds={"maximum": 2}
        )
        await self.play.launch(followed, participants=participants)
        await self.play.do(acts.AppointMember(office="general", member="rapporteuse"))
        async with self.app.acquire() as connection:
            for number in range(participants):
                if number < organised:
                    act = acts.AssignOrganisation(member=f"p{number}", organisation=str(uuid4()))
                    await self.play.do(act)
                said = {"body": bodies[number]} if number < len(bodies) else {}
                await self.contribute(connection, f"p{number}", **said)
                if number == gone:
                    key, by = self.sent[f"p{number}"], f"p{number}"
                    await withdraw(connection, self.play.id, key, by, "retrait")
        await self.reach("synthese", State.OPEN)

    async def contribute(self, connection: Any, by: str, **more: Any) -> Receipt:
        receipt = await self.play.contribute(connection, by, **more)
        self.sent[by] = receipt.contribution
        return receipt

    async def reach(self, stage: str, state: State, round: int = 1) -> Process:
        for _ in range(200):
            process = await self.play.process()
            run = process.runs[stage]
            if (run.state, run.round) == (state, round):
                return process
            await self.play.clock.advance(DAY)
            await self.play.tick()
        raise AssertionError(stage)

    async def do(self, act: Act, round: int = 1) -> tuple[Any, ...]:
        events = await self.play.do(act, "rapporteuse", round=round, stage="synthese")
        return tuple(event.fact for event in events)

    async def refused(self, act: Act) -> Code:
        command = self.play.command(act, "rapporteuse", round=1, stage="synthese")
        return refused(await self.play.ask(command)).code

    async def recommend(self, name: str, *sources: str, round: int = 1, **more: Any) -> None:
        act = acts.MakeRecommendation(
            recommendation=name, lane=None, themes=(), addressees=("dinum",), sources=sources, text=body(name),
            **more,
        )  # fmt: skip
        await self.do(act, round)

    async def assemble(self, round: int = 1) -> TreatmentFigures | None:
        await self.do(acts.SubmitChapter(lane=None, text=body(f"chapitre {round}")), round)
        await self.do(acts.AssembleSynthesis(text=body(f"synthese {round}")), round)
        return (await self.synthesis(round)).treatment

    async def synthesis(self, round: int = 1) -> Synthesis:
        return (await self.play.process()).syntheses[f"{round}/synthese"]

    async def figures(self, round: int = 1) -> dict[str, Treated]:
        """Count as the API does."""
        process = await self.play.process()
        async with self.app.acquire() as connection:
            found = await treatment.figures(connection, process, await self.synthesis(round))
        return found.by_kind

    async def whereabouts(self, by: str) -> tuple[Whereabouts, ...]:
        async with self.app.acquire() as connection:
            found = await lineage.whereabouts(connection, self.play.id, [self.sent[by]])
        return found.get(self.sent[by], ())


@pytest.fixture
def desk(play: Play, app: Pool) -> Desk:
    return Desk(play, app)


def cite(item: str, *add: str, remove: tuple[str, ...] = ()) -> acts.CiteSources:
    return acts.CiteSources(item=item, add=add, remove=remove)


def aside(*contributions: str, reason: str = "Hors du sujet") -> acts.SetAside:
    return acts.SetAside(contributions=contributions, reason=reason)


async def test_what_is_cited_or_set_aside_is_counted_and_the_rest_is_named(desk: Desk) -> None:
    await desk.open(organised=1)
    p0, p1, p2, p3 = desk.sent.values()
    await desk.recommend("r1", p0)
    await desk.do(cite("r1", p1, p0))
    await desk.do(aside(p2, p1))
    assert await desk.figures() == {
        "organisations": Treated(all=1, cited=1),
        "others": Treated(all=3, cited=1, set_aside=1),
    }
    process = await desk.play.process()
    async with desk.app.acquire() as connection:
        found = await treatment.gaps(connection, process, await desk.synthesis(), first=5, after=None)
        assert found == [p3]
        assert await treatment.gaps(connection, process, await desk.synthesis(), first=5, after=p3) == []
        named = [
            await treatment.sources(connection, desk.play.id, ["r1"], first=1, after=after)
            for after in (None, p0)
        ]
        assert named == [{"r1": [p0]}, {"r1": [p1]}]
    assert process.syntheses["1/synthese"].recommendations["r1"].cited == 2
    said = await desk.whereabouts("p1")
    assert [(w.item, w.reason, w.through) for w in said] == [(None, "Hors du sujet", p1), ("r1", None, p1)]


async def test_what_is_so_already_is_left_out_of_the_ledger(desk: Desk) -> None:
    await desk.open()
    p0, p1, p2, _ = desk.sent.values()
    await desk.recommend("r1", p0)
    (cited,) = await desk.do(cite("r1", p0, p1, p1))
    assert (cited.add, cited.remove) == ((p1,), ())
    assert await desk.do(cite("r1", p0)) == ()
    assert await desk.refused(cite("r1", remove=(p2,))) is Code.UNKNOWN_SOURCE
    (cited,) = await desk.do(cite("r1", p2, remove=(p0,)))
    assert (cited.add, cited.remove) == ((p2,), (p0,))
    await desk.do(aside(p0))
    assert await desk.do(aside(p0)) == ()
    (told,) = await desk.do(aside(p0, p1, reason="Illisible"))
    assert told.contributions == (p0, p1)
    (back,) = await desk.do(acts.TakeBack(contributions=(p0, p2)))
    assert back.contributions == (p0,)
    assert await desk.do(acts.TakeBack(contributions=(p0,))) == ()
    assert (await desk.synthesis()).recommendations["r1"].cited == 2


async def test_a_source_of_another_concertation_of_none_or_withdrawn_is_refused(
    desk: Desk, worker: Pool, app: Pool
) -> None:
    async with worker.acquire() as connection, app.acquire() as client:
        other = Play(connection, desk.play.clock)
        await other.launch(slug="ailleurs")
        foreign = (await other.contribute(client, "p0")).contribution
        await desk.open(gone=1)
        (p0, p1, *_) = desk.sent.values()
    await desk.recommend("r1")
    for source, code in (
        (foreign, Code.SOURCE_ELSEWHERE),
        (str(uuid4()), Code.UNKNOWN_SOURCE),
        ("c1", Code.UNKNOWN_SOURCE),
        (p0.upper(), Code.UNKNOWN_SOURCE),
        (p1, Code.CONTRIBUTION_WITHDRAWN),
    ):
        born = acts.MakeRecommendation(
            recommendation="r2",
            lane=None,
            themes=(),
            addressees=("dinum",),
            sources=(p0, source),
            text=body("r"),
        )
        stated = acts.MakeAscertainment(
            ascertainment="k", lane=None, themes=(), sources=(source,), text=body("k")
        )
        asked: tuple[Act, ...] = (born, stated, cite("r1", source), aside(p0, source))
        for act in asked:
            assert await desk.refused(act) is code, (act.kind, source)
    command = desk.play.command(cite("r1", foreign), "p0", round=1, stage="synthese")
    assert refused(await desk.play.ask(command)).code is Code.NOT_ALLOWED


async def test_a_synthesis_below_its_threshold_is_assembled_once_enough_is_treated(desk: Desk) -> None:
    await desk.open(organised=1, treatment={"others": "2/3"})
    p0, p1, p2, _ = desk.sent.values()
    await desk.recommend("r1", p0, p1)
    await desk.do(acts.SubmitChapter(lane=None, text=body("chapitre")))
    claimed = TreatmentFigures(by_kind={"others": Treated(all=0, cited=0)})
    assembled = acts.AssembleSynthesis(text=body("synthese"))
    assert await desk.refused(assembled) is Code.TREATMENT_TOO_LOW
    told = acts.AssembleSynthesis(text=body("synthese"), treatment=claimed)
    assert await desk.refused(told) is Code.INPUT_INVALID
    await desk.do(aside(p2))
    found = await desk.assemble()
    assert found is not None
    assert found.by_kind["others"] == Treated(all=3, cited=1, set_aside=1)
    assert found.by_kind["organisations"] == Treated(all=1, cited=1)


async def test_a_contribution_is_treated_by_an_earlier_version_and_by_that_which_it_is_merged_under(
    desk: Desk, play: Play, app: Pool
) -> None:
    await play.launch(
        procedure(call_for_input(visibility={"contributions": "live"}), synthesis()), participants=5
    )
    async with app.acquire() as connection:
        for number in range(5):
            await desk.contribute(connection, f"p{number}")
        first = desk.sent["p0"]
        revised = await submit(connection, play.submission("p0", key="v2", body="Mieux", revises=first))
        assert isinstance(revised, Receipt)
        desk.sent["p0"] = revised.contribution
    await desk.reach("synthese", State.OPEN)
    async with app.acquire() as connection:

        async def group(act: Any, by: str, about: Grouped | None = None) -> Grouped:
            found = about.grouping.id if about is not None and about.grouping is not None else None
            request = grouping.Request(
                concertation=play.id, act=act, by=Hand(by), key=str(uuid4()), grouping=found
            )
            answer = await grouping.carry_out(connection, request)
            assert isinstance(answer, Grouped)
            return answer

        kept, other = desk.sent["p1"], desk.sent["p2"]
        asked = await group(Ask(kept=kept, others=(other,)), "coordinator")
        for by in ("p1", "p2"):
            await group(Answer(contribution=desk.sent[by], consents=True), by, asked)
        await desk.recommend("r1", first)
        await desk.do(cite("r1", kept))
        assert (await desk.figures())["others"] == Treated(all=5, cited=2)
        await group(Merge(), "coordinator", asked)
    assert (await desk.figures())["others"] == Treated(all=5, cited=3)
    assert [(w.item, w.through) for w in await desk.whereabouts("p2")] == [("r1", kept)]
    assert [(w.item, w.through) for w in await desk.whereabouts("p0")] == [("r1", first)]
    assert await desk.whereabouts("p3") == ()


async def test_in_the_next_round_the_sources_of_what_an_item_takes_the_place_of_are_its_own(
    desk: Desk, play: Play
) -> None:
    await desk.open(approvals=[GATE])
    p0, p1, p2, _ = desk.sent.values()
    await desk.recommend("r1", p0, p1)
    await desk.recommend("r2", p2)
    await desk.assemble()
    process = await desk.reach("synthese", State.AWAITING_CONCLUSION)
    (ballot,) = (b for b in process.ballots.values() if b.stage == "synthese")
    vote = acts.CastVote(ballot=ballot.id, subject=ballot.subject, position=Position.UNFAVOURABLE)
    await play.do(vote, "presidente")
    await desk.reach("synthese", State.OPEN, 2)
    await desk.recommend("r3", round=2)
    assert (await desk.figures(2))["others"] == Treated(all=4, cited=0)
    await desk.recommend("r3", round=2, replaces=("r1",))
    assert (await desk.figures(2))["others"] == Treated(all=4, cited=2)
    assert (await desk.figures(1))["others"] == Treated(all=4, cited=3)
    rows = await play.worker.fetch("SELECT id, member FROM contribution WHERE round = 2")
    copies = {row["member"]: str(row["id"]) for row in rows}
    await desk.do(cite("r3", copies["p3"]), 2)
    assert [(w.round, w.item) for w in await desk.whereabouts("p3")] == [(2, "r3")]


async def test_what_is_like_a_source_is_suggested_and_counts_for_nothing_until_it_is_cited(
    desk: Desk,
) -> None:
    await desk.open(bodies=(CAMPAIGN, f"{CAMPAIGN} Merci.", "Des horaires plus larges à la médiathèque."))
    p0, p1, *_ = desk.sent.values()

    async def suggested() -> list[tuple[str, str, tuple[str, ...]]]:
        process = await desk.play.process()
        async with desk.app.acquire() as connection:
            found = await suggesting.suggestions(
                connection, process, await desk.synthesis(), first=20, after=None
            )
        return [(s.contribution, s.like, s.items) for s in found]

    await desk.recommend("r1", p0)
    assert await suggested() == [(p1, p0, ("r1",))]
    assert (await desk.figures())["others"] == Treated(all=4, cited=1)
    await desk.do(cite("r1", p1))
    assert await suggested() == []


async def test_what_is_derived_is_compared_with_the_ledger_and_made_again(
    desk: Desk, database: Database
) -> None:
    await desk.open()
    p0, p1, p2, p3 = desk.sent.values()
    await desk.recommend("r1", p0, p1)
    await desk.recommend("r1", p2)
    await desk.do(cite("r1", p3, remove=(p2,)))
    await desk.do(aside(p0, p1))
    await desk.do(acts.TakeBack(contributions=(p1,)))
    everything = "SELECT * FROM treatment ORDER BY contribution, item"
    before = await desk.play.worker.fetch(everything)
    assert [(str(row["contribution"]), row["item"]) for row in before] == [(p0, ""), (p3, "r1")]
    assert await examine(desk.play.worker) == []
    superuser = await asyncpg.connect(database.superuser)
    await superuser.execute("UPDATE treatment SET contribution = $1 WHERE item = 'r1'", p1)
    await superuser.close()
    (finding,) = await examine(desk.play.worker)
    assert (finding.table, finding.row, finding.mendable) == ("treatment", "2", True)
    await rederive(desk.play.worker, desk.play.id)
    assert await desk.play.worker.fetch(everything) == before
    assert await examine(desk.play.worker) == []
