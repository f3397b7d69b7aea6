"""Bulletins: notices of themes that somebody wants once a day or once a week, bundled into one when its hour has come.

One for each recipient and concertation. It is a notice itself, sent like any other.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from domain.noticing.table import BULLETIN
from domain.noticing.wording import Words, of_bulletin
from store.concertations import processes
from store.known_processes import KnownProcesses
from store.pool import Connection
from store.sending import LOCK

AT_ONCE = 200
"""Bulletins of one transaction."""


async def bundle(connection: Connection, known: KnownProcesses) -> int:
    """Write the bulletins whose hour has come; say how many. One worker at a time: none is in two."""
    async with connection.transaction():
        if not await connection.fetchval("SELECT pg_try_advisory_xact_lock($1, 0)", LOCK):
            return 0
        rows = await _due(connection)
        if not rows:
            return 0
        ids = sorted({str(row["concertation"]) for row in rows})
        by_id = await processes(connection, ids, known)
        for row in rows:
            process = by_id[str(row["concertation"])].process
            await _write(
                connection,
                row,
                of_bulletin(process, row["now"], list(zip(row["ats"], row["bodies"], strict=True))),
            )
        return len(rows)


async def _due(connection: Connection) -> list[Any]:
    """Give what is to be bundled, by recipient and concertation; what was switched off meanwhile is skipped."""
    due: bool = await connection.fetchval(
        """
        SELECT EXISTS (
            SELECT FROM notice n WHERE n.state = 'bundled' AND n.bulletin IS NULL AND n.next_at <= instant()
        )
        """
    )
    if not due:
        return []
    await connection.execute(
        """
        UPDATE notice n SET state = 'skipped', last_fault = 'switched off' FROM notice_text t, contact c
        WHERE n.state = 'bundled' AND n.bulletin IS NULL AND n.next_at <= instant() AND t.key = n.key
            AND c.member = substr(n.recipient, 8) AND c.wants ->> t.theme = 'none'
        """
    )
    rows: list[Any] = await connection.fetch(
        """
        SELECT n.recipient, t.concertation, instant() AS now, array_agg(n.id ORDER BY n.at, n.id) AS ids,
            array_agg(n.at ORDER BY n.at, n.id) AS ats, array_agg(t.body ORDER BY n.at, n.id) AS bodies
        FROM notice n JOIN notice_text t ON t.key = n.key
        WHERE n.state = 'bundled' AND n.bulletin IS NULL AND n.next_at <= instant()
        GROUP BY 1, 2 ORDER BY 1, 2 LIMIT $1
        """,
        AT_ONCE,
    )
    return rows


async def _write(connection: Connection, row: Any, words: Words) -> None:
    at: datetime = row["now"]
    id = uuid4()
    await connection.execute(
        """
        WITH said AS (
            INSERT INTO notice_text (key, concertation, kind, theme, fixed, subject, body, path, at)
            VALUES ($1, $2, $9, $9, false, $3, $4, $5, $6) RETURNING key
        )
        INSERT INTO notice (id, key, recipient, channel, state, at, next_at)
        SELECT $7, s.key, $8, 'mail', 'waiting', $6, $6 FROM said s
        """,
        f"bulletin/{id}",
        row["concertation"],
        words.subject,
        words.body,
        words.path,
        at,
        id,
        row["recipient"],
        BULLETIN,
    )
    await connection.execute("UPDATE notice SET bulletin = $1 WHERE id = ANY ($2::uuid[])", id, row["ids"])
