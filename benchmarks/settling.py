"""Puts a crowd into a database: rows by COPY, indexes and counters once at the end, as a restore does.

Terms and measures are those that the triggers of contribution give, row by row. Only the counting is left for the end,
where `recount_contributions` does it; tests/store/test_crowd.py shows that nothing differs from what came one by one.
"""

from __future__ import annotations

import asyncio
import os
import resource
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from time import perf_counter

import asyncpg

from benchmarks.crowd import COLUMNS, Crowd
from benchmarks.progress import say

AT_ONCE = 10_000
"""Contributions that one COPY brings, and one process holds the sentences for."""


async def settle(superuser: str, crowd: Crowd, at_once: int = AT_ONCE) -> None:
    """Put all contributions of the crowd into their stage, through as many connections as there are processors."""
    start = perf_counter()
    connection = await asyncpg.connect(superuser, server_settings=_MAKING)
    try:
        rebuild = await _take_away_indexes(connection)
        await connection.execute("ALTER TABLE contribution DISABLE TRIGGER contribution_is_counted")
        await _copy_all(superuser, crowd, at_once)
        await connection.execute("ALTER TABLE contribution ENABLE TRIGGER contribution_is_counted")
        copied = perf_counter()
        for statement in rebuild:
            await connection.execute(statement)
        indexed = perf_counter()
        for statement in (_ORGANISATIONS, _MEASURES):
            await connection.execute(statement, crowd.concertation, crowd.stage)
        await connection.execute("SELECT recount_contributions($1, 1, $2)", crowd.concertation, crowd.stage)
        await connection.execute("VACUUM (ANALYZE) contribution")
        await connection.execute("CHECKPOINT")  # what is measured next writes nothing of this
    finally:
        await connection.close()
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    say(
        f"{crowd.of:,} contributions made in {perf_counter() - start:.0f} s ({crowd.of / (copied - start):,.0f} a "
        f"second, then indexes {indexed - copied:.0f} s, counters and statistics {perf_counter() - indexed:.0f} s); "
        f"{memory} MB in each process that makes them"
    )


_MAKING = {"maintenance_work_mem": "1GB", "max_parallel_maintenance_workers": "2", "work_mem": "256MB"}

_MEASURES = """
    INSERT INTO measure (id, concertation, round, stage, contribution, reason, hidden_at, hidden_by, appeal_until,
        reports, urgent)
    SELECT c.measure, c.concertation, c.round, c.stage, c.id, 'insult', c.hidden_at, 'moderation',
        c.hidden_at + interval '15 days', 0, false
    FROM contribution c
    WHERE c.concertation = $1 AND c.round = 1 AND c.stage = $2 AND c.measure IS NOT NULL
"""

_ORGANISATIONS = """
    INSERT INTO organisation (id, concertation, name, sort_name, kind, college, registered_by, registered_at,
        updated_at)
    SELECT DISTINCT ON (1) c.organisation::uuid, c.concertation, 'Organisme ' || left(c.organisation, 13),
        'organisme ' || left(c.organisation, 13), 'association', c.college, 'coordination', c.submitted_at,
        c.submitted_at
    FROM contribution c
    WHERE c.concertation = $1 AND c.round = 1 AND c.stage = $2 AND c.organisation IS NOT NULL
    ORDER BY 1, c.id
    ON CONFLICT DO NOTHING
"""


async def _take_away_indexes(connection: asyncpg.Connection[asyncpg.Record]) -> list[str]:
    """Drop the indexes of contribution but that of its ids, and give the statements that make them again."""
    rows = await connection.fetch(
        """
        SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS index,
            c.conname AS constraint_name, pg_get_constraintdef(c.oid) AS definition
        FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.conrelid = i.indrelid
        WHERE i.indrelid = 'contribution'::regclass AND NOT i.indisprimary
        """
    )
    rebuild = []
    for row in rows:
        if row["constraint_name"] is None:
            await connection.execute(f"DROP INDEX {row['name']}")
            rebuild.append(row["index"])
        else:
            await connection.execute(f"ALTER TABLE contribution DROP CONSTRAINT {row['constraint_name']}")
            rebuild.append(
                f"ALTER TABLE contribution ADD CONSTRAINT {row['constraint_name']} {row['definition']}"
            )
    return rebuild


async def _copy_all(superuser: str, crowd: Crowd, at_once: int) -> None:
    parts = [range(start, min(start + at_once, crowd.of)) for start in range(0, crowd.of, at_once)]
    loop, start = asyncio.get_running_loop(), perf_counter()
    # Made anew: what is forked takes threads and memory of who measures with it.
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as processes:
        jobs = [loop.run_in_executor(processes, _copy, superuser, crowd, p.start, p.stop) for p in parts]
        for done, job in enumerate(asyncio.as_completed(jobs), 1):
            await job
            if done % 20 == 0:
                say(f"{done * at_once:,} contributions of {crowd.of:,} after {perf_counter() - start:.0f} s")


def _copy(superuser: str, crowd: Crowd, first: int, last: int) -> None:
    async def copy() -> None:
        connection = await asyncpg.connect(superuser, server_settings={"synchronous_commit": "off"})
        try:
            await connection.copy_records_to_table(
                "contribution", records=crowd.rows(first, last), columns=COLUMNS
            )
        finally:
            await connection.close()

    asyncio.run(copy())
