"""Sweeping regularly, by whichever worker comes first: the audit, sessions that ended, keys of drafts."""

import asyncio
import logging

import asyncpg

from server.settings import Settings
from store import audit, drafts, sessions
from store.faults import StoreUnreachable
from store.pool import Pool, acquire

log = logging.getLogger(__name__)


async def keep_sweeping(pool: Pool, settings: Settings) -> None:
    """Remove what is old now, then as often as the settings say. Never returns; PostgreSQL may come and go."""
    while True:
        try:
            async with acquire(pool) as connection:
                swept = await audit.sweep(connection, settings.audit_days)
                while await sessions.sweep(connection) >= sessions.SWEPT_AT_ONCE:
                    pass
                while await drafts.sweep(connection) >= drafts.SWEPT_AT_ONCE:
                    pass
            if swept:
                log.info("removed %d rows of the audit, older than %d days", swept, settings.audit_days)
        except (StoreUnreachable, asyncpg.PostgresError) as fault:
            log.warning("sweeping has to wait: %s", fault)
        await asyncio.sleep(settings.collect_every)
