"""Invitations in the store: a code works once, for one organisation and one stage, within limits on attempts."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from domain.organisations import codes
from domain.refusals import Code
from store import invitations
from store.drafts import Draft, save
from store.follow_up import (
    InvitationState,
    Where,
    counts,
    page,
    remind,
    remind_due,
    reminder_days,
    set_reminder_days,
)
from store.invitations import Attempt, Invitation, Invited, Invitee
from store.pool import Connection, Pool
from tests.store.stage import DAY, Play, refused
from tests.store.test_organisations import kept

pytestmark = pytest.mark.postgres

WAITING = """
SELECT EXISTS (
    SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT l.granted AND a.datname = current_database()
)
"""


async def invite(app: Pool, play: Play, *invitees: Invitee) -> list[Invited]:
    async with app.acquire() as connection:
        return await invitations.invite(
            connection, concertation=play.id, round=1, stage="appel", by="coordinator", invitees=invitees
        )


def member(name: str, **more: str) -> Invitee:
    return Invitee(id=str(uuid4()), member=name, college="locales", departement="971", **more)


async def one(app: Pool, play: Play, name: str = "p0") -> str:
    (invited,) = await invite(app, play, member(name))
    assert invited.code is not None
    return invited.code


def attempt(play: Play, code: str, address: str = "192.0.2.1") -> Attempt:
    return Attempt(concertation=play.id, code=code, address=address)


async def test_an_invitation_that_is_sent_twice_at_once_is_the_same_in_both_answers(
    app: Pool, play: Play
) -> None:
    await play.launch()
    people = [member("p0"), member("p1")]
    async with app.acquire() as connection:
        async with connection.transaction():
            first = await invitations.invite(
                connection, concertation=play.id, round=1, stage="appel", by="coordinator", invitees=people
            )
            second = asyncio.ensure_future(invite(app, play, *reversed(people)))
            while not await play.worker.fetchval(WAITING):
                assert not second.done()
        assert [one.id for one in await second] == [one.id for one in first]
    assert [one.code for one in await second] == [None, None]


async def test_a_code_is_given_once_and_kept_as_a_digest(app: Pool, worker: Pool, play: Play) -> None:
    await play.launch()
    invitee = member("p0")
    first = await invite(app, play, invitee)
    assert [one.id for one in first] == [invitee.id]
    assert first[0].code is not None
    again = await invite(app, play, invitee, member("p0"))
    assert {(one.id, one.code) for one in again} == {(invitee.id, None)}
    rows = await worker.fetch("SELECT * FROM invitation_code")
    assert [row["hash"] for row in rows] == [codes.hashed(play.id, first[0].code)]
    told = await worker.fetch("SELECT payload FROM outbox WHERE kind = 'invitation'")
    assert [row["payload"] for row in told] == [{"invitation": invitee.id}]


async def test_it_is_opened_as_often_as_one_likes_and_accepted_once(app: Pool, play: Play) -> None:
    await play.launch()
    code = await one(app, play)
    async with app.acquire() as connection:
        for _ in range(20):
            opened = await invitations.open_code(connection, attempt(play, code))
            assert isinstance(opened, Invitation)
        accepted = await invitations.accept(connection, attempt(play, code), "p0")
        assert isinstance(accepted, Invitation)
        assert await invitations.accept(connection, attempt(play, code), "p0") == accepted
        declined = await invitations.decline(connection, attempt(play, code), "non")
        assert refused(declined).code is Code.INVITATION_USED


async def test_who_is_another_may_not_take_up_the_invitation_of_a_member(app: Pool, play: Play) -> None:
    await play.launch()
    code = await one(app, play)
    async with app.acquire() as connection:
        answer = await invitations.accept(connection, attempt(play, code), "p1")
        assert refused(answer).code is Code.INVITATION_OF_ANOTHER


async def test_of_many_who_take_up_the_invitation_of_an_organisation_at_once_one_does(
    app: Pool, play: Play
) -> None:
    await play.launch()
    organisation = await kept(app, play)
    (invited,) = await invite(app, play, Invitee(id=str(uuid4()), organisation=organisation.id))
    assert invited.code is not None

    async def take(name: str) -> object:
        async with app.acquire() as connection:
            assert invited.code is not None
            return await invitations.accept(connection, attempt(play, invited.code, name), name)

    answers = await asyncio.gather(*(take(f"m{n}") for n in range(8)))
    assert sum(isinstance(answer, Invitation) for answer in answers) == 1


async def test_it_is_declined_with_a_reason_and_the_same_again_is_the_same(app: Pool, play: Play) -> None:
    await play.launch()
    code = await one(app, play)
    async with app.acquire() as connection:
        first = await invitations.decline(connection, attempt(play, code), "Pas le temps.")
        assert isinstance(first, Invitation)
        assert await invitations.decline(connection, attempt(play, code), "Pas le temps.") == first
        for answer in (
            await invitations.decline(connection, attempt(play, code), "Autre."),
            await invitations.accept(connection, attempt(play, code), "p0"),
        ):
            assert refused(answer).code is Code.INVITATION_USED


async def test_a_new_code_makes_the_old_one_void(app: Pool, play: Play) -> None:
    await play.launch()
    invitee = member("p0")
    (first,) = await invite(app, play, invitee)
    assert first.code is not None
    async with app.acquire() as connection:
        second = await invitations.reissue(connection, concertation=play.id, invitation=invitee.id)
        assert isinstance(second, Invited)
        assert second.code not in (None, first.code)
        answer = await invitations.open_code(connection, attempt(play, first.code))
        assert refused(answer).code is Code.INVITATION_EXPIRED
        assert isinstance(
            await invitations.open_code(connection, attempt(play, second.code or "")), Invitation
        )
        await invitations.accept(connection, attempt(play, second.code or ""), "p0")
        used = await invitations.reissue(connection, concertation=play.id, invitation=invitee.id)
        assert refused(used).code is Code.INVITATION_USED
        none = await invitations.reissue(connection, concertation=play.id, invitation=str(uuid4()))
        assert refused(none).code is Code.UNKNOWN_INVITATION


async def test_the_code_of_a_mail_leaves_that_of_the_letter_and_either_is_used_up_with_the_other(
    app: Pool, worker: Pool, play: Play
) -> None:
    await play.launch()
    invitee = member("p0")
    (letter,) = await invite(app, play, invitee)
    async with worker.acquire() as connection:
        mail = await invitations.reissue(connection, concertation=play.id, invitation=invitee.id, voids=False)
    assert isinstance(mail, Invited)
    async with app.acquire() as connection:
        for code in (letter.code, mail.code):
            assert isinstance(await invitations.open_code(connection, attempt(play, code or "")), Invitation)
        await invitations.decline(connection, attempt(play, mail.code or ""), "Non.")
        used = await invitations.accept(connection, attempt(play, letter.code or ""), "p0")
        assert refused(used).code is Code.INVITATION_USED


async def test_after_the_closing_a_code_is_for_nothing(app: Pool, play: Play) -> None:
    await play.launch()
    code = await one(app, play)
    closes_at = (await play.process()).runs["appel"].closes_at
    assert closes_at is not None
    await play.clock.reach(closes_at)
    async with app.acquire() as connection:
        answer = await invitations.open_code(connection, attempt(play, code))
        assert refused(answer).code is Code.INVITATION_EXPIRED


async def test_a_code_of_another_concertation_is_unknown(app: Pool, worker: Pool, play: Play) -> None:
    await play.launch()
    code = await one(app, play)
    async with worker.acquire() as connection:
        other = Play(connection, play.clock)
        await other.draft(slug="autre")
        answer = await invitations.open_code(connection, attempt(other, code))
        assert refused(answer).code is Code.UNKNOWN_INVITATION


async def guess(connection: Connection, play: Play, number: int, address: str) -> Code:
    tried = attempt(play, codes.write(number), address)
    return refused(await invitations.open_code(connection, tried)).code


async def test_an_address_is_told_to_wait_after_ten_failures_and_may_try_again_later(
    app: Pool, play: Play
) -> None:
    await play.launch()
    code = await one(app, play)
    async with app.acquire() as connection:
        found = [await guess(connection, play, number, "192.0.2.7") for number in range(10)]
        assert set(found) == {Code.UNKNOWN_INVITATION}
        locked = refused(await invitations.open_code(connection, attempt(play, code, "192.0.2.7")))
        assert locked.code is Code.TOO_MANY_ATTEMPTS
        assert locked.args["retryAt"]
        assert isinstance(
            await invitations.open_code(connection, attempt(play, code, "192.0.2.8")), Invitation
        )
        await play.clock.advance(timedelta(minutes=10))
        assert isinstance(
            await invitations.open_code(connection, attempt(play, code, "192.0.2.7")), Invitation
        )


async def test_attempts_at_once_are_counted_one_by_one(app: Pool, play: Play) -> None:
    await play.launch()

    async def attack(number: int) -> Code:
        async with app.acquire() as connection:
            return await guess(connection, play, number, "192.0.2.9")

    found = await asyncio.gather(*(attack(number) for number in range(40)))
    assert found.count(Code.UNKNOWN_INVITATION) == 10
    assert found.count(Code.TOO_MANY_ATTEMPTS) == 30


async def test_a_concertation_is_closed_to_guesses_from_everywhere_after_a_thousand(
    app: Pool, worker: Pool, play: Play
) -> None:
    await play.launch()
    async with app.acquire() as connection:
        assert await guess(connection, play, 1, "192.0.2.1") is Code.UNKNOWN_INVITATION
    owner_only = "UPDATE attempt SET failures = 1000 WHERE scope = 'invitation/concertation'"
    with pytest.raises(Exception, match="permission denied"):
        await worker.execute(owner_only)


# Follow-up and reminders


async def states(app: Pool, play: Play) -> dict[str, InvitationState]:
    async with app.acquire() as connection:
        found = await page(connection, Where(concertation=play.id, round=1, stage="appel"), first=50)
        return {row.member or row.organisation or "": row.state for row in found.rows}


async def test_the_follow_up_says_where_each_stands_in_pages_and_counts(app: Pool, play: Play) -> None:
    await play.launch(participants=6)
    where = Where(concertation=play.id, round=1, stage="appel")
    invited = await invite(app, play, *(member(f"p{number}") for number in range(6)))
    by_id = {one.id: one.code or "" for one in invited}
    async with app.acquire() as connection:
        rows = (await page(connection, where, first=50)).rows
        of = {row.member: by_id[row.id] for row in rows}
        await invitations.open_code(connection, attempt(play, of["p1"]))
        await invitations.decline(connection, attempt(play, of["p2"]), "Non.")
        await play.contribute(connection, "p3")
        assert isinstance(await save(connection, "p4", play.id, 1, "appel", Draft(body="Début")), Draft)
        assert await states(app, play) == {
            "p0": InvitationState.INVITED,
            "p1": InvitationState.OPENED,
            "p2": InvitationState.DECLINED,
            "p3": InvitationState.ANSWERED,
            "p4": InvitationState.DRAFT,
            "p5": InvitationState.INVITED,
        }
        first = await page(connection, where, first=1, states={InvitationState.INVITED})
        assert first.more
        assert first.total == 2
        rest = await page(
            connection, where, first=2, states={InvitationState.INVITED}, after=first.rows[-1].number
        )
        assert [row.member for row in (*first.rows, *rest.rows)] == ["p0", "p5"]
        assert not rest.more
        found = await counts(connection, where)
        assert {(one.state.value, one.college, one.departement, one.count) for one in found} == {
            ("invited", "locales", "971", 2), ("draft", "locales", "971", 1),
            ("opened", "locales", "971", 1),
            ("answered", "locales", "971", 1), ("declined", "locales", "971", 1),
        }  # fmt: skip


async def test_exactly_those_who_have_not_answered_are_reminded_and_once_a_day(
    app: Pool, worker: Pool, play: Play
) -> None:
    await play.launch(participants=4)
    where = Where(concertation=play.id, round=1, stage="appel")
    invited = await invite(app, play, *(member(f"p{number}") for number in range(4)))
    async with app.acquire() as connection:
        rows = (await page(connection, where, first=50)).rows
        of = {row.member: row.id for row in rows}
        code = {one.id: one.code or "" for one in invited}
        await play.contribute(connection, "p0")
        await invitations.decline(connection, attempt(play, code[of["p1"]]), "Non.")
        assert await remind(connection, where) == 2
        assert await remind(connection, where) == 0
        told = await worker.fetch("SELECT payload FROM outbox WHERE kind = 'invitation_reminder'")
        assert {row["payload"]["invitation"] for row in told} == {of["p2"], of["p3"]}
        await play.contribute(connection, "p2")
        await play.clock.advance(DAY)
        assert await remind(connection, where) == 1
        closed = (await play.process()).runs["appel"].closes_at
        assert closed is not None
        await play.clock.reach(closed)
        assert refused(await remind(connection, where)).code is Code.STAGE_NOT_OPEN
        nowhere = Where(concertation=play.id, round=1, stage="rien")
        assert refused(await remind(connection, nowhere)).code is Code.UNKNOWN_STAGE


async def test_two_who_remind_at_once_remind_each_once(app: Pool, worker: Pool, play: Play) -> None:
    await play.launch(participants=5)
    where = Where(concertation=play.id, round=1, stage="appel")
    await invite(app, play, *(member(f"p{number}") for number in range(5)))

    async def ask() -> object:
        async with app.acquire() as connection:
            return await remind(connection, where)

    found = await asyncio.gather(*(ask() for _ in range(6)))
    assert sum(count for count in found if isinstance(count, int)) == 5
    assert await worker.fetchval("SELECT count(*) FROM outbox WHERE kind = 'invitation_reminder'") == 5


async def test_on_the_set_days_reminders_are_written_and_a_day_missed_is_made_up_for(
    app: Pool, worker: Pool, play: Play
) -> None:
    await play.launch(participants=2)
    where = Where(concertation=play.id, round=1, stage="appel")
    await invite(app, play, member("p0"))
    run = (await play.process()).runs["appel"]
    assert run.closes_at is not None
    async with app.acquire() as connection:
        await set_reminder_days(connection, where, [5, 2, 2], "coordinator")
        assert await reminder_days(connection, where) == [5, 2]
    async with worker.acquire() as connection:
        assert await remind_due(connection) == 0
        await play.clock.reach(run.closes_at - 4 * DAY)  # the fifth day before was missed
        assert await remind_due(connection) == 1
        assert await remind_due(connection) == 0
        await play.clock.reach(run.closes_at - DAY)
        assert await remind_due(connection) == 1
        assert await remind_due(connection) == 0
    async with app.acquire() as connection:
        await set_reminder_days(connection, where, [], "coordinator")
        assert await reminder_days(connection, where) == []
