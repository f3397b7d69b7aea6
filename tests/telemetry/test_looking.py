"""What the worker reads from the database for whoever watches."""

import asyncio
import inspect
from datetime import timedelta

import pytest

from server.dependencies import Dependency, Wrong
from server.telemetry.looking import keep_looking_around, look
from server.telemetry.metrics import ApiMetrics, WorkerMetrics
from store.gauges import gauges
from store.pool import acquire, open_pool
from tests.fixtures.clock import TestClock
from tests.fixtures.postgres import Database
from tests.store.conftest import app, play, worker
from tests.store.stage import Play

__all__ = ["app", "play", "worker"]
pytestmark = pytest.mark.postgres


async def test_it_says_how_far_behind_the_engine_is(
    database: Database, play: Play, test_clock: TestClock
) -> None:
    pool = await open_pool(database.worker, application="tests")
    async with acquire(pool) as connection:
        empty = await gauges(connection)
    assert (empty.overdue, empty.most_overdue, empty.notices) == (0, 0.0, {})
    await play.launch()
    deadline = await pool.fetchval("SELECT next_deadline FROM concertation")
    await test_clock.reach(deadline + timedelta(seconds=90))
    await pool.execute("UPDATE delivery SET mail_paused_until = instant() + interval '1 minute'")
    metrics = WorkerMetrics()
    await look(pool, metrics)
    value = metrics.registry.get_sample_value
    assert value("concertation_running") == 1
    assert value("concertation_overdue") == 1
    assert value("concertation_overdue_seconds") == pytest.approx(90, abs=5)
    assert (value("concertation_outbox_rows") or 0) > 1
    assert (value("concertation_outbox_age_seconds") or 0) > 90
    assert value("concertation_mail_paused") == 1
    await pool.close()


async def test_it_looks_at_indexes_alone_where_tables_grow(database: Database, play: Play) -> None:
    pool = await open_pool(database.worker, application="tests")
    async with pool.acquire() as connection:
        await connection.execute("SET enable_seqscan = off")
        source = inspect.getsource(gauges)
        sql = source.split('"""')[3]
        plan = "\n".join(row[0] for row in await connection.fetch(f"EXPLAIN {sql.replace('$1', '10000')}"))
    for table in ("outbox", "notice"):
        assert f"Seq Scan on {table}" not in plan, plan
    await pool.close()


async def test_it_tells_of_each_dependency_though_nobody_asks_readyz() -> None:
    looks = asyncio.Queue[bool]()
    well = True

    async def look() -> None:
        looks.put_nowait(well)
        if not well:
            raise Wrong("no such bucket")

    metrics = ApiMetrics()
    dependencies = [Dependency("bucket", look, fresh=0)]
    task = asyncio.create_task(keep_looking_around(dependencies, metrics, every=0))
    for well, told in ((True, 1), (False, 0), (True, 1)):
        while await looks.get() is not well:
            pass
        await looks.get()  # it has come around once more: what was seen before is told
        assert (
            metrics.registry.get_sample_value("concertation_dependency_up", {"dependency": "bucket"}) == told
        )
    task.cancel()
