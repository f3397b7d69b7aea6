"""Versions: revising, superseding on a clerk's word, withdrawing. Nothing acknowledged leaves the set."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain import acts
from domain.procedure import Channel
from domain.refusals import Code, Refusal
from store import contributions, receipts, versions
from store.contributions import Receipt, submit
from store.leaves import leaf
from store.pool import Connection, Pool
from store.versions import Withdrawn, withdraw
from tests.store.stage import DAY, Play, call_for_input, procedure, refused

pytestmark = pytest.mark.postgres

PAPER = procedure(call_for_input(entry_window="P10D", channels=["online", "paper"]))
TYPED: dict[str, Any] = {"actor": "agent", "channel": Channel.PAPER, "key": "saisie"}


async def revise(play: Play, connection: Connection, by: str, of: Receipt, **more: Any) -> Receipt | Refusal:
    said: dict[str, Any] = {"author": of.member, "body": f"Ce que {by} dit mieux", "key": f"mieux {by}"}
    return await submit(connection, play.submission(by, **{**said, **more}, revises=of.contribution))


async def revised(play: Play, connection: Connection, by: str, of: Receipt, **more: Any) -> Receipt:
    answer = await revise(play, connection, by, of, **more)
    assert isinstance(answer, Receipt), answer
    return answer


async def test_a_revision_counts_in_the_place_of_what_it_replaces(play: Play, app: Pool) -> None:
    await play.launch()
    async with app.acquire() as connection:
        first = await play.contribute(connection, "p0", themes=("sante",))
        second = await revised(play, connection, "p0", first)
        assert (second.version, second.college, second.channel) == (2, "locales", Channel.ONLINE)
        assert second.code != first.code
        assert (await contributions.figures(connection, play.id, 1, "appel")).total == 1
        found = (await versions.versions(connection, [second.contribution], reader="p0"))[second.contribution]
        assert [(v.version, v.body, v.superseded_at is None) for v in found] == [
            (1, "Ce que dit p0", False),
            (2, "Ce que p0 dit mieux", True),
        ]
        assert await versions.followed_by(connection, first.code) == (second.code, 2)
        assert await versions.followed_by(connection, second.code) is None
    (seal,) = (await play.close()).runs["appel"].seals
    assert (seal.figures.count, seal.figures.by_college, seal.figures.by_channel) == (
        2,
        {"locales": 1},
        {"online": 1},
    )
    for receipt in (first, second):
        received = await receipts.find(play.worker, receipt.code)
        assert received is not None
        assert leaf(received.salt, await _row(play, receipt)) == received.digest
        (proof,) = await receipts.proofs(play.worker, received, [seal])
        assert proof.root == seal.figures.root


async def _row(play: Play, receipt: Receipt) -> dict[str, Any]:
    row = await play.worker.fetchrow("SELECT * FROM contribution WHERE receipt = $1", receipt.code)
    assert row is not None
    return dict(row)


async def test_the_same_revision_sent_again_gives_the_same_receipt(play: Play, app: Pool) -> None:
    await play.launch()
    async with app.acquire() as connection:
        first = await play.contribute(connection, "p0")
        second = await revised(play, connection, "p0", first)
        assert await revise(play, connection, "p0", first) == second
        other = refused(await revise(play, connection, "p0", first, body="Autre chose"))
        assert other.code is Code.IDEMPOTENCY_KEY_REUSED
        late = refused(await revise(play, connection, "p0", first, key="encore"))
        assert late.code is Code.CONTRIBUTION_REPLACED
        await play.close()
        assert await revise(play, connection, "p0", first) == second
        assert await play.contribute(connection, "p0") == first


async def test_many_revisions_at_once_make_one_and_the_others_are_told(play: Play, app: Pool) -> None:
    await play.launch()
    async with app.acquire() as connection:
        first = await play.contribute(connection, "p0")

    async def send(key: str) -> Receipt | Refusal:
        async with app.acquire() as connection:
            return await revise(play, connection, "p0", first, key=key)

    answers = await asyncio.gather(*(send(f"k{n}") for n in range(8)), *(send("k0") for _ in range(4)))
    taken = {a.code for a in answers if isinstance(a, Receipt)}
    assert len(taken) == 1
    assert {a.code for a in answers if isinstance(a, Refusal)} <= {Code.CONTRIBUTION_REPLACED}
    live = "SELECT count(*) FROM contribution WHERE superseded_at IS NULL"
    assert await play.worker.fetchval(live) == 1


async def test_only_the_author_and_who_typed_it_revise(play: Play, app: Pool) -> None:
    await play.launch(PAPER)
    async with app.acquire() as connection:
        typed = await play.contribute(connection, "p0", **TYPED)
        for stranger in ("p1", "autre agent"):
            answer = refused(await revise(play, connection, stranger, typed))
            assert answer.code is Code.UNKNOWN_CONTRIBUTION
        online = await revised(play, connection, "p0", typed)
        assert (online.version, online.channel) == (2, Channel.ONLINE)
        after = refused(await revise(play, connection, "agent", online))
        assert after.code is Code.UNKNOWN_CONTRIBUTION
        unknown = replace(typed, contribution="00000000-0000-4000-8000-000000000000")
        assert refused(await revise(play, connection, "p0", unknown)).code is Code.UNKNOWN_CONTRIBUTION
        assert (await contributions.figures(connection, play.id, 1, "appel")).by_channel == {"online": 1}


async def test_typing_is_corrected_until_the_entry_window_ends_and_keeps_what_is_known_of_the_form(
    play: Play, app: Pool
) -> None:
    run = (await play.launch(PAPER)).runs["appel"]
    assert run.closes_at is not None
    assert run.entry_closes_at is not None
    posted_at = run.closes_at - DAY
    async with app.acquire() as connection:
        await play.clock.reach(run.closes_at - timedelta(hours=1))
        known = {"posted_at": posted_at, "place": "Mairie de Sainte-Rose", "reference": "R-12"}
        typed = await play.contribute(connection, "p0", **TYPED, **known)
        undated = await play.contribute(connection, "p1", **{**TYPED, "key": "autre"})
        await play.clock.reach(run.closes_at + DAY)
        assert refused(await revise(play, connection, "p0", typed)).code is Code.STAGE_NOT_OPEN
        corrected = await revised(play, connection, "agent", typed)
        row = await _row(play, corrected)
        assert (row["posted_at"], row["place"], row["reference"], row["channel"]) == (
            posted_at,
            "Mairie de Sainte-Rose",
            "R-12",
            "paper",
        )
        assert (row["member"], row["actor"]) == ("p0", "agent")
        await revised(play, connection, "agent", undated, key="sans date")
        await play.clock.reach(run.entry_closes_at)
        late = refused(await revise(play, connection, "agent", corrected, key="trop tard"))
        assert late.code is Code.STAGE_NOT_OPEN


async def test_a_form_takes_the_place_of_what_came_online_on_the_clerks_word(play: Play, app: Pool) -> None:
    await play.launch(PAPER)
    async with app.acquire() as connection:
        online = await play.contribute(connection, "p0")
        form = play.submission("p0", **TYPED, body="La version papier")
        assert refused(await submit(connection, form)).code is Code.ALREADY_CONTRIBUTED
        spoken = replace(form, supersede_reason="La personne préfère son formulaire")
        taken = await submit(connection, spoken)
        assert isinstance(taken, Receipt)
        assert (taken.version, taken.channel) == (2, Channel.PAPER)
        assert await submit(connection, spoken) == taken
        second = (await versions.versions(connection, [taken.contribution], reader="p0"))[taken.contribution][
            1
        ]
        assert (second.supersede_reason, second.member, second.actor) == (
            "La personne préfère son formulaire",
            "p0",
            "agent",
        )
        assert (await contributions.figures(connection, play.id, 1, "appel")).by_channel == {"paper": 1}
        assert await versions.followed_by(connection, online.code) == (taken.code, 2)
        nothing = await submit(
            connection, play.submission("p1", **{**TYPED, "key": "p1"}, supersede_reason="Au cas où")
        )
        assert isinstance(nothing, Receipt)
        assert (await _row(play, nothing))["supersede_reason"] is None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"supersede_reason": " "}, Code.REASON_REQUIRED),
        ({"supersede_reason": "x" * 501}, Code.INPUT_INVALID),
        ({"supersede_reason": "x", "channel": Channel.ONLINE, "actor": "p0"}, Code.INPUT_INVALID),
        ({"place": "\x00"}, Code.INPUT_INVALID),
        ({"reference": "x" * 501}, Code.INPUT_INVALID),
        ({"batch": "x"}, Code.UNKNOWN_BATCH),
        ({"revises": "x"}, Code.UNKNOWN_CONTRIBUTION),
    ],
)
async def test_what_a_clerk_says_of_a_form_is_short_and_readable(
    play: Play, app: Pool, change: dict[str, Any], code: Code
) -> None:
    await play.launch(PAPER)
    async with app.acquire() as connection:
        assert refused(await submit(connection, play.submission("p0", **{**TYPED, **change}))).code is code


async def test_what_was_withdrawn_is_read_by_its_author_alone_and_stays_a_leaf(play: Play, app: Pool) -> None:
    await play.launch()
    async with app.acquire() as connection:
        first = await play.contribute(connection, "p0")
        second = await revised(play, connection, "p0", first)
        await play.contribute(connection, "p1")
        gone = await withdraw(connection, play.id, second.contribution, "p0", "retrait")
        assert isinstance(gone, Withdrawn)
        assert await withdraw(connection, play.id, second.contribution, "p0", "retrait") == gone
        everything = [first.contribution, second.contribution]
        assert await contributions.get_many(connection, everything, sees_all_of=play.id) == {}
        assert await versions.versions(connection, everything, sees_all_of=play.id) == {}
        assert len((await versions.versions(connection, everything[:1], reader="p0"))[everything[0]]) == 2
        assert (await contributions.figures(connection, play.id, 1, "appel")).total == 1
        again = refused(await revise(play, connection, "p0", second, key="encore"))
        assert again.code is Code.CONTRIBUTION_WITHDRAWN
        anew = await play.contribute(connection, "p0", key="à nouveau")
        assert anew.version == 1
        (seal,) = (await play.close()).runs["appel"].seals
        assert (seal.figures.count, seal.figures.by_channel) == (4, {"online": 2})
        assert await contributions.get_many(connection, everything) == {}
    assert await play.worker.fetchval(
        "SELECT payload ->> 'contribution' FROM outbox WHERE kind = 'contribution_withdrawn'"
    ) == str(second.contribution)


async def test_withdrawing_is_the_authors_and_ends_with_the_stage(play: Play, app: Pool) -> None:
    run = (await play.launch(PAPER)).runs["appel"]
    assert run.closes_at is not None
    async with app.acquire() as connection:

        async def code(of: str, by: str, key: str = "retrait") -> Code:
            return refused(await withdraw(connection, play.id, of, by, key)).code

        first = await play.contribute(connection, "p0", **TYPED)
        for stranger in ("agent", "p1", "coordinator"):
            assert await code(first.contribution, stranger) is Code.UNKNOWN_CONTRIBUTION
        assert await code("x", "p0") is Code.UNKNOWN_CONTRIBUTION
        assert await code(first.contribution, "p0", "") is Code.INPUT_INVALID
        second = await revised(play, connection, "p0", first)
        assert await code(first.contribution, "p0") is Code.CONTRIBUTION_REPLACED
        assert await code(second.contribution, "p0", "mieux p0") is Code.IDEMPOTENCY_KEY_REUSED
        await play.do(acts.Suspend(reason="Incident"), round=1, stage="appel")
        assert await code(second.contribution, "p0") is Code.SUSPENDED
        await play.do(acts.Resume(reason="Clos"), round=1, stage="appel")
        closes_at = (await play.process()).runs["appel"].closes_at
        assert closes_at is not None
        await play.clock.reach(closes_at)
        assert await code(second.contribution, "p0") is Code.STAGE_NOT_OPEN


async def test_the_leaf_holds_answers_and_what_clerks_know(play: Play, app: Pool) -> None:
    await play.launch(PAPER)
    answers = {"q10": 1.5, "q1": ["b", "a"], "é": {"other": '«\u202f"\\»'}, "n": 0.25}
    async with app.acquire() as connection:
        first = await play.contribute(
            connection, "p0", **TYPED, answers=answers, questionnaire="a" * 64, place="Guichet", reference="7"
        )
        await revised(play, connection, "agent", first, answers=answers)
    rows = await play.worker.fetch("SELECT *, contribution_leaf(contribution) AS leaf FROM contribution")
    assert len(rows) == 2
    for row in rows:
        assert row["answers"] == answers
        assert row["leaf"] == row["digest"] == leaf(row["salt"], dict(row))
