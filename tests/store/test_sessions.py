"""Browser sessions in the store: kept by digest, renewed, ended by time, by their owner, by whoever stole them."""

from __future__ import annotations

import asyncio
import secrets
from datetime import timedelta
from hashlib import sha256
from typing import Any

import asyncpg
import pytest

from domain.rights import PlatformRole
from store import accounts, sessions, sign_ins
from store.clock import instant
from store.pool import Pool, acquire
from store.sessions import GRACE, MOST, Terms, Use
from tests.fixtures.clock import TestClock
from tests.fixtures.postgres import Database

pytestmark = pytest.mark.postgres
OWNER, OTHER = "3d0f5d0e-0000-4000-8000-000000000001", "3d0f5d0e-0000-4000-8000-000000000002"
TERMS = Terms(idle=timedelta(hours=2), life=timedelta(hours=12), renew=timedelta(minutes=30))
SECOND = timedelta(seconds=1)


def fresh() -> bytes:
    return sha256(secrets.token_bytes(32)).digest()


async def begin(app: Pool, digest: bytes, member: str = OWNER, **given: Any) -> str:
    async with acquire(app) as connection:
        return await sessions.begin(connection, digest, TERMS, member=member, provider="proconnect", **given)


async def use(app: Pool, digest: bytes) -> Use | None:
    async with acquire(app) as connection:
        return await sessions.use(connection, digest, TERMS)


async def renew(app: Pool, digest: bytes, new: bytes) -> bool:
    async with acquire(app) as connection:
        return await sessions.renew(connection, digest, new, TERMS)


async def listed(app: Pool, member: str = OWNER) -> list[str]:
    async with acquire(app) as connection:
        return [session.id for session in await sessions.of_member(connection, member)]


async def test_a_session_opens_to_its_secret_alone(app: Pool) -> None:
    digest = fresh()
    id = await begin(app, digest, siret="13002526500013", platform_roles=("operator",))
    found = await use(app, digest)
    assert found is not None
    assert (found.id, found.member, found.provider, found.siret, found.platform_roles, found.due) == (
        id, OWNER, "proconnect", "13002526500013", ("operator",), False,
    )  # fmt: skip
    assert found.seconds_left == pytest.approx(7200, abs=5)
    assert await use(app, fresh()) is None
    assert await listed(app) == [id]
    assert await listed(app, OTHER) == []


async def test_it_ends_when_nobody_uses_it_and_in_any_case_after_its_life(
    app: Pool, test_clock: TestClock
) -> None:
    left, used = fresh(), fresh()
    await begin(app, left)
    await begin(app, used)
    for _ in range(11):
        await test_clock.advance(timedelta(minutes=65))
        assert await use(app, used) is not None
    assert await use(app, left) is None
    await test_clock.advance(timedelta(minutes=6))
    assert await use(app, used) is None
    assert await listed(app) == []


async def test_to_look_whether_it_lives_is_no_use(app: Pool, test_clock: TestClock) -> None:
    digest = fresh()
    id = await begin(app, digest)
    await test_clock.advance(timedelta(minutes=119))
    async with acquire(app) as connection:
        found = await sessions.life(connection, id)
        assert found is not None
        assert found.seconds_left < 61
    await test_clock.advance(timedelta(minutes=1))
    async with acquire(app) as connection:
        assert await sessions.life(connection, id) is None
    assert await use(app, digest) is None


async def test_its_secret_is_replaced_once_however_many_ask(app: Pool, test_clock: TestClock) -> None:
    digest = fresh()
    await begin(app, digest)
    assert not await renew(app, digest, fresh())
    await test_clock.advance(timedelta(minutes=30))
    found = await use(app, digest)
    assert found is not None
    assert found.due
    asked = [fresh() for _ in range(8)]
    done = await asyncio.gather(*(renew(app, digest, new) for new in asked))
    assert done.count(True) == 1
    new = asked[done.index(True)]
    for secret in (digest, new):
        found = await use(app, secret)
        assert found is not None
        assert not found.due


async def test_a_secret_that_was_replaced_serves_requests_on_their_way_and_then_gives_the_thief_away(
    app: Pool, test_clock: TestClock
) -> None:
    digest, new = fresh(), fresh()
    await begin(app, digest)
    await test_clock.advance(timedelta(minutes=30))
    assert await renew(app, digest, new)
    assert await use(app, new) is not None
    await test_clock.advance(GRACE - SECOND)
    assert await use(app, digest) is not None
    await test_clock.advance(2 * SECOND)
    assert await use(app, digest) is None
    assert await use(app, new) is None, "one of the two is not the owner, and nobody knows which"


