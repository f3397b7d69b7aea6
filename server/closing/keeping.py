"""Making the closing archives that were asked for: one after the other, each in a process of its own."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import zipfile
from collections.abc import Awaitable, Callable
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import asyncpg

from domain.closing.contents import MANIFEST
from server.embedded.programs import program
from server.errors import CommandFailed
from server.files.shelf import Shelf, ShelfFault, shelf_of
from server.settings import Settings
from store import closing_archives, files
from store.faults import StoreUnreachable
from store.pool import Pool, acquire

log = logging.getLogger(__name__)

EVERY = 2.0
"""Seconds between two looks at what is wanted."""
_LONGEST = 600.0
"""Seconds that one may take."""
_AT_ONCE = 1 << 20
_LOCK = 7_205_759_403_792_794
"""Of the advisory lock that whoever makes archives holds: one at a time, whatever the number of workers."""


Export = Callable[[Settings, str, Path], Awaitable[None]]
"""Writes the closing archive of a concertation into a file that is not there yet."""


class NotMade(Exception):
    """The process that makes an archive ended without one."""


async def keep_archives(pool: Pool, settings: Settings) -> None:
    """Make what is wanted, for ever. PostgreSQL and the place of files may come and go."""
    shelf = shelf_of(settings)
    while True:
        try:
            while await make_one(pool, settings, shelf):
                pass
        except (StoreUnreachable, asyncpg.PostgresError, CommandFailed, ShelfFault, OSError) as fault:
            log.warning("closing archives have to wait: %s", fault)
        await asyncio.sleep(EVERY)


async def make_one(pool: Pool, settings: Settings, shelf: Shelf, export: Export | None = None) -> bool:
    """Make the archive that has been waited for longest; say whether there was one, and nobody else makes one.

    `export` writes it into a file; unset: the command does, in a process of its own.
    """
    async with acquire(pool) as connection:
        if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):
            return False
        try:
            wanted = await closing_archives.wanted(connection)
            if wanted is None:
                return False
            try:
                seq, digest, size = await _made(settings, shelf, wanted.concertation, export or _export)
            except NotMade:
                log.exception("no closing archive of %s", wanted.concertation)
                await closing_archives.given_up(connection, wanted)
                return True
            await closing_archives.kept(connection, wanted, seq, digest, size)
            before = wanted.before if wanted.before != digest else None
            if before is not None and not await files.is_had(connection, before):
                await shelf.erase(before)
            return True
        finally:
            await connection.execute("SELECT pg_advisory_unlock($1)", _LOCK)


async def _made(settings: Settings, shelf: Shelf, concertation: str, export: Export) -> tuple[int, str, int]:
    """Let a process make an archive, and put it into its place; give its last event, its digest and its size."""
    incoming = settings.files_folder / "incoming"
    await asyncio.to_thread(incoming.mkdir, mode=0o700, parents=True, exist_ok=True)
    file = incoming / f"closing-{uuid4().hex}"
    try:
        await export(settings, concertation, file)
        seq, digest, size = await asyncio.to_thread(_measured, file)
        await shelf.put(digest, file)
    finally:
        file.unlink(missing_ok=True)
    return seq, digest, size


def _measured(file: Path) -> tuple[int, str, int]:
    with zipfile.ZipFile(file) as archive:
        seq = int(json.loads(archive.read(MANIFEST))["seq"])
    digest = sha256()
    with file.open("rb") as content:
        while piece := content.read(_AT_ONCE):
            digest.update(piece)
    return seq, digest.hexdigest(), file.stat().st_size


async def _export(settings: Settings, concertation: str, file: Path) -> None:
    """Run the command.

    Raises:
        NotMade: it did not come to its end.
    """
    process = await asyncio.create_subprocess_exec(
        program("concertation"),
        "export-archive",
        "--concertation",
        concertation,
        "--output",
        file,
        "--lang",
        "en",
        env={**os.environ, "WORKER_DATABASE_URL": settings.database("worker")},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(_LONGEST):
            _, said = await process.communicate()
    except TimeoutError:
        raise NotMade(f"nothing within {_LONGEST:g} s") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise NotMade(said.decode("utf-8", "replace")[-2_000:])
