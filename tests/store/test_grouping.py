"""Grouping in the store: what is written and what stays, whoever acts at the same time."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from domain.grouping import Act, Answer, Ask, Grouping, GroupingState, Judge, Merge, Undo
from domain.merkle import merkle_root
from domain.moderation import Hand
from domain.refusals import Code, Refusal
from store import contributions, finding, grouping_log
from store.contributions import Receipt
from store.grouping import Grouped, Request, carry_out
from store.pool import Pool
from store.versions import withdraw
from tests.fixtures.postgres import Database
from tests.store.stage import Play, call_for_input, procedure
from tests.store.test_finding import bring_to, scope
from tests.unit.procedures import review

pytestmark = pytest.mark.postgres

TWO_STAGES = procedure(call_for_input(), review())
KEEPER = Hand("coordinator")
CAMPAIGN = (
    "Nous demandons une évaluation indépendante des expérimentations avant toute généralisation, "
    "une formation sérieuse des fonctionnaires territoriaux et une transparence complète des algorithmes."
)


class Table:
    """Groups through the API's role, each act under a key of its own."""

    def __init__(self, app: Pool, play: Play) -> None:
        self.app = app
        self.play = play
        self.sent: list[Receipt] = []
        self._keys = 0

    async def written(self, number: int = 4, *, close: bool = True) -> list[str]:
        """Let p0, p1, … contribute much the same text; gives their contributions."""
        await self.play.launch(TWO_STAGES, participants=number)
        async with self.app.acquire() as connection:
            for n in range(number):
                body = CAMPAIGN + " Merci." * n
                self.sent.append(await self.play.contribute(connection, f"p{n}", body=body))
        if close:
            await self.play.close()
        return [receipt.contribution for receipt in self.sent]

    async def ask(
        self, act: Act, by: Hand = KEEPER, *, about: Grouping | None = None, key: str | None = None
    ) -> Grouped | Refusal:
        self._keys += 1
        request = Request(
            concertation=self.play.id,
            act=act,
            by=by,
            key=key or f"k{self._keys}",
            grouping=about.id if about else None,
        )
        async with self.app.acquire() as connection:
            return await carry_out(connection, request)

    async def do(self, act: Act, by: Hand = KEEPER, *, about: Grouping | None = None) -> Grouping:
        answer = await self.ask(act, by, about=about)
        assert isinstance(answer, Grouped), answer
        assert answer.grouping is not None
        return answer.grouping

    async def refused(self, act: Act, by: Hand = KEEPER, *, about: Grouping | None = None) -> Code:
        answer = await self.ask(act, by, about=about)
        assert isinstance(answer, Refusal), answer
        return answer.code

    async def merged(self, ids: list[str], *, silent: tuple[str, ...] = ()) -> Grouping:
        """Ask the authors of all, who agree but for the silent ones, and merge them under the first."""
        grouping = await self.do(Ask(kept=ids[0], others=tuple(ids[1:])))
        for n, key in enumerate(ids):
            if key not in silent:
                grouping = await self.do(
                    Answer(contribution=key, consents=True), Hand(f"p{n}"), about=grouping
                )
        return await self.do(Merge(), about=grouping)

    async def entry(self, grouping: Grouping) -> grouping_log.Entry:
        async with self.app.acquire() as connection:
            return (await grouping_log.get_many(connection, [grouping.id]))[grouping.id]


@pytest.fixture
def table(app: Pool, play: Play) -> Table:
    return Table(app, play)


async def test_a_merge_changes_no_leaf_no_receipt_and_no_count(table: Table, app: Pool, play: Play) -> None:
    ids = await table.written()

    async def everything() -> tuple[object, ...]:
        async with app.acquire() as connection:
            figures = await contributions.figures(connection, play.id, 1, "appel")
            total = await finding.total(connection, scope(play))
            read = await contributions.get_many(connection, ids)
            codes = [await contributions.by_receipt(connection, sent.code) for sent in table.sent]
        leaves = await play.worker.fetch("SELECT digest FROM contribution ORDER BY id")
        return figures, total, read, codes, merkle_root([row["digest"] for row in leaves])

    before = await everything()
    grouping = await table.merged(ids, silent=(ids[3],))
    entry = await table.entry(grouping)
    assert (entry.stands, entry.voices) == (True, tuple(sorted(ids[:3])))
    assert (entry.round, entry.stage, entry.concertation) == (1, "appel", play.id)
    assert await everything() == before
    undone = await table.do(Undo(text="  Les textes diffèrent. "), about=grouping)
    assert (undone.state, undone.undone_why) == (GroupingState.UNDONE, "Les textes diffèrent.")
    assert not (await table.entry(grouping)).stands
    assert await everything() == before
    again = await table.merged(ids)
    assert (await table.entry(again)).voices == tuple(sorted(ids))


