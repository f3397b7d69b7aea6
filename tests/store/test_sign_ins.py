"""Sign-ins on their way: taken once, in the browser and from the provider that they began with, in time."""

from __future__ import annotations

import asyncio
import secrets
from datetime import timedelta
from hashlib import sha256

import asyncpg
import pytest

from store import sign_ins
from store.clock import instant
from store.pool import Pool, acquire
from store.sign_ins import WITHIN, Missed, SignIn
from tests.fixtures.clock import TestClock
from tests.fixtures.postgres import Database

pytestmark = pytest.mark.postgres


def fresh() -> bytes:
    return sha256(secrets.token_bytes(32)).digest()


BROWSER, NONCE = fresh(), fresh()


async def begin(app: Pool) -> bytes:
    state = fresh()
    async with acquire(app) as connection:
        await sign_ins.begin(
            connection, state, browser=BROWSER, provider="p", nonce=NONCE, verifier="v", next="/next"
        )
    return state


async def take(app: Pool, state: bytes, browser: bytes = BROWSER, provider: str = "p") -> SignIn | Missed:
    async with acquire(app) as connection:
        return await sign_ins.take(connection, state, browser, provider)


async def test_a_sign_in_is_taken_once_however_many_come_back(app: Pool) -> None:
    state = await begin(app)
    found = await asyncio.gather(*(take(app, state) for _ in range(8)))
    assert found.count(SignIn(nonce=NONCE, verifier="v", next="/next")) == 1
    assert found.count(Missed.UNKNOWN) == 7


async def test_another_browser_does_not_take_it_and_it_waits_for_its_own(app: Pool) -> None:
    state = await begin(app)
    assert await take(app, state, fresh()) is Missed.FOREIGN
    assert isinstance(await take(app, state), SignIn)


async def test_nobody_comes_back_from_another_provider(app: Pool) -> None:
    state = await begin(app)
    assert await take(app, state, provider="q") is Missed.UNKNOWN


async def test_whoever_is_late_is_told_so(app: Pool, test_clock: TestClock) -> None:
    state = await begin(app)
    await test_clock.advance(WITHIN)
    assert await take(app, state) is Missed.LATE
    assert await take(app, state) is Missed.UNKNOWN


async def test_what_nobody_came_back_from_is_forgotten(
    app: Pool, database: Database, test_clock: TestClock
) -> None:
    for _ in range(3):
        await begin(app)
    await test_clock.advance(timedelta(hours=2))
    await begin(app)
    connection = await asyncpg.connect(database.superuser)
    try:
        assert await connection.fetchval("SELECT count(*) FROM sign_in") == 1
    finally:
        await connection.close()


async def test_a_link_is_used_once(app: Pool, test_clock: TestClock) -> None:
    async def use(digest: bytes) -> bool:
        async with acquire(app) as connection:
            until = await instant(connection) + timedelta(hours=1)
            return await sign_ins.use_link(connection, digest, until)

    digest = fresh()
    assert (await asyncio.gather(*(use(digest) for _ in range(5)))).count(True) == 1
    await test_clock.advance(timedelta(minutes=90))
    assert not await use(digest)
    assert await use(fresh())
