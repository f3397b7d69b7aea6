"""Notices in the database: made from the outbox, once each. Sending them is `store.sending`.

The outbox is the source: a row is marked delivered in the transaction that writes its notices. Rows of the time before
notices (`delivery.after_outbox`) are never looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from domain.events import Event, ProcedureMigrated
from domain.noticing.audiences import is_told_to_all, members, publishes_synthesis
from domain.noticing.table import CONVENING, FIXED, NOTICES, OUTSIDE_THE_LEDGER, Audience, Rule, Theme
from domain.noticing.wording import Words, of_event, of_occasion
from domain.process import Process
from store.concertations import processes
from store.identifiers import parse
from store.known_processes import KnownProcesses
from store.pool import Connection
from store.restorations import lately_redone
from store.snapshots import read_event
from store.webhooks import wanting

AT_ONCE = 500
"""Rows of the outbox in one transaction."""
_ZONE, _HOUR = "Europe/Paris", timedelta(hours=7)
"""When bulletins go: each day at seven, on Mondays those of the week."""
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
    #: When it was to happen, where that was before: what was told before a restoration is not told again.
    due: datetime | None = None


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
        told = [row for row in rows if row["kind"] in {*NOTICES, "stage_concluded"} or row["id"] in hooks]
        for occasion in [
            *await _of_events(connection, told, known, hooks),
            *await _others(connection, told, known),
            *await _groupings(connection, told, known),
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
        WITH person AS (
            SELECT 'member/' || g.member AS recipient, coalesce(c.email, p.email) AS email,
                coalesce(c.postal_address, a.lines) AS postal,
                CASE WHEN $6 THEN 'at_once' ELSE coalesce(c.wants ->> $5, 'at_once') END AS wants
            FROM unnest($9::text[]) AS g (member)
            LEFT JOIN contact c ON c.member = g.member
            LEFT JOIN participant p ON p.concertation = $2 AND p.member = g.member
            LEFT JOIN postal_address a ON a.concertation = $2 AND a.recipient = 'member/' || g.member
            UNION ALL
            SELECT 'organisation/' || o.id, o.email, a.lines, 'at_once' FROM organisation o
            LEFT JOIN postal_address a ON a.concertation = $2 AND a.recipient = 'organisation/' || o.id
            WHERE o.id = ANY ($10::uuid[])
        ), able AS (
            SELECT d.recipient, d.wants, CASE
                WHEN d.postal IS NULL THEN 'mail'
                WHEN d.email IS NULL OR EXISTS (SELECT FROM bounce b WHERE b.email = d.email) THEN 'letter'
                ELSE 'mail' END AS channel
            FROM person d
            WHERE coalesce(d.email, d.postal) IS NOT NULL AND d.wants <> 'none'
            UNION ALL
            SELECT 'webhook/' || w, 'at_once', 'webhook' FROM unnest($13::uuid[]) AS w
        ), hour AS (
            SELECT e.wants, (date_trunc(e.unit, (instant() AT TIME ZONE $14) - $15::interval) + e.step + $15::interval)
                AT TIME ZONE $14 AS hour
            FROM (VALUES ('daily', 'day', interval '1 day'), ('weekly', 'week', interval '7 days'))
                AS e (wants, unit, step)
        ), said AS (
            INSERT INTO notice_text (key, concertation, kind, about, theme, fixed, subject, body, path, at)
            SELECT $1, $2, $3, $4, $5, $6, $7, $8, $11, $12 WHERE EXISTS (SELECT FROM able)
            ON CONFLICT DO NOTHING
        ), told AS (
            INSERT INTO notice (id, key, recipient, channel, state, at, next_at, last_fault)
            SELECT encode(
                    substr(sha256(convert_to(concat_ws(chr(31), $1, a.recipient, a.channel), 'UTF8')), 1, 16), 'hex'
                )::uuid, $1, a.recipient, a.channel,
                CASE WHEN s.was_told THEN 'failed' WHEN h.hour IS NULL THEN 'waiting' ELSE 'bundled' END,
                $12, coalesce(h.hour, instant()), CASE WHEN s.was_told THEN 'restored: it may have gone already' END
            FROM able a LEFT JOIN hour h ON h.wants = a.wants AND a.channel = 'mail'
            CROSS JOIN LATERAL (
                SELECT a.channel = 'mail' AND NOT $4::jsonb ? 'invitation'
                    AND EXISTS (SELECT FROM restoration r WHERE r.lost_at >= $16) AS was_told
            ) AS s
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
        _ZONE,
        _HOUR,
        occasion.due or occasion.at,
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
    dues = await lately_redone(connection, [row["concertation"] for row in wanted])
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
                members=await _members(connection, NOTICES.get(row["kind"], _UNTOLD), event, process),
                webhooks=hooks.get(row["id"], ()),
                about={"seq": row["seq"]} | _called_to(event),
                due=dues.get((row["concertation"], row["seq"])),
            )
        )
        if isinstance(event.fact, ProcedureMigrated):
            due = dues.get((row["concertation"], row["seq"]))
            occasions += await _invitations_closed(connection, event, process, due)
        if publishes_synthesis(event, process):
            occasions.append(
                Occasion(
                    key=f"event/{process.id}/{row['seq']}/synthesis",
                    concertation=process.id,
                    kind="synthesis_published",
                    at=event.at,
                    words=of_occasion("synthesis_published", process, event.stage),
                    members=await _members(connection, NOTICES["synthesis_published"], event, process),
                    due=dues.get((row["concertation"], row["seq"])),
                )
            )
    return occasions


async def _invitations_closed(
    connection: Connection, event: Event, process: Process, due: datetime | None
) -> list[Occasion]:
    """Those who were invited to stages that were taken out: once for each stage, whatever is migrated later."""
    gone = process.removed or {}
    found = await connection.fetch(
        """
        SELECT i.stage, i.round, array_agg(i.member) FILTER (WHERE i.member IS NOT NULL) AS members,
            array_agg(i.organisation) FILTER (WHERE i.organisation IS NOT NULL) AS organisations
        FROM invitation i JOIN unnest($2::text[], $3::integer[]) AS g (stage, round) USING (stage, round)
        WHERE i.concertation = $1 AND i.declined_at IS NULL GROUP BY 1, 2 ORDER BY 1, 2
        """,
        parse(process.id),
        list(gone),
        [one.run.round for one in gone.values()],
    )
    kind = "invitation_closed"
    return [
        Occasion(
            key=f"{kind}/{process.id}/{row['round']}/{row['stage']}",
            concertation=process.id,
            kind=kind,
            at=event.at,
            words=of_occasion(kind, process, row["stage"]),
            members=members(NOTICES[kind].to, event, process, row["members"] or ()),
            organisations=row["organisations"] or (),
            due=due,
        )
        for row in found
    ]


async def _members(connection: Connection, rule: Rule, event: Event, process: Process) -> list[str]:
    if Audience.CONTRIBUTORS not in rule.to or not is_told_to_all(event, process):
        return members(rule.to, event, process)
    rows = await connection.fetch(
        """
        SELECT t.member FROM contact t
        WHERE (t.email IS NOT NULL OR t.postal_address IS NOT NULL) AND EXISTS (
            SELECT FROM contribution c
            WHERE c.concertation = $1 AND c.member = t.member AND c.withdrawn_at IS NULL AND c.superseded_at IS NULL)
        """,
        parse(process.id),
    )
    return members(rule.to, event, process, (row["member"] for row in rows))


def _called_to(event: Event) -> dict[str, str]:
    """Name what an event convenes to, or no more: whoever is called gets an entry for their calendar."""
    if event.fact.kind not in CONVENING:
        return {}
    named = {name: getattr(event.fact, name, None) for name in ("hearing", "meeting")}
    return {name: id for name, id in named.items() if isinstance(id, str)}


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
        WHERE o.id = ANY ($1::bigint[]) AND (coalesce(t.email, p.email, t.postal_address) IS NOT NULL OR EXISTS (
            SELECT FROM postal_address a WHERE a.concertation = c.concertation AND a.recipient = 'member/' || c.member))
        UNION ALL
        SELECT o.id, i.member, i.organisation, i.stage, NULL, i.id
        FROM outbox o JOIN invitation i ON i.id = (o.payload ->> 'invitation')::uuid
        WHERE o.id = ANY ($1::bigint[]) AND i.accepted_at IS NULL AND i.declined_at IS NULL
            AND NOT stage_removed(i.concertation, i.round, i.stage)
        ORDER BY 1
        """,
        list(wanted),
    )
    known_by_id = await _processes(connection, [wanted[row["id"]] for row in found], known)
    return [_occasion(wanted[row["id"]], row, known_by_id) for row in found]


