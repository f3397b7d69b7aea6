"""Drafts: for their author's eyes, until they are sent."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain.free_text import LONGEST_CONTRIBUTION
from domain.procedure import Channel
from domain.refusals import Code
from store import contributions, drafts
from store.drafts import Draft, Kept
from store.pool import Pool
from tests.store.stage import Play, call_for_input, procedure, refused

pytestmark = pytest.mark.postgres

BEGUN = Draft(body="Je commence", themes=("sante",), answers={"q1": ["a"], "q2": None})


async def test_a_draft_is_kept_replaced_and_gone_once_it_is_sent(play: Play, app: Pool) -> None:
    await play.launch()
    place = (play.id, 1, "appel")
    async with app.acquire() as connection:
        kept = await drafts.save(connection, "p0", *place, BEGUN)
        assert isinstance(kept, Draft)
        assert (kept.body, kept.answers, kept.themes) == (BEGUN.body, BEGUN.answers, BEGUN.themes)
        await drafts.save(connection, "p0", *place, Draft(body=""))
        again = await drafts.get(connection, "p0", *place)
        assert again is not None
        assert (again.body, again.answers) == ("", None)
        assert await drafts.get(connection, "p1", *place) is None
        assert list(await drafts.holders(connection, *place)) == ["p0"]
        assert (await contributions.figures(connection, *place)).total == 0
        await play.contribute(connection, "p0")
        assert await drafts.get(connection, "p0", *place) is None
        await drafts.save(connection, "p1", *place, BEGUN)
        assert await drafts.discard(connection, "p1", *place, "k1")
        assert not await drafts.discard(connection, "p1", *place, "k2")
        assert await connection.fetchval("SELECT to_regclass('draft') IS NOT NULL")


async def test_a_form_typed_for_somebody_leaves_their_draft(play: Play, app: Pool) -> None:
    await play.launch(procedure(call_for_input(channels=["online", "paper"])))
    async with app.acquire() as connection:
        await drafts.save(connection, "p0", play.id, 1, "appel", BEGUN)
        await play.contribute(connection, "p0", actor="agent", channel=Channel.PAPER)
        assert await drafts.get(connection, "p0", play.id, 1, "appel") is not None


@pytest.mark.parametrize(
    ("member", "place", "draft", "code"),
    [
        ("p0", ("x", 1, "appel"), BEGUN, Code.UNKNOWN_CONCERTATION),
        ("p0", (None, 1, "\x00"), BEGUN, Code.UNKNOWN_STAGE),
        ("p0", (None, 1, "rien"), BEGUN, Code.UNKNOWN_STAGE),
        ("p0", (None, 2, "appel"), BEGUN, Code.ROUND_CHANGED),
        ("inconnue", (None, 1, "appel"), BEGUN, Code.NOT_ADMITTED),
        ("p0", (None, 1, "appel"), Draft(body="", college="etat"), Code.NOT_ADMITTED),
        ("p0", (None, 1, "appel"), Draft(body="a\x00"), Code.TEXT_INVALID),
        ("p0", (None, 1, "appel"), Draft(body="a" * (LONGEST_CONTRIBUTION + 1)), Code.TEXT_TOO_LONG),
        ("p0", (None, 1, "appel"), Draft(body="", themes=("\x00",)), Code.INPUT_INVALID),
        ("p0", (None, 1, "appel"), Draft(body="", answers={"q": float("nan")}), Code.TEXT_INVALID),
        ("p0", (None, 1, "appel"), Draft(body="", answers={"q": "\ud800"}), Code.TEXT_INVALID),
        ("p0", (None, 1, "appel"), Draft(body="", answers={"q": "a" * 1_000_001}), Code.TEXT_TOO_LONG),
    ],
)
async def test_a_draft_that_could_never_be_sent_is_refused(
    play: Play, app: Pool, member: str, place: Any, draft: Draft, code: Code
) -> None:
    await play.launch()
    concertation, round_, stage = place
    async with app.acquire() as connection:
        answer = await drafts.save(connection, member, concertation or play.id, round_, stage, draft)
    assert refused(answer).code is code


async def test_from_the_closing_on_no_draft_is_kept(play: Play, app: Pool) -> None:
    run = (await play.launch()).runs["appel"]
    assert run.closes_at is not None
    await play.clock.reach(run.closes_at)
    async with app.acquire() as connection:
        answer = await drafts.save(connection, "p0", play.id, 1, "appel", BEGUN)
    assert refused(answer).code is Code.STAGE_NOT_OPEN


async def test_whoever_asks_again_after_the_closing_is_told_that_their_draft_is_kept(
    play: Play, app: Pool
) -> None:
    run = (await play.launch()).runs["appel"]
    assert run.closes_at is not None
    place = (play.id, 1, "appel")
    async with app.acquire() as connection:
        first = await drafts.keep(connection, "p0", *place, BEGUN, "k")
        await play.clock.reach(run.closes_at)
        again = await drafts.keep(connection, "p0", *place, BEGUN, "k")
        other = await drafts.keep(connection, "p0", *place, BEGUN, "k2")
        kept = await drafts.get(connection, "p0", *place)
    assert isinstance(first, Kept)
    assert isinstance(again, Kept)
    assert (first.again, again.again) == (False, True)
    assert first.draft == again.draft == kept
    assert refused(other).code is Code.STAGE_NOT_OPEN


async def test_what_comes_late_under_its_key_takes_the_place_of_nothing_newer(play: Play, app: Pool) -> None:
    await play.launch()
    place = (play.id, 1, "appel")
    later = Draft(body="Je continue")
    async with app.acquire() as connection:
        first = await drafts.keep(connection, "p0", *place, BEGUN, "k1")
        await drafts.keep(connection, "p0", *place, later, "k2")
        again = await drafts.keep(connection, "p0", *place, BEGUN, "k1")
        kept = await drafts.get(connection, "p0", *place)
        assert isinstance(first, Kept)
        assert isinstance(again, Kept)
        assert kept is not None
        assert again.draft == first.draft
        assert kept.body == later.body
        assert await drafts.discard(connection, "p0", *place, "k3") is True
        await drafts.keep(connection, "p0", *place, later, "k4")
        assert await drafts.discard(connection, "p0", *place, "k3") is True
        assert await drafts.get(connection, "p0", *place) is not None


async def test_a_key_of_another_draft_is_refused_and_one_of_a_refusal_is_free(play: Play, app: Pool) -> None:
    await play.launch()
    place = (play.id, 1, "appel")
    async with app.acquire() as connection:
        await drafts.keep(connection, "p0", *place, BEGUN, "k1")
        other = await drafts.keep(connection, "p0", *place, Draft(body="Autre chose"), "k1")
        discarded = await drafts.discard(connection, "p0", *place, "k1")
        assert {refused(other).code, refused(discarded).code} == {Code.IDEMPOTENCY_KEY_REUSED}
        assert isinstance(await drafts.keep(connection, "p1", *place, BEGUN, "k1"), Kept)  # theirs
        wrong = await drafts.keep(connection, "p0", *place, Draft(body="", college="etat"), "k2")
        assert refused(wrong).code is Code.NOT_ADMITTED
        assert isinstance(await drafts.keep(connection, "p0", *place, BEGUN, "k2"), Kept)


async def test_the_same_draft_several_times_at_once_is_kept_once(play: Play, app: Pool) -> None:
    await play.launch()

    async def keep() -> Any:
        async with app.acquire() as connection:
            return await drafts.keep(connection, "p0", play.id, 1, "appel", BEGUN, "k")

    answers = await asyncio.gather(*(keep() for _ in range(4)))
    assert sorted(one.again for one in answers) == [False, True, True, True]
    assert len({one.draft.saved_at for one in answers}) == 1


async def test_keys_are_forgotten_after_a_week(play: Play, app: Pool, worker: Pool) -> None:
    await play.launch()
    place = (play.id, 1, "appel")
    async with app.acquire() as connection:
        await drafts.keep(connection, "p0", *place, BEGUN, "k1")
        await play.clock.advance(timedelta(days=6))
        await drafts.keep(connection, "p0", *place, BEGUN, "k2")
        await play.clock.advance(timedelta(days=2))
        async with worker.acquire() as sweeper:
            assert await drafts.sweep(sweeper) == 1
            assert await drafts.sweep(sweeper) == 0
