"""Reminders are notices: written once each by whoever looks, with a stock of concertations that need no second look."""

from __future__ import annotations

from typing import Any

import pytest

from activities.delivering import Delivery
from domain import acts
from domain.process import BallotState
from store.known_processes import KnownProcesses
from store.pool import Pool
from store.reminders import Reminders
from tests.delivery.conftest import Post
from tests.store.addresses import reached_at
from tests.store.stage import DAY, Play
from tests.unit.procedures import call_for_input, procedure

pytestmark = pytest.mark.postgres

SIGNED = {"extension": {"all_of": ["co_president_state", "co_president_local"], "within": "P6D"}}


async def signing(post: Post, app: Pool) -> Play:
    """A proposal that waits six days for two signatures; of what came before nobody is told."""
    play = Play(post.play.worker, post.clock)
    await play.launch(procedure(call_for_input(), signoffs=SIGNED), slug="autre")
    for office, member in (("etat", "state"), ("locale", "local")):
        await play.do(acts.EnrolMember(member=member))
        await play.do(acts.AppointMember(office=office, member=member))
        await reached_at(app, member, f"{member}@exemple.fr")
    run = (await play.process()).runs["appel"]
    assert run.closes_at is not None
    act = acts.ExtendStage(closes_at=run.closes_at + 5 * DAY, seen_closes_at=run.closes_at, reason="grève")
    await play.do(act, round=1, stage="appel")
    await post.worker.execute("UPDATE delivery SET after_outbox = (SELECT max(id) FROM outbox)")
    return play


async def reminded(post: Post) -> list[Any]:
    """Who was told which reminder."""
    rows = await post.worker.fetch(
        "SELECT n.recipient, t.key FROM notice n JOIN notice_text t USING (key) WHERE t.kind = 'ballot_reminder'"
    )
    return sorted((row["recipient"].split("/")[1], row["key"].rsplit("/", 1)[1]) for row in rows)


async def test_those_who_have_not_signed_are_reminded_once_whoever_looks_how_often(
    post: Post, app: Pool
) -> None:
    play = await signing(post, app)
    await Delivery(post.worker, post.mailing).work(0)
    assert await reminded(post) == []
    await post.clock.advance(3 * DAY)
    for _ in range(2):
        await Delivery(post.worker, post.mailing).work(0)
    assert await reminded(post) == [("local", "half"), ("state", "half")]
    (ballot,) = [
        b for b in (await play.process()).ballots.values() if b.state is BallotState.OPEN and b.proposal
    ]
    vote = acts.CastVote(ballot=ballot.id, subject=ballot.subject, position=acts.Position.FAVOURABLE)
    await play.do(vote, "state")
    await post.clock.advance(2.5 * DAY)
    await Delivery(post.worker, post.mailing).work(0)
    assert await reminded(post) == [("local", "half"), ("local", "last_day"), ("state", "half")]
    said = await post.worker.fetchval(
        "SELECT body ->> 'fr' FROM notice_text WHERE kind = 'ballot_reminder' LIMIT 1"
    )
    assert said.startswith("Rappel : votre vote est attendu")


async def test_what_has_not_moved_is_read_again_only_when_something_is_due(post: Post, app: Pool) -> None:
    play = await signing(post, app)
    known = KnownProcesses(0)
    reminders = Reminders()
    async with post.worker.acquire() as connection:
        assert await reminders.look(connection, known) == 0
        await connection.execute(
            "UPDATE concertation SET snapshot = 'null' WHERE id = $1::text::uuid", play.id
        )
        assert await reminders.look(connection, known) == 0, "it was not read"
    await post.clock.advance(3 * DAY)
    async with post.worker.acquire() as connection:
        assert await reminders.look(connection, known) == 2, "read from the ledger, for the snapshot is gone"


async def test_many_are_listed_once_and_worked_off_some_at_a_time(
    post: Post, app: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    await signing(post, app)
    await post.clock.advance(3 * DAY)
    monkeypatch.setattr("store.reminders.AT_ONCE", 1)
    asked: list[str] = []
    reminders = Reminders()
    async with post.worker.acquire() as connection:
        connection.add_query_logger(lambda query: asked.append(query.query))
        written, looks = await reminders.look(connection, KnownProcesses(0)), 1
        while reminders.behind:
            written += await reminders.look(connection, KnownProcesses(0))
            looks += 1
    assert (written, looks) == (2, 2), "two concertations, of which one has two to be reminded"
    assert len([query for query in asked if "phase IN" in query]) == 1, "the list of all of them"


async def test_nobody_is_reminded_of_a_ballot_that_stands_still(post: Post, app: Pool) -> None:
    play = await signing(post, app)
    await play.do(acts.Suspend(reason="recours"))
    await post.clock.advance(20 * DAY)
    await Delivery(post.worker, post.mailing).work(0)
    assert await reminded(post) == []
