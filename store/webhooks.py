"""Webhooks: kept, chosen for events, claimed when they are due, settled."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from store.identifiers import parse
from store.pool import Connection
from store.sending import BACK_OFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A webhook as those who conduct the concertation see it."""

    id: str
    url: str
    #: None: all kinds.
    kinds: tuple[str, ...]
    made_at: datetime
    failing_since: datetime | None
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call in hand."""

    id: str
    webhook: str
    url: str
    secret: bytes
    concertation: str
    slug: str
    kind: str
    seq: int
    at: datetime
    body: dict[str, str]
    attempts: int
    #: What time it is.
    now: datetime
    #: It was removed or disabled since.
    off: bool


async def register(
    connection: Connection, *, id: str, concertation: str, url: str, kinds: Sequence[str], by: str
) -> bytes | bool | None:
    """Keep a webhook; give its secret, this once. `None`: it was there. `False`: another has this id."""
    secret = secrets.token_bytes(24)
    said = await connection.fetchval(
        "SELECT register_webhook($1, $2, $3, $4, $5, $6)",
        parse(id),
        parse(concertation),
        url,
        secret,
        list(kinds),
        by,
    )
    return secret if said == "fresh" else None if said == "same" else False


async def remove(connection: Connection, concertation: str, id: str) -> bool:
    """Send it nothing any more; whether there is one."""
    found: bool = await connection.fetchval("SELECT remove_webhook($1, $2)", parse(concertation), parse(id))
    return found


async def of_concertation(connection: Connection, concertation: str) -> list[Webhook]:
    """Give those that were not removed, in the order of making."""
    rows: list[Any] = await connection.fetch("SELECT * FROM webhooks_of($1)", parse(concertation))
    return [Webhook(**{**row, "id": str(row["id"]), "kinds": tuple(row["kinds"])}) for row in rows]


async def wanting(connection: Connection, outbox: Sequence[int]) -> dict[int, list[UUID]]:
    """Give the webhooks that want these events, by row of the outbox: what happened since they were made."""
    rows = await connection.fetch(
        """
        SELECT o.id, array_agg(w.id ORDER BY w.id) AS webhooks
        FROM outbox o JOIN webhook w ON w.concertation = o.concertation
        WHERE o.id = ANY ($1::bigint[]) AND o.seq IS NOT NULL AND o.at >= w.made_at
            AND w.disabled_at IS NULL AND w.removed_at IS NULL AND (w.kinds = '{}' OR o.kind = ANY (w.kinds))
        GROUP BY o.id
        """,
        list(outbox),
    )
    return {row["id"]: list(row["webhooks"]) for row in rows}


async def claim(connection: Connection, most: int) -> list[Call]:
    """Take the next calls in hand: one statement, committed before anything goes.

    What a worker that died had in hand is called again (`store.sending.take_over`), with the same id.
    """
    rows: list[Any] = await connection.fetch(
        """
        WITH due AS (
            SELECT n.id FROM notice n
            WHERE n.channel = 'webhook' AND n.state = 'waiting' AND n.next_at <= instant()
            ORDER BY n.next_at LIMIT $1 FOR UPDATE SKIP LOCKED
        ), mine AS (
            UPDATE notice n SET state = 'sending', claimed_at = instant(), attempts = n.attempts + 1
            FROM due d WHERE n.id = d.id
            RETURNING n.id, n.key, substr(n.recipient, 9)::uuid AS webhook, n.attempts
        )
        SELECT m.id, m.webhook, m.attempts, w.url, w.secret, t.concertation, c.slug, t.kind,
            (t.about ->> 'seq')::bigint AS seq, t.at, t.body, instant() AS now,
            w.disabled_at IS NOT NULL OR w.removed_at IS NOT NULL AS off
        FROM mine m JOIN webhook w ON w.id = m.webhook JOIN notice_text t ON t.key = m.key
        JOIN concertation c ON c.id = t.concertation
        """,
        most,
    )
    return [
        Call(**{**row, **{name: str(row[name]) for name in ("id", "webhook", "concertation")}})
        for row in rows
    ]


async def settle(connection: Connection, call: Call, fault: str | None) -> None:
    """Record what came of a call; after five days of failing the webhook is disabled."""
    if call.off or fault is None:
        await connection.execute(
            """
            WITH done AS (
                UPDATE notice SET state = $2, sent_at = CASE $2 WHEN 'sent' THEN instant() END, last_fault = NULL
                WHERE id = $1 AND state = 'sending'
            )
            UPDATE webhook SET failing_since = NULL WHERE id = $3 AND failing_since IS NOT NULL AND NOT $4
            """,
            parse(call.id),
            "skipped" if call.off else "sent",
            parse(call.webhook),
            call.off,
        )
        return
    last = call.attempts > len(BACK_OFF)
    await connection.execute(
        """
        WITH done AS (
            UPDATE notice SET state = $2, next_at = instant() + make_interval(mins => $3), last_fault = $4
            WHERE id = $1 AND state = 'sending'
        )
        UPDATE webhook SET failing_since = coalesce(failing_since, instant()),
            disabled_at = CASE WHEN $5 THEN coalesce(disabled_at, instant()) ELSE disabled_at END
        WHERE id = $6
        """,
        parse(call.id),
        "failed" if last else "waiting",
        BACK_OFF[min(call.attempts, len(BACK_OFF)) - 1],
        fault[:500],
        last,
        parse(call.webhook),
    )
