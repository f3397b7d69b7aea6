"""How many statements the API sends to PostgreSQL for one request: counted in PostgreSQL's own log."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg

from benchmarks.stack import Stack

_SAID = re.compile(r"\[(\d+)\] LOG: +(?:statement|execute [^:]*):")
_TRIES = 200


class Statements:
    """What the roles of the API said since the last look."""

    def __init__(self, owner: asyncpg.Connection[asyncpg.Record], log: Path) -> None:
        """Look at the log from its end on."""
        self._owner = owner
        self._log = log
        self._at = log.stat().st_size

    async def count(self) -> int:
        """Count the statements of the API since the last time."""
        rows = await self._owner.fetch("SELECT pid FROM pg_stat_activity WHERE usename = 'concertation_app'")
        pids = {str(row["pid"]) for row in rows}
        said = await self._read()
        return sum(found.group(1) in pids for line in said.splitlines() if (found := _SAID.search(line)))

    async def _read(self) -> str:
        """Give the log up to here: what stands in it before a word that we have just said."""
        word = uuid4().hex
        await self._owner.execute(f"SELECT '{word}'")
        for _ in range(_TRIES):
            written = self._log.read_bytes()[self._at :]
            if word.encode() in written:
                self._at += len(written)
                return written.decode(errors="replace")
            await asyncio.sleep(0.01)
        raise RuntimeError(f"{self._log} does not say what PostgreSQL was asked")


@asynccontextmanager
async def statements(stack: Stack) -> AsyncIterator[Statements]:
    """Let PostgreSQL log every statement for the length of the block."""
    owner = await asyncpg.connect(stack.superuser)
    try:
        await _log(owner, "all")
        counted = Statements(owner, stack.data_dir / "logs" / "postgres.log")
        await counted.count()
        yield counted
    finally:
        await _log(owner, "none")
        await owner.close()


async def _log(owner: asyncpg.Connection[asyncpg.Record], what: str) -> None:
    await owner.execute(f"ALTER SYSTEM SET log_statement = '{what}'")
    await owner.execute("SELECT pg_reload_conf()")
    for _ in range(_TRIES):
        if await owner.fetchval("SHOW log_statement") == what:
            return
        await asyncio.sleep(0.01)
    raise RuntimeError("PostgreSQL does not read its settings again")
