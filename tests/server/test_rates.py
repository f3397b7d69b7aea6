"""Rates: held by each replica at once, and by all of them together after a settlement. Time is an argument."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import cast

import pytest
import pytest_asyncio

from domain.rights import Viewer
from server.limits.bucket import Bucket, Limit
from server.limits.callers import Callers, network_of
from server.limits.rates import SETTLED_EVERY, RateLimited, Rates, beyond
from store import allowances
from store.allowances import Spent
from store.faults import StoreUnreachable
from store.pool import Pool, open_pool
from tests.fixtures.clock import TestClock
from tests.fixtures.postgres import Database

LIMIT = Limit(rate=10.0, burst=100.0)
CALLERS = Callers(member=LIMIT, anonymous=LIMIT, signed_in=Limit(rate=1_000.0, burst=10_000.0))
ADA = Viewer(member="0190a1b2-0000-7000-8000-000000000001")


class Time:
    """The clock of all replicas of a test, which moves when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def let_through(rates: Rates, asked: int = 10_000, address: str = "192.0.2.1", viewer: Viewer = ADA) -> int:
    """Ask until it is refused; say how often it was not."""
    for number in range(asked):
        try:
            rates.charge(rates.account(viewer, address), 1.0)
        except RateLimited:
            return number
    return asked


def test_a_burst_is_let_through_at_once_and_then_the_rate() -> None:
    time = Time()
    rates = Rates(CALLERS, time)
    assert let_through(rates) == 100
    time.now += 3.0
    assert let_through(rates) == 30
    time.now += 1_000.0
    assert let_through(rates) == 100


def test_it_says_when_there_is_room_again_and_then_there_is() -> None:
    time = Time()
    rates = Rates(CALLERS, time)
    let_through(rates)
    with pytest.raises(RateLimited) as refused:
        rates.charge(rates.account(ADA, "192.0.2.1"), 25.0)
    assert refused.value.seconds == 3  # 25 points at 10 a second, rounded up
    time.now += refused.value.seconds
    rates.charge(rates.account(ADA, "192.0.2.1"), 25.0)


def test_what_is_refused_uses_nothing_of_any_key() -> None:
    rates = Rates(CALLERS, Time())
    let_through(rates)
    before = [spent for spent in rates.unsettled() if spent.key.startswith("member")]
    assert let_through(rates, 50) == 0
    assert rates.unsettled() == []
    assert {spent.points for spent in before} == {100.0}


def test_what_costs_more_than_a_burst_is_let_through_when_nothing_was_used_and_paid_afterwards() -> None:
    bucket = Bucket(LIMIT, at=0.0)
    assert bucket.wait(250.0, 0.0) == 0
    bucket.use(250.0, 0.0)
    assert bucket.wait(1.0, 0.0) == pytest.approx(15.1)


def test_a_viewer_has_a_rate_of_their_own_behind_the_address_of_many() -> None:
    rates = Rates(CALLERS, Time())
    assert let_through(rates, viewer=Viewer()) == 100
    assert let_through(rates, viewer=Viewer()) == 0
    assert let_through(rates, viewer=ADA) == 100
    assert let_through(rates, viewer=Viewer(member="0190a1b2-0000-7000-8000-000000000002")) == 100


def test_all_accounts_at_one_address_share_what_is_a_flood() -> None:
    rates = Rates(CALLERS, Time())
    passed = sum(let_through(rates, 100, viewer=Viewer(member=f"member-{n}")) for n in range(150))
    assert passed == 10_000


def test_a_network_of_48_bits_does_not_have_65536_rates() -> None:
    rates = Rates(CALLERS, Time())
    passed = sum(let_through(rates, 100, f"2001:db8:1:{n:x}::/64", Viewer()) for n in range(256))
    assert passed == 400
    assert let_through(rates, 100, "2001:db8:2::/64", Viewer()) == 100


@pytest.mark.parametrize("address", ["192.0.2.1", "testclient", ""])
def test_only_networks_of_ipv6_are_in_a_wider_one(address: str) -> None:
    assert network_of(address) is None


def test_who_is_drained_is_forgotten_and_who_is_not_stays() -> None:
    time = Time()
    rates = Rates(CALLERS, time)
    let_through(rates, 10, viewer=Viewer())
    rates.unsettled()
    time.now += 0.5
    rates.forget()
    assert let_through(rates, viewer=Viewer()) == 95
    rates.unsettled()
    time.now += 60
    rates.forget()
    assert not rates._buckets