async def test_what_a_person_denied_is_not_suggested_again_until_somebody_says_otherwise(
    table: Table, app: Pool, play: Play
) -> None:
    ids = await table.written()

    async def hints() -> set[str]:
        async with app.acquire() as connection:
            found = await finding.similar(connection, ids[0], most=9, sees_all_of=play.id)
            back = await finding.similar(connection, ids[2], most=9, sees_all_of=play.id)
        assert (ids[0] in {row.id for row, _ in back}) == (ids[2] in {row.id for row, _ in found})
        return {row.id for row, _ in found}

    assert await hints() == {ids[1], ids[2], ids[3]}
    denied = await table.ask(Judge(one=ids[2], other=ids[0], same=False), Hand("deputy", "coordinator"))
    assert denied == Grouped(grouping=None)
    assert await hints() == {ids[1], ids[3]}
    (row,) = await play.worker.fetch("SELECT * FROM resemblance")
    assert (row["same"], row["judged_by"], row["judged_for"]) == (False, "deputy", "coordinator")
    assert row["judged_at"] <= await play.clock.now()
    await table.do(Ask(kept=ids[0], others=(ids[2],)))
    assert await hints() == {ids[1], ids[2], ids[3]}
    async with app.acquire() as connection:
        assert set(await grouping_log.confirmed(connection, ids[0], ids)) == {ids[2]}
        assert set(await grouping_log.confirmed(connection, ids[2], ids)) == {ids[0]}


async def test_nothing_is_asked_before_the_contributions_are_out(table: Table) -> None:
    ids = await table.written(close=False)
    assert await table.refused(Ask(kept=ids[0], others=(ids[1],))) is Code.CONTRIBUTIONS_NOT_OUT
    assert await table.ask(Judge(one=ids[0], other=ids[1], same=True)) == Grouped(grouping=None)


async def test_a_contribution_comes_under_one_other_at_most(table: Table, play: Play) -> None:
    ids = await table.written(5)
    first = await table.do(Ask(kept=ids[0], others=(ids[1],)))
    assert await table.refused(Ask(kept=ids[2], others=(ids[1],))) is Code.ALREADY_GROUPED
    assert await table.refused(Ask(kept=ids[2], others=(ids[0],))) is Code.ALREADY_GROUPED
    assert await table.refused(Ask(kept=ids[1], others=(ids[2],))) is Code.ALREADY_GROUPED
    await table.do(Ask(kept=ids[0], others=(ids[2],)))
    await table.do(Undo(text="Non."), about=first)
    await table.do(Ask(kept=ids[3], others=(ids[1],)))
    both = await asyncio.gather(
        *(table.ask(Ask(kept=kept, others=(ids[4],))) for kept in (ids[0], ids[3]) for _ in range(3))
    )
    assert sum(isinstance(answer, Grouped) for answer in both) == 1
    assert {a.code for a in both if isinstance(a, Refusal)} == {Code.ALREADY_GROUPED}


async def test_who_did_not_agree_is_free_again_after_the_merge(table: Table) -> None:
    ids = await table.written()
    await table.merged(ids[:3], silent=(ids[2],))
    assert (await table.do(Ask(kept=ids[3], others=(ids[2],)))).kept == ids[3]


async def test_a_key_sent_again_answers_the_same_and_with_another_content_is_refused(table: Table) -> None:
    ids = await table.written()
    act = Ask(kept=ids[0], others=(ids[1],))
    answers = await asyncio.gather(*(table.ask(act, key="k") for _ in range(8)))
    assert len({a.grouping.id for a in answers if isinstance(a, Grouped) and a.grouping}) == 1
    assert all(isinstance(answer, Grouped) for answer in answers)
    other = await table.ask(Ask(kept=ids[0], others=(ids[2],)), key="k")
    assert isinstance(other, Refusal)
    assert other.code is Code.IDEMPOTENCY_KEY_REUSED
    denied = await table.ask(Judge(one=ids[2], other=ids[3], same=False), key="j")
    assert await table.ask(Judge(one=ids[2], other=ids[3], same=False), key="j") == denied


