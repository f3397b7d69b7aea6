"""Carrying over: after a referral back, what was said counts in the new round, as the procedure says."""

from typing import Any

import pytest

from domain import acts
from domain.acts import Conclusion, Position
from domain.grouping import Act, Answer, Ask, Grouping, GroupingState, Judge, Merge, Undo
from domain.moderation import Hand
from domain.process import Process, State
from store import contributions, drafts, grouping, grouping_log, versions
from store.carrying import carry_rest
from store.contributions import submit
from store.grouping import Grouped
from store.leaves import leaf
from store.pool import Connection, Pool
from store.versions import withdraw
from tests.store.stage import DAY, Play, call_for_input, procedure
from tests.unit.play import body
from tests.unit.procedures import review


def referring(carry_over: str) -> Any:
    return procedure(call_for_input(), review(), rounds={"maximum": 2, "carry_over": carry_over})


pytestmark = pytest.mark.postgres


async def refer_back(play: Play, **more: Any) -> Process:
    """Let the council refer back, and go on to the second round."""
    await play.close()
    for _ in range(40):
        if (await play.process()).runs["avis"].state is State.OPEN:
            break
        await play.clock.advance(DAY)
        await play.tick()
    await play.do(
        acts.DraftOpinion(text=body("avis"), conclusion=Conclusion.REFER_BACK),
        "presidente",
        round=1,
        stage="avis",
    )
    await play.do(acts.PutOpinionToVote(text=body("avis").digest), "presidente", round=1, stage="avis")
    (ballot,) = [b for b in (await play.process()).ballots.values() if b.stage == "avis"]
    vote = acts.CastVote(ballot=ballot.id, subject=ballot.subject, position=Position.FAVOURABLE)
    await play.do(vote, "presidente")
    for _ in range(40):
        if (await play.process()).runs["appel"].round == 2:
            break
        await play.clock.advance(DAY)
        await play.ask(play.command(acts.Tick(), by=acts.SYSTEM), **more)
    process = await play.process()
    assert (process.runs["appel"].round, process.runs["appel"].state) == (2, State.OPEN)
    return process


async def test_what_was_said_counts_in_the_new_round_and_may_be_revised_or_withdrawn(
    play: Play, app: Pool
) -> None:
    await play.launch(referring("keep"))
    async with app.acquire() as connection:
        kept = await play.contribute(connection, "p0")
        first = await play.contribute(connection, "p1")
        await submit(connection, play.submission("p1", key="v2", body="Mieux", revises=first.contribution))
        gone = await play.contribute(connection, "p2")
        await withdraw(connection, play.id, gone.contribution, "p2", "retrait")
        await refer_back(play)
        assert (await contributions.figures(connection, play.id, 1, "appel")).total == 2
        assert (await contributions.figures(connection, play.id, 2, "appel")).by_college == {"locales": 2}
        rows = await play.worker.fetch("SELECT * FROM contribution WHERE round = 2 ORDER BY id")
        assert [(row["member"], row["body"], row["version"]) for row in rows] == [
            ("p0", "Ce que dit p0", 1),
            ("p1", "Mieux", 1),
        ]
        assert str(rows[0]["carried_from"]) == kept.contribution
        for row in rows:
            assert leaf(row["salt"], dict(row)) == row["digest"]
        mine = str(rows[0]["id"])
        again = await submit(
            connection, play.submission("p0", round=2, key="tour 2", body="J’ai changé d’avis", revises=mine)
        )
        assert isinstance(again, contributions.Receipt)
        assert again.version == 2
        assert isinstance(
            await withdraw(connection, play.id, str(rows[1]["id"]), "p1", "r2"), versions.Withdrawn
        )
        await carry_rest(play.worker, await play.process(), 2, "appel")
        assert (await contributions.figures(connection, play.id, 2, "appel")).total == 1


async def test_a_large_set_is_carried_over_in_part_at_the_opening_and_whole_when_it_is_sealed(
    play: Play, app: Pool
) -> None:
    await play.launch(referring("keep"), participants=6)
    async with app.acquire() as connection:
        for number in range(6):
            await play.contribute(connection, f"p{number}")
        process = await refer_back(play, few=3)
        assert (await contributions.figures(connection, play.id, 2, "appel")).total == 4
        spoken = play.submission("p5", round=2, key="tour 2", body="Je parle moi-même")
        assert isinstance(await submit(connection, spoken), contributions.Receipt)
        await carry_rest(play.worker, process, 2, "appel")
        await carry_rest(play.worker, process, 2, "appel")
        assert (await contributions.figures(connection, play.id, 2, "appel")).total == 6
    said = "SELECT body FROM contribution WHERE round = 2 AND member = 'p5'"
    assert await play.worker.fetchval(said) == "Je parle moi-même"


