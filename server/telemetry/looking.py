"""Tasks that look now and then: how late the event loop is, what an API reaches, how far behind the engine is."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from time import time

import asyncpg

from server.dependencies import Dependency
from server.telemetry.metrics import ApiMetrics, ProcessMetrics, WorkerMetrics
from store.faults import StoreUnreachable
from store.gauges import BY_PROGRAM, gauges
from store.pool import Pool, acquire

log = logging.getLogger(__name__)

_LAG_EVERY = 0.5
READ_EVERY = 10.0
"""Seconds between two looks into the database: one statement of each worker, however often Prometheus reads."""

AROUND_EVERY = 15.0
"""Seconds between two looks at what an API depends on."""


async def watch_the_loop(metrics: ProcessMetrics) -> None:
    """Measure how late the event loop goes on, until cancelled."""
    clock = asyncio.get_running_loop().time
    while True:
        due = clock() + _LAG_EVERY
        await asyncio.sleep(_LAG_EVERY)
        metrics.loop_lag.observe(max(0.0, clock() - due))


async def keep_looking_around(
    dependencies: Sequence[Dependency], metrics: ApiMetrics, every: float = AROUND_EVERY
) -> None:
    """Look at what the API depends on again and again, whether anybody asks /readyz or not, until cancelled."""
    while True:
        await asyncio.gather(*(one.seen() for one in dependencies))
        for one in dependencies:
            metrics.dependencies.labels(one.name).set(one.up)
        await asyncio.sleep(every)


async def keep_looking(pool: Pool, metrics: WorkerMetrics, every: float = READ_EVERY) -> None:
    """Look into the database again and again, until cancelled."""
    silent = False
    while True:
        try:
            await look(pool, metrics)
            silent = False
        except (StoreUnreachable, asyncpg.PostgresError) as fault:
            if not silent:  # said once
                log.warning("the database cannot be looked into: %s", fault)
            silent = True
        await asyncio.sleep(every)


async def look(pool: Pool, metrics: WorkerMetrics) -> None:
    """Look once.

    Raises:
        StoreUnreachable: PostgreSQL does not answer.
    """
    async with acquire(pool) as connection:
        found = await gauges(connection)
    metrics.running.set(found.running)
    metrics.overdue.set(found.overdue)
    metrics.most_overdue.set(found.most_overdue)
    metrics.sealing.set(found.sealing)
    metrics.outbox.set(found.outbox)
    metrics.outbox_age.set(found.outbox_age)
    metrics.notices.clear()
    for (channel, state), number in found.notices.items():
        metrics.notices.labels(channel, state).set(number)
    for channel in BY_PROGRAM:
        metrics.notices_failed.labels(channel).set(found.notices_failed.get(channel, 0))
    metrics.notices_late.set(found.notices_late)
    metrics.mail_paused.set(found.mail_paused)
    metrics.last_backup.set(found.last_backup)
    metrics.read_at.set(time())
