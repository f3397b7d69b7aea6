"""Sweeping the audit regularly: what is older than an operator keeps it, by whichever worker comes first."""

import asyncio
import logging

import asyncpg

from server.settings import Settings
from store import audit
from store.faults import StoreUnreachable
from store.pool import Pool, acquire

log = logging.getLogger(__name__)


async def keep_sweeping(pool: Pool, settings: Settings) -> None:
    """Remove what is old now, then as often as the settings say. Never returns; PostgreSQL may come and go."""
    while True:
        try:
            async with acquire(pool) as connection:
                swept = await audit.sweep(connection, settings.audit_days)
            if swept:
                log.info("removed %d rows of the audit, older than %d days", swept, settings.audit_days)
        except (StoreUnreachable, asyncpg.PostgresError) as fault:
            log.warning("sweeping the audit has to wait: %s", fault)
        await asyncio.sleep(settings.collect_every)