async def test_a_secret_whose_successor_was_lost_on_its_way_is_replaced_again(
    app: Pool, test_clock: TestClock
) -> None:
    digest, lost, new = fresh(), fresh(), fresh()
    await begin(app, digest)
    await test_clock.advance(timedelta(minutes=30))
    assert await renew(app, digest, lost)
    assert not await renew(app, digest, new), "it may only be late"
    await test_clock.advance(GRACE)
    found = await use(app, digest)
    assert found is not None
    assert found.due
    assert await renew(app, digest, new)
    assert await use(app, new) is not None
    assert await use(app, lost) is None


async def test_signing_out_gives_what_the_provider_wants_to_see_once(app: Pool) -> None:
    digest = fresh()
    await begin(app, digest, id_token="a.b.c")
    async with acquire(app) as connection:
        ended = await sessions.sign_out(connection, digest)
        assert ended is not None
        assert (ended.member, ended.provider, ended.id_token) == (OWNER, "proconnect", "a.b.c")
        assert await sessions.sign_out(connection, digest) is None
    assert await use(app, digest) is None


async def test_nothing_is_left_of_a_session_that_ended(
    app: Pool, database: Database, test_clock: TestClock
) -> None:
    for _ in range(3):
        await begin(app, fresh(), id_token="a.b.c")
    await test_clock.advance(timedelta(hours=3))
    await begin(app, fresh())
    connection = await asyncpg.connect(database.superuser)
    try:
        assert await connection.fetchval("SELECT count(*) FROM browser_session") == 1
        assert await connection.fetchval("SELECT count(*) FROM browser_session WHERE id_token <> ''") == 0
    finally:
        await connection.close()


async def test_the_worker_removes_what_is_over_though_nobody_signs_in(
    app: Pool, worker: Pool, database: Database, test_clock: TestClock
) -> None:
    await begin(app, fresh(), id_token="a.b.c")
    async with acquire(app) as connection:
        given: dict[str, Any] = {
            "browser": fresh(),
            "provider": "p",
            "nonce": fresh(),
            "verifier": "v",
            "next": "/",
        }
        await sign_ins.begin(connection, fresh(), **given)
        await sign_ins.use_link(connection, fresh(), await instant(connection) + timedelta(minutes=1))
    async with acquire(worker) as connection:
        assert await sessions.sweep(connection) == 0
        await test_clock.advance(timedelta(hours=3))
        assert await sessions.sweep(connection) == 3
        assert await sessions.sweep(connection) == 0
    superuser = await asyncpg.connect(database.superuser)
    try:
        for table in ("browser_session", "sign_in", "sign_in_link"):
            assert await superuser.fetchval(f"SELECT count(*) FROM {table}") == 0
    finally:
        await superuser.close()


async def test_signing_in_ends_the_session_that_the_browser_had_and_no_other(app: Pool) -> None:
    before, elsewhere, after = fresh(), fresh(), fresh()
    await begin(app, before)
    await begin(app, elsewhere)
    await begin(app, after, OTHER, instead_of=before)
    assert [await use(app, digest) is not None for digest in (before, elsewhere, after)] == [
        False,
        True,
        True,
    ]


async def test_a_member_ends_their_own_sessions_and_nobody_elses(app: Pool) -> None:
    digests = [fresh() for _ in range(3)]
    ids = [await begin(app, digest) for digest in digests]
    foreign = fresh()
    other = await begin(app, foreign, OTHER)
    async with acquire(app) as connection:
        assert not await sessions.end(connection, OWNER, other)
        assert await sessions.end(connection, OWNER, ids[0])
        assert await sessions.end_others(connection, OWNER, ids[1]) == 1
        assert await listed(app) == [ids[1]]
        assert await sessions.end_others(connection, OWNER, None) == 1
    assert await use(app, foreign) is not None


async def test_of_too_many_sessions_the_oldest_ends(app: Pool) -> None:
    ids = [await begin(app, fresh()) for _ in range(MOST + 1)]
    assert await listed(app) == ids[1:]


async def test_roles_on_the_platform_are_those_of_this_moment(app: Pool, worker: Pool) -> None:
    digest = fresh()
    id = await begin(app, digest)
    async with acquire(worker) as connection:
        await accounts.grant(connection, OWNER, PlatformRole.COORDINATOR)
    found = await use(app, digest)
    assert found is not None
    assert found.platform_roles == ("coordinator",)
    async with acquire(app) as connection:
        live = await sessions.life(connection, id)
        assert live is not None
        assert live.platform_roles == ("coordinator",)


@pytest.mark.parametrize("role", ["app", "worker"])
async def test_nobody_reads_the_table(database: Database, role: str) -> None:
    connection = await asyncpg.connect(getattr(database, role))
    try:
        for table in ("browser_session", "sign_in", "sign_in_link"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.fetch(f"SELECT * FROM {table}")
    finally:
        await connection.close()