def test_the_log_says_what_kind_of_callers_were_turned_away_and_names_none(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rates = Rates(CALLERS, Time())
    let_through(rates, viewer=Viewer())
    let_through(rates, viewer=Viewer())
    rates.forget()
    (record,) = caplog.records
    assert (record.__dict__["callers"], record.__dict__["number"]) == ("anonymous", 2)
    assert "192.0.2.1" not in str(record.__dict__)


class Replicas:
    """Some replicas of the API on one PostgreSQL."""

    def __init__(self, pool: Pool, clock: TestClock, number: int) -> None:
        self.time = Time()
        self.all = [Rates(CALLERS, self.time) for _ in range(number)]
        self._pool = pool
        self._clock = clock

    async def pass_time(self, seconds: float) -> None:
        self.time.now += seconds
        await self._clock.advance(timedelta(seconds=seconds))

    async def settle(self) -> None:
        for rates in self.all:
            await rates.settle(self._pool, 20)

    def flood(self) -> int:
        """Ask every replica until it refuses; say how many points were let through."""
        return sum(let_through(rates) for rates in self.all)


@pytest_asyncio.fixture
async def pool(database: Database) -> AsyncIterator[Pool]:
    opened = await open_pool(database.app, application="tests", statement_timeout=20, lock_timeout=20)
    yield opened
    await opened.close()


@pytest.mark.postgres
async def test_what_one_replica_let_through_is_known_to_the_others(pool: Pool, test_clock: TestClock) -> None:
    replicas = Replicas(pool, test_clock, 3)
    one, other, idle = replicas.all
    assert let_through(one, 90) == 90
    assert let_through(other, 5) == 5
    await replicas.settle()
    assert let_through(other) == pytest.approx(
        5, abs=1
    )  # 100 less 95; the clocks of a test stand still but one
    assert let_through(idle) == 100  # whoever never asked it before is not known to it
    await replicas.settle()
    assert let_through(idle) == 0


@pytest.mark.postgres
@pytest.mark.parametrize("number", [2, 4])
async def test_a_flood_of_all_replicas_at_once_stays_within_the_bound_and_is_paid_back(
    pool: Pool, test_clock: TestClock, number: int
) -> None:
    replicas = Replicas(pool, test_clock, number)
    began, passed, most = replicas.time.now, 0, 0.0
    for _ in range(120):
        passed += replicas.flood()
        elapsed = replicas.time.now - began
        most = max(most, passed - LIMIT.burst - LIMIT.rate * elapsed)
        await replicas.settle()
        await replicas.pass_time(SETTLED_EVERY)
    slack = 0.02 * passed  # the database's clock goes on while the test's own stands still
    assert most <= beyond(LIMIT, number) + slack
    # They used what several replicas gave at once, waited for it, and then had the rate of one.
    assert passed <= LIMIT.burst + beyond(LIMIT, number) + LIMIT.rate * 30 + slack
    assert passed >= LIMIT.burst + LIMIT.rate * 29 - number


def test_of_who_uses_little_nothing_is_told_until_it_adds_up() -> None:
    time = Time()
    rates = Rates(CALLERS, time)
    account = rates.stranger("192.0.2.1")
    rates.charge(account, 1.0)
    assert rates.unsettled() == []
    time.now += 10  # it has drained; but who does so again and again has more than their rate
    rates.charge(account, 1.0)
    assert rates.unsettled() == [Spent("anonymous 192.0.2.1", 2.0, 10.0)]
    assert rates.unsettled() == []


@pytest.mark.postgres
async def test_two_replicas_that_settle_the_same_callers_add_up(pool: Pool, test_clock: TestClock) -> None:
    both = [Spent(f"member {n}", 3.0, 0.001) for n in range(50)]
    async with pool.acquire() as one, pool.acquire() as other:
        await allowances.settle(one, both)
        levels = await allowances.settle(other, both[::-1])
    assert {round(level) for level in levels.values()} == {6}


@pytest.mark.postgres
async def test_what_is_drained_is_forgotten_in_postgresql_too(pool: Pool, test_clock: TestClock) -> None:
    async with pool.acquire() as connection:
        await allowances.settle(connection, [Spent("member one", 5.0, 1.0), Spent("member two", 500.0, 1.0)])
        await test_clock.advance(timedelta(seconds=10))
        assert await allowances.forget(connection) == 1
        levels = await allowances.settle(connection, [Spent("member two", 0.0, 1.0)])
        assert levels["member two"] == pytest.approx(490, abs=5)


async def test_without_postgresql_each_replica_holds_its_callers_to_the_limit(
    caplog: pytest.LogCaptureFixture,
) -> None:
    nowhere = await open_pool(
        "postgresql://nobody@127.0.0.1:1/none", application="tests", connect_timeout=0.2
    )
    time = Time()
    rates = Rates(CALLERS, time)
    assert let_through(rates) == 100
    with pytest.raises(Exception, match="PostgreSQL"):
        await rates.settle(nowhere, 0.5)
    assert let_through(rates) == 0
    time.now += 2
    assert let_through(rates) == 20
    nowhere.terminate()


async def test_that_postgresql_does_not_answer_is_said_once_and_settling_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rates, tries = Rates(CALLERS, Time()), asyncio.Semaphore(0)

    async def settle(pool: Pool, within: float) -> None:
        tries.release()
        raise StoreUnreachable

    monkeypatch.setattr("server.limits.rates.SETTLED_EVERY", 0.0)
    monkeypatch.setattr(rates, "settle", settle)
    settling = asyncio.create_task(rates.keep_settling(cast("Pool", None), 1.0))
    for _ in range(5):
        await tries.acquire()
    settling.cancel()
    assert caplog.text.count("not settled") == 1


def test_the_bound_is_what_the_others_may_let_through_before_they_are_told() -> None:
    assert beyond(LIMIT, 1) == 0
    assert math.isclose(beyond(LIMIT, 3, 0.25), 2 * (100 * 1.02 + 10 * 0.5))
    assert math.isclose(beyond(LIMIT, 2, 0.0), 102)
