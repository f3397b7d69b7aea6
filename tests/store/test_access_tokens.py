"""Personal access tokens in the store: shown once, kept by digest, ended by time or by their owner."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from uuid import uuid4

import asyncpg
import pytest

from domain.access_tokens import MOST_LIVE, digest_of
from domain.refusals import Code, Refusal
from domain.rights import Reach
from store import access_tokens
from store.clock import instant
from store.pool import Pool, acquire
from tests.fixtures.clock import TestClock
from tests.fixtures.postgres import Database

pytestmark = pytest.mark.postgres
DAY = timedelta(days=1)
BOTH = frozenset({Reach.READ, Reach.CONTRIBUTE})
OWNER, OTHER = "3d0f5d0e-0000-4000-8000-000000000001", "3d0f5d0e-0000-4000-8000-000000000002"


async def create(
    app: Pool, *, id: str | None = None, expires_at: datetime | None = None, name: str = "Tableur"
) -> str | Refusal | None:
    async with acquire(app) as connection:
        return await access_tokens.create(
            connection,
            id=id or str(uuid4()),
            member=OWNER,
            name=name,
            reaches=[Reach.CONTRIBUTE],
            expires_at=expires_at or await instant(connection) + 30 * DAY,
        )


async def use(app: Pool, token: str | Refusal | None) -> access_tokens.Use | None:
    assert isinstance(token, str)
    digest = digest_of(token)
    assert digest is not None
    async with acquire(app) as connection:
        return await access_tokens.use(connection, digest)


async def listed(app: Pool, member: str = OWNER) -> list[access_tokens.AccessToken]:
    async with acquire(app) as connection:
        return await access_tokens.of_member(connection, member)


async def test_a_token_is_shown_once_and_kept_by_digest_alone(app: Pool, database: Database) -> None:
    id = str(uuid4())
    async with acquire(app) as connection:
        until = await instant(connection) + DAY
    token = await create(app, id=id, expires_at=until)
    assert isinstance(token, str)
    assert await create(app, id=id, expires_at=until) is None
    reused = await create(app, id=id, expires_at=until, name="Autre chose")
    assert isinstance(reused, Refusal)
    assert reused.code is Code.IDEMPOTENCY_KEY_REUSED
    connection = await asyncpg.connect(database.superuser)
    try:
        row = await connection.fetchrow("SELECT t.*, t::text AS text FROM access_token t")
    finally:
        await connection.close()
    assert row is not None
    assert row["digest"] == sha256(token.encode()).digest()
    assert token not in row["text"]
    assert token[17:60] not in row["text"]
    (one,) = await listed(app)
    assert (one.id, one.name, one.reaches) == (id, "Tableur", BOTH)
    assert one.expires_at - one.made_at <= DAY
    assert await listed(app, OTHER) == []


async def test_a_token_speaks_for_its_owner_and_its_use_is_written_once_a_minute(
    app: Pool, test_clock: TestClock
) -> None:
    token = await create(app)
    assert (await listed(app))[0].last_used_at is None
    found = await use(app, token)
    assert found is not None
    assert (found.member, found.reaches) == (OWNER, BOTH)
    assert 29 * DAY.total_seconds() < found.seconds_left <= 30 * DAY.total_seconds()
    first = (await listed(app))[0].last_used_at
    assert first is not None
    await use(app, token)
    assert (await listed(app))[0].last_used_at == first
    await test_clock.advance(timedelta(seconds=61))
    await use(app, token)
    later = (await listed(app))[0].last_used_at
    assert later is not None
    assert later - first >= timedelta(seconds=61)


async def test_a_token_ends_with_its_time(app: Pool, test_clock: TestClock) -> None:
    token = await create(app)
    await test_clock.advance(30 * DAY)
    assert await use(app, token) is None
    assert await listed(app) == []


async def test_its_owner_alone_revokes_a_token_for_ever(app: Pool) -> None:
    id = str(uuid4())
    token = await create(app, id=id)
    async with acquire(app) as connection:
        assert not await access_tokens.revoke(connection, OTHER, id)
        assert await use(app, token) is not None
        assert [await access_tokens.revoke(connection, OWNER, id) for _ in range(2)] == [True, True]
        assert not await access_tokens.revoke(connection, OWNER, str(uuid4()))
    assert await use(app, token) is None
    assert await listed(app) == []
    assert await create(app, id=id) != token


@pytest.mark.parametrize("days", [-1, 0, 367, 10_000])
async def test_a_token_lives_a_year_at_most(app: Pool, days: int) -> None:
    async with acquire(app) as connection:
        refused = await create(app, expires_at=await instant(connection) + days * DAY)
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.path) == (Code.TOKEN_LIFE_REFUSED, ("expires_at",))
    assert await listed(app) == []


async def test_so_many_tokens_of_a_member_work_and_an_ended_one_makes_room(app: Pool) -> None:
    id = str(uuid4())
    await create(app, id=id)
    for _ in range(MOST_LIVE - 1):
        assert isinstance(await create(app), str)
    refused = await create(app)
    assert isinstance(refused, Refusal)
    assert refused.code is Code.TOO_MANY_TOKENS
    async with acquire(app) as connection:
        await access_tokens.revoke(connection, OWNER, id)
    assert isinstance(await create(app), str)


@pytest.mark.parametrize("statement", ["SELECT * FROM access_token", "DELETE FROM access_token"])
async def test_the_application_touches_tokens_through_functions_alone(app: Pool, statement: str) -> None:
    async with acquire(app) as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
