"""Clearing up files regularly: done by whichever worker comes first, safe beside the others and the command."""

import asyncio
import logging

import asyncpg

from server.errors import CommandFailed
from server.files.collecting import collect
from server.files.shelf import shelf_of
from server.settings import Settings
from store.faults import StoreUnreachable
from store.pool import Pool, acquire

log = logging.getLogger(__name__)


async def keep_collecting(pool: Pool, settings: Settings) -> None:
    """Remove now what nothing refers to, then as often as the settings say. Never returns.

    PostgreSQL and the place of files may come and go. A worker that does not see the folder where files are kept
    leaves them alone: it would forget contents that it cannot erase.
    """
    while True:
        try:
            await _collect_once(pool, settings)
        except (StoreUnreachable, asyncpg.PostgresError, CommandFailed, OSError) as fault:
            log.warning("clearing up files has to wait: %s", fault)
        await asyncio.sleep(settings.collect_every)


async def _collect_once(pool: Pool, settings: Settings) -> None:
    if settings.s3_bucket is None and not settings.files_folder.is_dir():
        log.info("no files are kept in %s, nothing is cleared up", settings.files_folder)
        return
    async with acquire(pool) as connection:
        done = await collect(connection, shelf_of(settings), settings.files_folder / "incoming")
    if done.files or done.contents or done.leftovers:
        log.info(
            "removed %d files, %d contents, %d broken uploads", done.files, done.contents, done.leftovers
        )
    if done.failed:
        log.warning("%d contents could not be removed: their place does not answer", done.failed)