async def test_a_consent_and_a_merge_at_the_same_instant_come_one_after_the_other(table: Table) -> None:
    ids = await table.written()
    grouping = await table.do(Ask(kept=ids[0], others=tuple(ids[1:])))
    for n in range(3):
        await table.do(Answer(contribution=ids[n], consents=True), Hand(f"p{n}"), about=grouping)
    back = Answer(contribution=ids[2], consents=False)
    merge, answer = await asyncio.gather(
        table.ask(Merge(), about=grouping), table.ask(back, Hand("p2"), about=grouping)
    )
    assert isinstance(merge, Grouped)
    voices = (await table.entry(grouping)).voices
    if isinstance(answer, Refusal):
        assert answer.code is Code.GROUPING_MERGED
    assert (ids[2] in voices) == isinstance(answer, Refusal)


async def test_who_withdraws_speaks_for_nobody_and_who_keeps_is_the_group(
    table: Table, play: Play, database: Database
) -> None:
    ids = await table.written()
    grouping = await table.merged(ids)
    await bring_to(database, "p1", "withdrawn_at")
    entry = await table.entry(grouping)
    assert (entry.stands, ids[1] in entry.voices) == (True, False)
    await bring_to(database, "p0", "superseded_at")
    assert not (await table.entry(grouping)).stands, "the text that stood for all is no more"
    assert await table.refused(Ask(kept=ids[0], others=(ids[3],))) is Code.CONTRIBUTION_REPLACED


async def test_a_withdrawal_waits_for_the_merge_that_has_begun(table: Table, app: Pool, play: Play) -> None:
    ids = await table.written(close=False)
    async with app.acquire() as holding, app.acquire() as leaving:
        transaction = holding.transaction()
        await transaction.start()
        await holding.fetchval("SELECT hold_grouping($1, NULL, $2, $3)", play.id, [ids[0]], b"x")
        gone = asyncio.ensure_future(withdraw(leaving, play.id, ids[0], "p0", "w"))
        done, _ = await asyncio.wait([gone], timeout=0.3)
        assert not done
        await transaction.commit()
        assert not isinstance(await gone, Refusal)


async def test_the_log_is_the_latest_first_and_what_was_never_merged_is_not_public(
    table: Table, app: Pool, play: Play
) -> None:
    ids = await table.written(6)
    merged = await table.merged(ids[:2])
    asked = await table.do(Ask(kept=ids[2], others=(ids[3],)))
    given_up = await table.do(Ask(kept=ids[4], others=(ids[5],)))
    await table.do(Undo(text="Non."), about=given_up)
    async with app.acquire() as connection:
        public = await grouping_log.page(connection, play.id, reader="coordinator", first=9)
        assert [entry.grouping.id for entry in public.rows] == [merged.id]
        every = await grouping_log.page(connection, play.id, reader="coordinator", first=2, asked=True)
        assert ([e.grouping.id for e in every.rows], every.total) == ([given_up.id, asked.id], 3)
        rest = await grouping_log.page(
            connection, play.id, reader="coordinator", first=2, asked=True, after=asked.id
        )
        assert ([e.grouping.id for e in rest.rows], rest.more) == ([merged.id], False)
        waiting = await grouping_log.asked_of(connection, play.id, "p3")
        assert [entry.grouping.id for entry in waiting] == [asked.id]
        assert await grouping_log.asked_of(connection, play.id, "p5") == ()
        of = await grouping_log.of_contributions(connection, ids)
        assert {key: len(entries) for key, entries in of.items()} == dict.fromkeys(ids, 1)


async def test_nothing_of_it_is_removed_or_rewritten(table: Table, database: Database) -> None:
    ids = await table.written()
    await table.merged(ids)
    owner = await asyncpg.connect(database.superuser)
    for statement in (
        "DELETE FROM grouping_part",
        "DELETE FROM grouping_act",
        "UPDATE grouping_act SET kind = 'x'",
        "TRUNCATE contribution_group CASCADE",
        "UPDATE contribution_group SET merged_at = NULL",
        "UPDATE contribution_group SET kept = gen_random_uuid()",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await owner.execute(statement)
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute("UPDATE grouping_part SET consents = false")
    await owner.close()


async def test_a_contribution_of_another_concertation_is_unknown_here(table: Table, play: Play) -> None:
    ids = await table.written()
    grouping = await table.do(Ask(kept=ids[0], others=(ids[1],)))
    elsewhere = Table(table.app, Play(play.worker, play.clock))
    assert await elsewhere.refused(Ask(kept=ids[2], others=(ids[3],))) is Code.UNKNOWN_CONTRIBUTION
    assert await elsewhere.refused(Merge(), about=grouping) is Code.UNKNOWN_GROUPING