@pytest.mark.parametrize("way", ["ask", "none"])
async def test_asked_or_not_nothing_counts_before_its_author_says_so(play: Play, app: Pool, way: str) -> None:
    await play.launch(referring(way))
    async with app.acquire() as connection:
        await play.contribute(connection, "p0", themes=("sante",))
        await refer_back(play)
        assert (await contributions.figures(connection, play.id, 2, "appel")).total == 0
        offered = await drafts.offered(connection, "p0", play.id, 2, "appel")
        assert offered is not None
        assert (offered.body, offered.themes, offered.carried_from_round) == ("Ce que dit p0", ("sante",), 1)
        assert await drafts.offered(connection, "p1", play.id, 2, "appel") is None


async def group(
    connection: Connection, play: Play, act: Act, about: Grouping | None = None, by: str = "coordinator"
) -> Grouping | None:
    request = grouping.Request(
        concertation=play.id, act=act, by=Hand(by), key=repr((act, by)), grouping=about.id if about else None
    )
    done = await grouping.carry_out(connection, request)
    assert isinstance(done, Grouped), done
    return done.grouping


async def merged(connection: Connection, play: Play, *alike: str) -> Grouping:
    """Merge contributions of p0, p1, … under the first one."""
    asked = await group(connection, play, Ask(kept=alike[0], others=alike[1:]))
    for number, contribution in enumerate(alike):
        await group(connection, play, Answer(contribution=contribution, consents=True), asked, f"p{number}")
    made = await group(connection, play, Merge(), asked)
    assert made is not None
    return made


async def test_groupings_that_were_made_go_on_in_the_new_round_and_say_so(play: Play, app: Pool) -> None:
    await play.launch(referring("keep"), participants=6)
    async with app.acquire() as connection:
        first = [(await play.contribute(connection, f"p{n}")).contribution for n in range(6)]
        await play.close()
        made = await merged(connection, play, *first[:3])
        await group(connection, play, Judge(one=first[4], other=first[5], same=False))
        process = await refer_back(play, few=1)
        assert (await contributions.figures(connection, play.id, 2, "appel")).total == 2
        spoken = play.submission("p5", round=2, key="tour 2", body="Je parle moi-même")
        assert isinstance(await submit(connection, spoken), contributions.Receipt)
        for _ in range(2):
            await carry_rest(play.worker, process, 2, "appel")
        now = {
            str(row["carried_from"]): str(row["id"])
            for row in await play.worker.fetch("SELECT * FROM contribution WHERE round = 2")
        }
        latest, before = (await grouping_log.page(connection, play.id, reader="coordinator", first=10)).rows
        assert (before.grouping, before.round) == (made, 1)
        carried = latest.grouping
        assert (latest.round, latest.carried_from, latest.stands) == (2, made.id, True)
        assert set(latest.voices) == {now[key] for key in first[:3]}
        assert carried.kept == now[first[0]]
        assert (carried.merged_at, carried.merged_by) == (made.merged_at, made.merged_by)
        assert {part.author: part.consents for part in carried.parts.values()} == dict.fromkeys(
            ("p0", "p1", "p2"), True
        )
        assert set(
            await grouping_log.confirmed(connection, now[first[0]], [now[first[1]], now[first[2]]])
        ) == {
            now[first[1]],
            now[first[2]],
        }
        acts_done = await play.worker.fetch("SELECT kind, actor FROM grouping_act ORDER BY id DESC LIMIT 1")
        assert [tuple(row) for row in acts_done] == [("carry", "system")]


async def test_a_carried_grouping_that_was_undone_stays_undone(play: Play, app: Pool) -> None:
    await play.launch(referring("keep"), participants=3)
    async with app.acquire() as connection:
        first = [(await play.contribute(connection, f"p{n}")).contribution for n in range(3)]
        await play.close()
        await merged(connection, play, *first)
        process = await refer_back(play)
        (latest, _) = (await grouping_log.page(connection, play.id, reader="coordinator", first=10)).rows
        await group(connection, play, Undo(text="Ils ne disent plus la même chose."), latest.grouping)
        await carry_rest(play.worker, process, 2, "appel")
        (latest, before) = (await grouping_log.page(connection, play.id, reader="coordinator", first=10)).rows
        assert latest.grouping.state is GroupingState.UNDONE
        assert before.stands


async def test_who_has_spoken_anew_is_not_spoken_for_by_a_grouping_of_before(play: Play, app: Pool) -> None:
    await play.launch(referring("keep"), participants=2)
    async with app.acquire() as connection:
        first = [(await play.contribute(connection, f"p{n}")).contribution for n in range(2)]
        await play.close()
        await merged(connection, play, *first)
        process = await refer_back(play, few=0)
        spoken = play.submission("p1", round=2, key="tour 2", body="Je parle moi-même")
        assert isinstance(await submit(connection, spoken), contributions.Receipt)
        await carry_rest(play.worker, process, 2, "appel")
        assert [
            entry.round
            for entry in (await grouping_log.page(connection, play.id, reader="coordinator", first=10)).rows
        ] == [1]
