"""What may be wrong with an installation besides its ledgers: what waits, what failed, what is nearly used up.

As the worker, who sees every row.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from store.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What did not go out."""

    #: Rows of the outbox that are older than was asked, and the oldest.
    stuck: int
    oldest: datetime | None
    #: Notices of this week that are given up, and what the last of them failed of.
    failed: int
    fault: str | None
    #: Until when mails wait because their server does not answer; unset: they do not.
    paused_until: datetime | None


async def waiting(connection: Connection, since: timedelta) -> Waiting:
    """Say what has waited in the outbox longer than `since`, and which notices were given up."""
    row = await connection.fetchrow(
        """
        SELECT o.stuck, o.oldest, n.failed, n.fault, d.paused_until FROM (
            SELECT count(*) AS stuck, min(o.at) AS oldest FROM outbox o
            WHERE o.delivered_at IS NULL AND o.id > (SELECT d.after_outbox FROM delivery d)
                AND o.at < instant() - $1::interval
        ) o, (
            -- What was seen a week long is not said again.
            SELECT count(*) AS failed, (array_agg(n.last_fault ORDER BY f.failed_at DESC))[1] AS fault
            FROM failed_notice f JOIN notice n ON n.id = f.notice WHERE f.failed_at > instant() - interval '7 days'
        ) n, (
            SELECT max(d.mail_paused_until) FILTER (WHERE d.mail_paused_until > instant()) AS paused_until
            FROM delivery d
        ) d
        """,
        since,
    )
    assert row is not None
    return Waiting(**dict(row))


async def machine_clock(connection: Connection) -> datetime:
    """Give the clock of PostgreSQL's machine: what `instant()` gives, wherever nothing moved that ahead."""
    at: datetime = await connection.fetchval("SELECT clock_timestamp()")
    return at


async def connections(connection: Connection) -> tuple[int, int]:
    """Give how many connections the whole server has, and how many it may have but for superusers."""
    row = await connection.fetchrow(
        """
        SELECT (SELECT sum(d.numbackends)::integer FROM pg_stat_database d) AS used,
            current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer
                - current_setting('reserved_connections')::integer AS most
        """
    )
    assert row is not None
    return row["used"], row["most"]


async def some_contents(connection: Connection, most: int) -> list[tuple[str, int]]:
    """Give the digests and sizes of so many contents that files have, any of them."""
    rows = await connection.fetch(
        """
        SELECT encode(c.digest, 'hex') AS digest, c.size FROM file_content c
        WHERE EXISTS (SELECT FROM file f WHERE f.digest = c.digest AND f.destroyed_at IS NULL)
        ORDER BY random() LIMIT $1
        """,
        most,
    )
    return [(row["digest"], row["size"]) for row in rows]
