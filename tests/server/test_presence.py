"""Caps on what callers have at a time: in one replica at once, in all of them after they said so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from domain.rights import Viewer
from server.limits.callers import Caps
from server.limits.caps import Cap
from server.limits.presence import Presence
from server.limits.rates import RateLimited
from server.limits.waiting import Waiting
from store.pool import Pool, open_pool
from tests.fixtures.clock import TestClock
from tests.fixtures.postgres import Database

CAPS = [Cap("sockets of member ada", 5), Cap("sockets of signed-in 192.0.2.1", 8)]


@pytest_asyncio.fixture
async def pool(database: Database) -> AsyncIterator[Pool]:
    opened = await open_pool(database.app, application="tests", statement_timeout=20, lock_timeout=20)
    yield opened
    await opened.close()


def let_in(presence: Presence, caps: list[Cap] = CAPS) -> int:
    """Enter until it is refused; say how often it was not."""
    for number in range(100):
        try:
            presence.enter(caps)
        except RateLimited:
            return number
    return 100


def test_so_many_at_a_time_under_every_key_and_one_more_for_each_that_leaves() -> None:
    presence = Presence()
    assert let_in(presence) == 5
    assert let_in(presence, [Cap("sockets of member bob", 5), CAPS[1]]) == 3
    presence.leave(CAPS)
    assert let_in(presence) == 1
    with pytest.raises(RateLimited):
        presence.enter(CAPS)
    for _ in range(5):
        presence.leave(CAPS)
    assert let_in(presence) == 5


def test_strangers_are_counted_by_address_and_network_and_viewers_by_themselves() -> None:
    caps = Caps("sockets", 50, 500)
    assert caps.of(Viewer(), "192.0.2.1") == (Cap("sockets of anonymous 192.0.2.1", 500),)
    assert [cap.key for cap in caps.of(Viewer(), "2001:db8:1:2::/64")] == [
        "sockets of anonymous 2001:db8:1:2::/64",
        "sockets of anonymous 2001:db8:1::/48",
    ]
    assert caps.of(Viewer(member="ada"), "192.0.2.1")[0] == Cap("sockets of member ada", 50)


@pytest.mark.postgres
async def test_what_callers_have_in_one_replica_counts_in_all(pool: Pool, test_clock: TestClock) -> None:
    replicas = [Presence() for _ in range(3)]
    assert let_in(replicas[0]) == 5
    for _ in range(2):
        for presence in replicas:
            await presence.settle(pool, 20)
    assert [let_in(presence) for presence in replicas] == [0, 0, 0]
    replicas[0].leave(CAPS)
    for presence in replicas:
        await presence.settle(pool, 20)
    assert let_in(replicas[2]) == 1


@pytest.mark.postgres
async def test_asked_all_at_once_replicas_let_in_the_cap_of_each_and_then_nobody(
    pool: Pool, test_clock: TestClock
) -> None:
    replicas = [Presence() for _ in range(3)]
    assert sum(let_in(presence) for presence in replicas) == 3 * 5
    for _ in range(2):
        for presence in replicas:
            await presence.settle(pool, 20)
        assert sum(let_in(presence) for presence in replicas) == 0
    for presence in replicas[:2]:
        for _ in range(5):
            presence.leave(CAPS)
    for _ in range(2):
        for presence in replicas:
            await presence.settle(pool, 20)
    assert [let_in(presence) for presence in replicas] == [0, 0, 0]  # the third has five


@pytest.mark.postgres
async def test_a_replica_that_ended_is_forgotten(pool: Pool, test_clock: TestClock) -> None:
    ended, other = Presence(), Presence()
    assert let_in(ended) == 5
    await ended.settle(pool, 20)
    await other.settle(pool, 20)
    assert let_in(other) == 0
    await test_clock.advance(timedelta(seconds=11))
    await other.settle(pool, 20)
    assert let_in(other) == 5
    await test_clock.advance(timedelta(minutes=2))
    await other.settle(pool, 20)
    async with pool.acquire() as connection:
        rows = await connection.fetch("SELECT * FROM settle_presence(gen_random_uuid(), '{}', '{}')")
    assert {row["number"] for row in rows} == {5}


def test_of_those_who_say_nothing_the_oldest_of_the_same_address_goes_first() -> None:
    gone: list[str] = []
    waiting: Waiting[str] = Waiting(2, 4, gone.append)
    for one in ("a1", "b1", "a2", "a3"):
        waiting.enter(one[0], one)
    assert gone == ["a1"]
    waiting.leave("a", "a2")
    waiting.leave("a", "a2")
    assert len(waiting) == 2


def test_where_too_many_say_nothing_one_of_the_address_that_has_most_goes() -> None:
    gone: list[str] = []
    waiting: Waiting[str] = Waiting(10, 4, gone.append)
    for one in ("a1", "b1", "b2", "b3", "c1", "d1"):
        waiting.enter(one[0], one)
    assert gone == ["b1", "b2"]
