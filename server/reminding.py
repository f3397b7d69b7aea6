"""Reminders on their set days: written by whichever worker looks first, and made up for when none ran on the day."""

import asyncio
import logging

import asyncpg

from store.faults import StoreUnreachable
from store.follow_up import remind_due
from store.pool import Pool, acquire

log = logging.getLogger(__name__)


async def keep_reminding(pool: Pool, every: float) -> None:
    """Write what is due now, then every so many seconds. Never returns; PostgreSQL may come and go."""
    while True:
        try:
            async with acquire(pool) as connection:
                written = await remind_due(connection)
            if written:
                log.info("wrote %d reminders", written)
        except (StoreUnreachable, asyncpg.PostgresError) as fault:
            log.warning("reminders have to wait: %s", fault)
        await asyncio.sleep(every)
