"""Clearing up: files that nothing refers to, contents that no file has, uploads that broke off with their process."""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from server.files.shelf import Shelf, ShelfFault
from store import file_collection
from store.pool import Connection

OLDER = timedelta(days=1)
"""What is younger is left alone: it may still be referred to."""


@dataclass(slots=True)
class Collected:
    """What was removed, or would be."""

    files: int = 0
    contents: int = 0
    leftovers: int = 0
    #: Contents whose place did not answer: they are tried again the next time.
    failed: int = 0


async def collect(
    connection: Connection, shelf: Shelf, incoming: Path, older: timedelta = OLDER, *, dry: bool = False
) -> Collected:
    """Remove what nobody needs any more; with `dry`, only count it. As the worker. Safe beside everything else.

    Raises:
        StoreFault: PostgreSQL does not answer; what was removed is removed.
    """
    done = Collected()
    while found := await file_collection.orphans(connection, older):
        if dry:
            done.files = len(found)
            break
        gone = [await file_collection.remove(connection, file, older) for file in found]
        done.files += sum(gone)
        if not any(gone):
            break
    while found := await file_collection.forsaken(connection, older):
        if dry:
            done.contents = len(found)
            break
        before = done.contents
        for digest in found:
            try:
                done.contents += await file_collection.remove_content(connection, digest, older, shelf.erase)
            except ShelfFault:
                done.failed += 1
        if done.contents == before or done.failed:
            break
    done.leftovers = await asyncio.to_thread(_clear, incoming, older, dry)
    return done


def _clear(incoming: Path, older: timedelta, dry: bool) -> int:
    """Remove uploads whose process ended before it could. By the clock of the files: no other one knows of them."""
    oldest, count = time.time() - older.total_seconds(), 0
    for file in os.scandir(incoming) if incoming.is_dir() else ():
        if file.is_file(follow_symlinks=False) and file.stat(follow_symlinks=False).st_mtime < oldest:
            count += 1
            if not dry:
                Path(file.path).unlink(missing_ok=True)
    return count