async def _groupings(connection: Connection, rows: Sequence[Any], known: KnownProcesses) -> list[Occasion]:
    """Groupings, for all the authors whose contributions they bring together."""
    wanted = {row["id"]: row for row in rows if row["kind"] == "contributions_grouped"}
    if not wanted:
        return []
    found = await connection.fetch(
        """
        SELECT o.id, g.stage, o.payload ->> 'act' AS act, array_agg(DISTINCT p.author ORDER BY p.author) AS authors
        FROM outbox o JOIN contribution_group g ON g.id = (o.payload ->> 'grouping')::uuid
        JOIN grouping_part p ON p.grouping = g.id
        WHERE o.id = ANY ($1::bigint[]) GROUP BY 1, 2, 3 ORDER BY 1
        """,
        list(wanted),
    )
    known_by_id = await _processes(connection, [wanted[row["id"]] for row in found], known)
    return [
        Occasion(
            key=f"outbox/{row['id']}",
            concertation=process.id,
            kind="contributions_grouped",
            at=wanted[row["id"]]["at"],
            words=of_occasion(f"contributions_grouped.{row['act']}", process, row["stage"]),
            members=row["authors"],
        )
        for row in found
        for process in [known_by_id[str(wanted[row["id"]]["concertation"])]]
    ]


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
