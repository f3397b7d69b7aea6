"""Meeting PostgreSQL, or not meeting it."""

import asyncio
import socket
import time
from pathlib import Path

import asyncpg
import pytest

from store.faults import StoreTooSlow, StoreUnreachable, told_apart
from store.pool import acquire, open_pool
from tests.fixtures.postgres import Database

pytestmark = pytest.mark.postgres


@pytest.mark.parametrize("address", ["postgresql://x@/x?host={}", "postgresql://x@127.0.0.1:1/x"])
async def test_a_server_that_is_down_is_said_to_be_at_once(tmp_path: Path, address: str) -> None:
    pool = await open_pool(address.format(tmp_path), application="tests")
    begun = time.monotonic()
    with pytest.raises(StoreUnreachable):
        async with acquire(pool):
            pass
    assert time.monotonic() - begun < 2
    await pool.close()


async def test_a_server_that_never_answers_is_given_up_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # the kernel takes the connection, nobody reads it
        port = silent.getsockname()[1]
        pool = await open_pool(f"postgresql://x@127.0.0.1:{port}/x?sslmode=disable", application="tests")
        begun = time.monotonic()
        with pytest.raises(StoreTooSlow):
            async with acquire(pool, within=0.3):
                pass
        assert time.monotonic() - begun < 2
        pool.terminate()


async def test_a_pool_that_is_all_lent_out_is_too_slow_not_gone(database: Database) -> None:
    pool = await open_pool(database.app, application="tests", max_size=1)
    async with acquire(pool):
        with pytest.raises(StoreTooSlow):
            async with acquire(pool, within=0.05):
                pass
    await pool.close()


async def test_a_pool_recovers_by_itself_from_lost_connections(database: Database) -> None:
    pool = await open_pool(database.app, application="tests", max_size=2)
    superuser = await asyncpg.connect(database.superuser)

    async def be_cut_off() -> None:
        async with acquire(pool) as connection:
            await superuser.execute("SELECT pg_terminate_backend($1)", connection.get_server_pid())
            await connection.fetchval("SELECT 1")

    with pytest.raises(StoreUnreachable):
        await be_cut_off()
    async with acquire(pool) as connection:
        assert await connection.fetchval("SELECT 1") == 1
    await superuser.close()
    await pool.close()


async def test_a_connection_whose_loss_was_noticed_between_two_questions_is_unreachable_too(
    database: Database,
) -> None:
    pool = await open_pool(database.app, application="tests", max_size=1)
    superuser = await asyncpg.connect(database.superuser)

    async def be_cut_off_unasked() -> None:
        async with acquire(pool) as connection:
            lost = asyncio.Event()
            connection.add_termination_listener(lambda _: lost.set())
            await superuser.execute("SELECT pg_terminate_backend($1)", connection.get_server_pid())
            await asyncio.wait_for(lost.wait(), 10)
            await connection.fetchval("SELECT 1")

    with pytest.raises(StoreUnreachable):
        await be_cut_off_unasked()
    await superuser.close()
    await pool.close()


async def test_a_statement_that_lasts_is_too_slow(database: Database) -> None:
    pool = await open_pool(database.app, application="tests", statement_timeout=0.05)
    with pytest.raises(StoreTooSlow):
        async with acquire(pool) as connection:
            await connection.execute("SELECT pg_sleep(1)")
    await pool.close()


async def test_a_pool_sets_its_limits_its_name_and_utc(database: Database) -> None:
    pool = await open_pool(database.app, application="tests: limits")
    async with acquire(pool) as connection:
        assert await connection.fetchval("SHOW statement_timeout") == "2s"
        assert await connection.fetchval("SHOW lock_timeout") == "1s"
        assert await connection.fetchval("SHOW TimeZone") == "UTC"
        assert await connection.fetchval("SHOW application_name") == "tests: limits"
    await pool.close()


async def test_a_lock_that_does_not_come_is_too_slow(database: Database) -> None:
    pool = await open_pool(database.worker, application="tests", lock_timeout=0.05)
    superuser = await asyncpg.connect(database.superuser)
    async with superuser.transaction():
        await superuser.execute("LOCK TABLE concertation")
        with pytest.raises(StoreTooSlow):
            async with acquire(pool) as connection:
                await connection.fetch("SELECT * FROM concertation")
    await superuser.close()
    await pool.close()


async def test_a_transaction_left_open_is_rolled_back_when_its_connection_is_given_back(
    database: Database,
) -> None:
    pool = await open_pool(database.app, application="tests", max_size=1)

    async def forget() -> None:
        async with acquire(pool) as connection:
            await connection.execute("BEGIN")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await forget()
    async with acquire(pool) as connection:
        assert not connection.is_in_transaction()
    await pool.close()


async def test_json_travels_as_values(database: Database) -> None:
    pool = await open_pool(database.app, application="tests")
    async with acquire(pool) as connection:
        for kind in ("json", "jsonb"):
            assert await connection.fetchval(f"SELECT $1::{kind}", {"é": [1, None]}) == {"é": [1, None]}
    await pool.close()


def test_a_value_that_cannot_be_sent_is_not_the_fault_of_the_server() -> None:
    with pytest.raises(asyncpg.InterfaceError) as told, told_apart():
        raise asyncpg.exceptions._base.DataError("invalid input for query argument $1")
    assert not isinstance(told.value, StoreUnreachable)


@pytest.mark.parametrize("fault", [asyncpg.DiskFullError, asyncpg.OutOfMemoryError])
def test_a_server_whose_disk_or_memory_is_full_is_to_be_asked_again_and_is_no_bug_of_ours(
    fault: type[asyncpg.PostgresError],
) -> None:
    with pytest.raises(StoreUnreachable, match=fault.__name__), told_apart():
        raise fault("could not extend file: No space left on device")
