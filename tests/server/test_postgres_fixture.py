"""What tests are given: databases of their own, on which the one clock can be moved."""

from datetime import timedelta

import asyncpg
import pytest

from server.provisioning import Role
from tests.fixtures.clock import TestClock
from tests.fixtures.postgres import Database

pytestmark = pytest.mark.postgres


@pytest.mark.parametrize("role", ["app", "worker", "owner"])
async def test_a_test_connects_as_the_role_it_asks_for(database: Database, role: str) -> None:
    connection = await asyncpg.connect(getattr(database, role))
    try:
        assert await connection.fetchval("SELECT current_user") == Role[role.upper()]
    finally:
        await connection.close()


@pytest.mark.parametrize("role", ["app", "worker"])
async def test_every_role_sees_the_clock_move(database: Database, test_clock: TestClock, role: str) -> None:
    connection = await asyncpg.connect(getattr(database, role))
    try:
        before = await connection.fetchval("SELECT instant()")
        await test_clock.advance(timedelta(days=365))
        after = await connection.fetchval("SELECT instant()")
    finally:
        await connection.close()
    assert timedelta(days=365) <= after - before < timedelta(days=365, minutes=1)


async def test_the_clock_goes_to_an_instant_and_never_back(test_clock: TestClock) -> None:
    start = await test_clock.now()
    goal = start + timedelta(days=10)
    assert goal <= await test_clock.reach(goal)
    assert goal <= await test_clock.reach(start)
