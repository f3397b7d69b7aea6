"""Migrations give way to the traffic: one that waits for a lock is ended before those behind it are turned away.

PostgreSQL serves locks in order. While a migration waits for a reader to end, all who come later wait behind the
migration, readers too. So it may wait for a moment only; then it is cancelled, and tried again later.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import asyncpg

log = logging.getLogger(__name__)

#: Longest wait of a migration for a lock, in seconds. Requests wait 1.5 s, so those behind it are still served.
LONGEST_WAIT = 1.0
#: How often its locks are looked at, in seconds.
_EVERY = 0.2

_WAITING = """
SELECT l.pid, CASE WHEN l.relation IS NULL THEN l.locktype ELSE l.relation::regclass::text END AS wanted, (
    SELECT string_agg(format('%s (%s, %s)', b.pid, coalesce(nullif(b.application_name, ''), b.usename), b.state), ', ')
    FROM pg_stat_activity b WHERE b.pid = ANY (pg_blocking_pids(l.pid))
) AS holders
FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE NOT l.granted AND l.locktype <> 'advisory' AND a.datname = current_database() AND a.application_name = $1
"""


@dataclass(slots=True)
class Waits:
    """What was seen of one run."""

    #: What the run was ended for, as people read it; empty while it never waited too long.
    ended_for: list[str] = field(default_factory=list)


@asynccontextmanager
async def giving_way(owner: str, application: str, longest: float = LONGEST_WAIT) -> AsyncIterator[Waits]:
    """Watch the connections named `application` in the block, and end what waits longer than so many seconds.

    Locks that processes which migrate take from one another are not meant: nobody else stands behind those. Without
    a connection to watch through nothing is ended; each file has its own `lock_timeout`, too.
    """
    waits = Waits()
    watching = asyncio.create_task(_watch(owner, application, longest, waits), name="giving way")
    try:
        yield waits
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


async def _watch(owner: str, application: str, longest: float, waits: Waits) -> None:
    try:
        connection = await asyncpg.connect(
            owner, server_settings={"application_name": f"{application}: watch"}
        )
    except (OSError, asyncpg.PostgresError, TimeoutError) as fault:
        log.warning("nobody watches what the migration waits for: %s", type(fault).__name__)
        return
    try:
        await _look(connection, application, longest, waits)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as fault:
        log.warning("nobody watches any more what the migration waits for: %s", type(fault).__name__)
    finally:
        connection.terminate()


async def _look(
    connection: "asyncpg.Connection[asyncpg.Record]", application: str, longest: float, waits: Waits
) -> None:
    loop = asyncio.get_running_loop()
    since: dict[int, float] = {}
    while True:
        rows = await connection.fetch(_WAITING, application)
        since = {row["pid"]: since.get(row["pid"], loop.time()) for row in rows}
        for row in rows:
            if loop.time() - since[row["pid"]] >= longest:
                waits.ended_for.append(f"{row['wanted']}, held by {row['holders'] or 'nobody any more'}")
                await connection.execute("SELECT pg_cancel_backend($1)", row["pid"])
                del since[row["pid"]]
        await asyncio.sleep(_EVERY)
