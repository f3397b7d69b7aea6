"""Contributions that come at one moment share a commit, and nothing else: each is decided alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

import asyncpg
import pytest

from domain.procedure import Channel
from domain.refusals import Code, Refusal
from store.committed_together import AT_ONCE, MOST, CommittedTogether, NotTogether
from store.contributions import Receipt, submit
from store.faults import StoreUnreachable
from store.pool import Connection, Pool, acquire, open_pool
from tests.fixtures.postgres import Database
from tests.store.stage import Play

pytestmark = pytest.mark.postgres

T = TypeVar("T")


@pytest.fixture
async def app(database: Database) -> AsyncIterator[Pool]:
    pool = await open_pool(database.app, application="tests: together", max_size=4)
    yield pool
    await pool.close()


@pytest.fixture
def together(app: Pool) -> CommittedTogether:
    return CommittedTogether(asking(app))


def asking(pool: Pool) -> Callable[[Callable[[Connection], Awaitable[T]]], Awaitable[T]]:
    async def ask(question: Callable[[Connection], Awaitable[T]]) -> T:
        async with acquire(pool) as connection:
            return await question(connection)

    return ask


async def head(play: Play) -> bytes:
    found: bytes = await play.worker.fetchval("SELECT head FROM concertation WHERE id = $1", play.id)
    return found


async def transactions(play: Play) -> int:
    found: int = await play.worker.fetchval("SELECT count(DISTINCT xmin::text) FROM contribution")
    return found


async def test_those_that_come_at_one_moment_are_committed_together(
    play: Play, together: CommittedTogether
) -> None:
    crowd = [f"p{number}" for number in range(AT_ONCE * MOST + 3)]
    await play.launch(participants=len(crowd))
    at = await head(play)
    answers = await asyncio.gather(*(together.submit(play.submission(name), at) for name in crowd))
    receipts = [answer for answer in answers if isinstance(answer, Receipt)]
    assert [receipt.member for receipt in receipts] == crowd
    assert len({receipt.code for receipt in receipts}) == len(crowd)
    assert await transactions(play) == AT_ONCE + 1


async def test_each_of_them_is_decided_alone(play: Play, together: CommittedTogether) -> None:
    await play.launch(participants=4)
    at = await head(play)
    sent = [
        play.submission("p0"),
        play.submission("stranger"),
        play.submission("p1", themes=("nothing",)),
        play.submission("p0"),  # once more, as a client does whose connection broke
        play.submission("p0", body="Autre chose"),
        play.submission("p0", key="another"),
        play.submission("p2", college="etat"),
        play.submission("p3", body="Du texte « simple » : \\ \" ' \n\t👩🏽‍⚕️"),
    ]
    answers = await asyncio.gather(*(together.submit(one, at) for one in sent))
    codes = [answer.code if isinstance(answer, Refusal) else "receipt" for answer in answers]
    assert codes == [
        "receipt",
        Code.NOT_ADMITTED,
        Code.UNKNOWN_THEME,
        "receipt",
        Code.IDEMPOTENCY_KEY_REUSED,
        Code.ALREADY_CONTRIBUTED,
        Code.NOT_ADMITTED,
        "receipt",
    ]
    assert answers[0] == answers[3]
    kept = await play.worker.fetch("SELECT member, body FROM contribution ORDER BY member")
    assert [tuple(row) for row in kept] == [("p0", sent[0].body), ("p3", sent[-1].body)]


async def test_what_comes_together_has_the_leaf_that_it_would_have_alone(
    play: Play, together: CommittedTogether
) -> None:
    await play.launch()
    said: dict[str, Any] = {"answers": {"q": "é"}, "questionnaire": "0" * 64, "themes": ()}
    received = await together.submit(play.submission("p0", **said), await head(play))
    assert isinstance(received, Receipt)
    row = await play.worker.fetchrow(
        "SELECT contribution_leaf(c) AS leaf, c.digest, c.answers::text FROM contribution c"
    )
    assert row is not None
    assert (row["leaf"].hex(), row["digest"].hex(), row["answers"]) == (
        received.digest,
        received.digest,
        '{"q":"é"}',
    )


async def test_nothing_is_taken_once_the_ledger_has_gone_on(play: Play, together: CommittedTogether) -> None:
    await play.launch()
    before = await head(play)
    await play.close()
    with pytest.raises(NotTogether):
        await together.submit(play.submission("p0"), before)
    late = await together.submit(play.submission("p0"), await head(play))
    assert isinstance(late, Refusal)
    assert late.code == Code.CONCERTATION_OVER
    assert await play.worker.fetchval("SELECT count(*) FROM contribution") == 0


async def test_one_that_the_database_cannot_take_does_not_take_the_others_along(
    play: Play, together: CommittedTogether, database: Database, app: Pool
) -> None:
    await play.launch()
    superuser = await asyncpg.connect(database.superuser)
    await superuser.execute(
        """
        CREATE FUNCTION choke() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN IF NEW.body = 'poison' THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW; END $$;
        CREATE TRIGGER choke BEFORE INSERT ON contribution FOR EACH ROW EXECUTE FUNCTION choke();
        """
    )
    await superuser.close()
    sent = [play.submission("p0"), play.submission("p1", body="poison"), play.submission("p2")]
    at = await head(play)
    answers = await asyncio.gather(*(together.submit(one, at) for one in sent), return_exceptions=True)
    assert [type(answer) for answer in answers] == [NotTogether] * 3
    assert await play.worker.fetchval("SELECT count(*) FROM contribution") == 0
    async with acquire(app) as connection:
        assert isinstance(await submit(connection, sent[0]), Receipt)
        assert isinstance(await submit(connection, sent[2]), Receipt)


@pytest.mark.parametrize(
    "more",
    [
        {"actor": "clerk", "channel": Channel.PAPER},
        {"revises": "00000000-0000-7000-8000-000000000000"},
        {"files": ("00000000-0000-7000-8000-000000000000",)},
        {"body": ""},
        {"key": ""},
        {"stage": "\0"},
        {"concertation": "none"},
    ],
)
async def test_what_its_author_does_not_simply_send_online_goes_alone(
    play: Play, together: CommittedTogether, more: dict[str, Any]
) -> None:
    await play.launch()
    with pytest.raises(NotTogether):
        await together.submit(play.submission("p0", **more), await head(play))


async def test_everybody_who_waits_hears_that_the_database_is_gone(play: Play) -> None:
    await play.launch()
    pool = await open_pool("postgresql://x@127.0.0.1:1/x", application="tests")
    together = CommittedTogether(asking(pool))
    at = await head(play)
    answers = await asyncio.gather(
        *(together.submit(play.submission(f"p{number}"), at) for number in range(MOST + 1)),
        return_exceptions=True,
    )
    assert {type(answer) for answer in answers} == {StoreUnreachable}
    await pool.close()


async def test_who_goes_away_keeps_nobody_waiting(play: Play, together: CommittedTogether) -> None:
    await play.launch()
    at = await head(play)
    gone = asyncio.create_task(together.submit(play.submission("p0"), at))
    stays = asyncio.create_task(together.submit(play.submission("p1"), at))
    await asyncio.sleep(0)  # both have asked
    gone.cancel()
    assert isinstance(await stays, Receipt)
    # It was on its way: whoever asks again with the same key learns what became of it.
    assert isinstance(await together.submit(play.submission("p0"), at), Receipt)


async def test_a_stage_that_waits_for_a_lock_keeps_no_other_stage_waiting(
    play: Play, together: CommittedTogether, database: Database
) -> None:
    await play.launch()
    other = Play(play.worker, play.clock)
    other.seen = 0
    await other.launch(slug="autre")
    superuser = await asyncpg.connect(database.superuser)
    async with superuser.transaction():
        await superuser.execute("SELECT FROM stage WHERE concertation = $1 FOR UPDATE", play.id)
        waits = asyncio.create_task(together.submit(play.submission("p0"), await head(play)))
        assert isinstance(await together.submit(other.submission("p0"), await head(other)), Receipt)
        assert not waits.done()
    assert isinstance(await waits, Receipt)
    await superuser.close()
