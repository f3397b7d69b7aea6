"""What the database says of how far behind the engine is, in one bounded statement: for whoever watches it."""

from __future__ import annotations

from dataclasses import dataclass

from store.pool import Connection

MOST = 10_000
"""Rows are counted up to so many: more is as bad, and takes longer."""

BY_PROGRAM = ("mail", "webhook")
"""The ways that no person is needed for: what goes by them can fail for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauges:
    """Seconds and counts, by `instant()`."""

    #: Concertations that are not over, and those of them whose deadline has passed and is not recorded yet.
    running: int
    overdue: int
    #: For how long the oldest of these has been due.
    most_overdue: float
    #: Stages that are closed and being sealed.
    sealing: int
    #: Rows of the outbox that nobody was told of yet, and the age of the oldest.
    outbox: int
    outbox_age: float
    #: Notices not at their end, by way (`mail`, `letter`, `webhook`) and state (`waiting`, `bundled`, `sending`).
    notices: dict[tuple[str, str], int]
    #: Notices given up within the last day and not sent again since, by way.
    notices_failed: dict[str, int]
    #: For how long the first notice has been due that is to be sent by a program: letters wait for people.
    notices_late: float
    #: Whether the mail server is given a rest, since it did not answer.
    mail_paused: bool
    #: The instant that the last whole backup is of, in seconds since 1970; 0 where there was none.
    last_backup: float


async def gauges(connection: Connection) -> Gauges:
    """Read them."""
    row = await connection.fetchrow(
        """
        SELECT
            (SELECT count(*) FROM concertation c WHERE NOT c.is_over) AS running,
            (SELECT count(*) FROM concertation c WHERE NOT c.is_over AND c.next_deadline < instant()) AS overdue,
            (SELECT extract(epoch FROM instant() - min(c.next_deadline))::float8 FROM concertation c
             WHERE NOT c.is_over AND c.next_deadline < instant()) AS most_overdue,
            (SELECT count(*) FROM stage s WHERE s.state = 'sealing' AND NOT s.is_over) AS sealing,
            (SELECT count(*) FROM (
                SELECT FROM outbox o WHERE o.delivered_at IS NULL AND o.id > d.after_outbox LIMIT $1) few) AS outbox,
            (SELECT extract(epoch FROM instant() - o.at)::float8 FROM outbox o
             WHERE o.delivered_at IS NULL AND o.id > d.after_outbox ORDER BY o.id LIMIT 1) AS outbox_age,
            (SELECT extract(epoch FROM instant() - min(n.next_at))::float8 FROM notice n
             WHERE n.state = 'waiting' AND n.channel IN ('mail', 'webhook') AND n.next_at < instant()) AS late,
            coalesce(d.mail_paused_until > instant(), false) AS paused,
            coalesce(extract(epoch FROM last_backup())::float8, 0) AS last_backup,
            (SELECT json_agg(json_build_array(counted.channel, counted.state, counted.number)) FROM (
                SELECT few.channel, few.state, count(*) AS number FROM (
                    (SELECT n.channel, n.state FROM notice n WHERE n.state = 'waiting' LIMIT $1)
                    UNION ALL
                    (SELECT n.channel, n.state FROM notice n WHERE n.state = 'bundled' AND n.bulletin IS NULL LIMIT $1)
                    UNION ALL
                    (SELECT n.channel, n.state FROM notice n WHERE n.state = 'sending' LIMIT $1)
                ) few GROUP BY few.channel, few.state) counted) AS notices,
            (SELECT json_object_agg(counted.channel, counted.number) FROM (
                SELECT few.channel, count(*) AS number FROM (
                    SELECT f.channel FROM failed_notice f WHERE f.failed_at > instant() - interval '1 day' LIMIT $1
                ) few GROUP BY few.channel) counted) AS notices_failed
        FROM delivery d
        """,
        MOST,
    )
    assert row is not None
    return Gauges(
        running=row["running"],
        overdue=row["overdue"],
        most_overdue=max(0.0, row["most_overdue"] or 0.0),
        sealing=row["sealing"],
        outbox=row["outbox"],
        outbox_age=max(0.0, row["outbox_age"] or 0.0),
        notices={(channel, state): number for channel, state, number in row["notices"] or ()},
        notices_failed=row["notices_failed"] or {},
        notices_late=max(0.0, row["late"] or 0.0),
        mail_paused=row["paused"],
        last_backup=row["last_backup"],
    )
