"""Notices in the database: made from the outbox, once each. Sending them is `store.sending`.

The outbox is the source: a row is marked delivered in the transaction that writes its notices. Rows of the time before
notices (`delivery.after_outbox`) are never looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.noticing.audiences import members
from domain.noticing.table import FIXED, NOTICES, OUTSIDE_THE_LEDGER, Rule, Theme
from domain.noticing.wording import Words, of_event, of_occasion
from domain.process import Process
from store.concertations import processes
from store.identifiers import parse
from store.known_processes import KnownProcesses
from store.pool import Connection
from store.snapshots import read_event
from store.webhooks import wanting

AT_ONCE = 500
"""Rows of the outbox in one transaction."""
_UNTOLD = Rule(Theme.PROGRESS, ())
"""What webhooks alone are told of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What notices are of: their key, their words, and whom to tell, members and organisations."""

    key: str
    concertation: str
    kind: str
    at: datetime
    words: Words
    members: Sequence[str] = ()
    organisations: Sequence[UUID] = ()
    webhooks: Sequence[UUID] = ()
    about: Mapping[str, Any] | None = None


async def fan_out(connection: Connection, known: KnownProcesses, most: int = AT_ONCE) -> int:
    """Write the notices of the next rows of the outbox, in one transaction; say how many rows there were.

    Several may do it at once: each takes rows of its own. Rows that others hold are left to them.
    """
    async with connection.transaction():
        rows = await connection.fetch(
            """
            SELECT o.id, o.concertation, o.seq, o.kind, o.payload, o.at FROM outbox o
            WHERE o.delivered_at IS NULL AND o.id > (SELECT d.after_outbox FROM delivery d)
            ORDER BY o.id LIMIT $1 FOR UPDATE SKIP LOCKED
            """,
            most,
        )
        hooks = await wanting(connection, [row["id"] for row in rows])
        told = [row for row in rows if row["kind"] in NOTICES or row["id"] in hooks]
        for occasion in [
            *await _of_events(connection, told, known, hooks),
            *await _others(connection, told, known),
        ]:
            await write(connection, occasion)
        if rows:
            await connection.execute(
                "UPDATE outbox SET delivered_at = instant() WHERE id = ANY ($1::bigint[])",
                [row["id"] for row in rows],
            )
        return len(rows)


async def write(connection: Connection, occasion: Occasion) -> int:
    """Write the notices of an occasion, for those who have an address and want them; say how many are new."""
    rule = NOTICES.get(occasion.kind, _UNTOLD)
    written: int = await connection.fetchval(
        """
        WITH able AS (
            SELECT 'member/' || g.member AS recipient, 'mail' AS channel
            FROM unnest($9::text[]) AS g (member)
            LEFT JOIN contact c ON c.member = g.member
            LEFT JOIN participant p ON p.concertation = $2 AND p.member = g.member
            WHERE coalesce(c.email, p.email) IS NOT NULL AND ($6 OR coalesce(c.wants ->> $5, 'at_once') <> 'none')
            UNION
            SELECT 'organisation/' || o.id, 'mail' FROM organisation o
            WHERE o.id = ANY ($10::uuid[]) AND o.email IS NOT NULL
            UNION
            SELECT 'webhook/' || w, 'webhook' FROM unnest($13::uuid[]) AS w
        ), said AS (
            INSERT INTO notice_text (key, concertation, kind, about, theme, fixed, subject, body, path, at)
            SELECT $1, $2, $3, $4, $5, $6, $7, $8, $11, $12 WHERE EXISTS (SELECT FROM able)
            ON CONFLICT DO NOTHING
        ), told AS (
            INSERT INTO notice (id, key, recipient, channel, state, at, next_at)
            SELECT encode(
                    substr(sha256(convert_to(concat_ws(chr(31), $1, a.recipient, a.channel), 'UTF8')), 1, 16), 'hex'
                )::uuid, $1, a.recipient, a.channel, 'waiting', $12, instant()
            FROM able a
            ON CONFLICT DO NOTHING
            RETURNING 1
        )
        SELECT count(*) FROM told
        """,
        occasion.key,
        parse(occasion.concertation),
        occasion.kind,
        dict(occasion.about or {}),
        rule.theme.value,
        rule.theme in FIXED,
        occasion.words.subject,
        occasion.words.body,
        list(occasion.members),
        list(occasion.organisations),
        occasion.words.path,
        occasion.at,
        list(occasion.webhooks),
    )
    return written


async def _of_events(
    connection: Connection, rows: Sequence[Any], known: KnownProcesses, hooks: Mapping[int, Sequence[UUID]]
) -> list[Occasion]:
    wanted = [row for row in rows if row["kind"] not in OUTSIDE_THE_LEDGER]
    if not wanted:
        return []
    found = await connection.fetch(
        """
        SELECT l.concertation, l.seq, l.content FROM ledger l
        JOIN unnest($1::uuid[], $2::bigint[]) AS g (concertation, seq) USING (concertation, seq)
        """,
        [row["concertation"] for row in wanted],
        [row["seq"] for row in wanted],
    )
    contents = {(row["concertation"], row["seq"]): row["content"] for row in found}
    known_by_id = await _processes(connection, wanted, known)
    occasions = []
    for row in wanted:
        process = known_by_id[str(row["concertation"])]
        event = read_event(contents[row["concertation"], row["seq"]])
        occasions.append(
            Occasion(
                key=f"event/{process.id}/{row['seq']}",
                concertation=process.id,
                kind=row["kind"],
                at=event.at,
                words=of_event(event, process),
                members=members(NOTICES.get(row["kind"], _UNTOLD).to, event, process),
                webhooks=hooks.get(row["id"], ()),
                about={"seq": row["seq"]},
            )
        )
    return occasions


async def _others(connection: Connection, rows: Sequence[Any], known: KnownProcesses) -> list[Occasion]:
    """Contributions, for authors whose address is known; invitations. Most contributions tell nobody."""
    wanted = {row["id"]: row for row in rows if row["kind"] in OUTSIDE_THE_LEDGER}
    if not wanted:
        return []
    found = await connection.fetch(
        """
        SELECT o.id, c.member, NULL::uuid AS organisation, c.stage, c.receipt, NULL::uuid AS invitation
        FROM outbox o JOIN contribution c ON c.id = (o.payload ->> 'contribution')::uuid
        LEFT JOIN contact t ON t.member = c.member
        LEFT JOIN participant p ON p.concertation = c.concertation AND p.member = c.member
        WHERE o.id = ANY ($1::bigint[]) AND coalesce(t.email, p.email) IS NOT NULL
        UNION ALL
        SELECT o.id, i.member, i.organisation, i.stage, NULL, i.id
        FROM outbox o JOIN invitation i ON i.id = (o.payload ->> 'invitation')::uuid
        WHERE o.id = ANY ($1::bigint[]) AND i.accepted_at IS NULL AND i.declined_at IS NULL
        ORDER BY 1
        """,
        list(wanted),
    )
    known_by_id = await _processes(connection, [wanted[row["id"]] for row in found], known)
    return [_occasion(wanted[row["id"]], row, known_by_id) for row in found]


def _occasion(row: Any, found: Any, known_by_id: Mapping[str, Process]) -> Occasion:
    process = known_by_id[str(row["concertation"])]
    invitation = found["invitation"]
    return Occasion(
        key=f"outbox/{row['id']}",
        concertation=process.id,
        kind=row["kind"],
        at=row["at"],
        words=of_occasion(row["kind"], process, found["stage"], receipt=found["receipt"]),
        members=[found["member"]] if found["member"] else [],
        organisations=[found["organisation"]] if found["organisation"] else [],
        about={"invitation": str(invitation)} if invitation else {},
    )


async def _processes(
    connection: Connection, rows: Sequence[Any], known: KnownProcesses
) -> dict[str, Process]:
    ids = sorted({str(row["concertation"]) for row in rows})
    return {key: read.process for key, read in (await processes(connection, ids, known)).items()}
