"""Notices on their way: claimed by a sending process before they go, settled after; what is due, what rests.

A process holds the advisory lock (24, its run) for as long as it lives. Only where nobody holds it, and a mail in hand
would have ended long ago, may others take what it had.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from store.identifiers import parse
from store.pool import Connection

LOCK = 24
"""The first half of the advisory lock of a run."""
BACK_OFF = (1, 5, 30, 120, 240, 480, 720, 1440, 1440, 1440, 1440)
"""Minutes before each new attempt: five days in all, as RFC 5321 (4.5.4.1) asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A notice in hand, with where to send it as of now."""

    id: str
    #: Unset: it is about the address of its recipient.
    concertation: str | None
    #: `member/<id>` or `organisation/<uuid>`.
    recipient: str
    #: Unset: there is none any more, or a server refused it for good.
    address: str | None
    language: str
    subject: dict[str, str]
    body: dict[str, str]
    path: str
    theme: str
    fixed: bool
    at: datetime
    attempts: int
    #: The invitation that it brings a code for.
    invitation: str | None
    #: The address that it asks to confirm.
    confirms: str | None
    #: The hearing that it is about, where it brings an entry for a calendar.
    hearing: str | None
    #: The meeting of the council, likewise.
    meeting: str | None

    @property
    def member(self) -> str | None:
        """The member that it is for; unset for an organisation."""
        kind, _, key = self.recipient.partition("/")
        return key if kind == "member" else None


async def new_run(connection: Connection) -> int:
    """Number a sending process."""
    run: int = await connection.fetchval("SELECT nextval('delivery_run')")
    return run


async def live(connection: Connection, run: int) -> None:
    """Say that the process lives, for as long as this connection does."""
    await connection.execute("SELECT pg_advisory_lock($1, $2)", LOCK, run)


async def any_due(connection: Connection) -> bool:
    """Say whether a mail is to be sent now."""
    due: bool = await connection.fetchval(
        """
        SELECT EXISTS (
            SELECT FROM notice n WHERE n.state = 'waiting' AND n.channel = 'mail' AND n.next_at <= instant()
        ) AND NOT EXISTS (SELECT FROM delivery d WHERE d.mail_paused_until > instant())
        """
    )
    return due


async def claim(connection: Connection, run: int, most: int) -> list[Claimed]:
    """Take the next mails in hand, so that nobody else sends them: one statement, committed before anything goes."""
    rows = await connection.fetch(
        """
        WITH due AS (
            SELECT n.id FROM notice n
            WHERE n.state = 'waiting' AND n.channel = 'mail' AND n.next_at <= instant()
                AND NOT EXISTS (SELECT FROM delivery d WHERE d.mail_paused_until > instant())
            ORDER BY n.next_at LIMIT $2 FOR UPDATE SKIP LOCKED
        ), mine AS (
            UPDATE notice n SET state = 'sending', run = $1, claimed_at = instant(), attempts = n.attempts + 1
            FROM due d WHERE n.id = d.id
            RETURNING n.id, n.key, n.recipient, n.attempts,
                CASE WHEN n.recipient LIKE 'member/%' THEN substr(n.recipient, 8) END AS member,
                CASE WHEN n.recipient LIKE 'organisation/%' THEN substr(n.recipient, 14)::uuid END AS organisation
        )
        SELECT m.id, m.recipient, m.attempts, t.concertation, t.subject, t.body, t.path, t.theme, t.fixed, t.at,
            t.about ->> 'invitation' AS invitation, t.about ->> 'confirms' AS confirms,
            t.about ->> 'hearing' AS hearing, t.about ->> 'meeting' AS meeting,
            coalesce(c.language, 'fr') AS language, CASE
                WHEN t.about ? 'confirms' THEN CASE WHEN c.wanted_email = t.about ->> 'confirms' THEN c.wanted_email END
                WHEN NOT EXISTS (SELECT FROM bounce b WHERE b.email = coalesce(c.email, p.email, o.email))
                THEN coalesce(c.email, p.email, o.email)
            END AS address
        FROM mine m JOIN notice_text t ON t.key = m.key
        LEFT JOIN contact c ON c.member = m.member
        LEFT JOIN participant p ON p.concertation = t.concertation AND p.member = m.member
        LEFT JOIN organisation o ON o.id = m.organisation
        """,
        run,
        most,
    )
    return [
        Claimed(
            **{
                **row,
                "id": str(row["id"]),
                "concertation": str(row["concertation"]) if row["concertation"] else None,
            }
        )
        for row in rows
    ]


async def sent(connection: Connection, ids: Sequence[str]) -> None:
    """Settle mails that the server has taken, whoever has them in hand by now."""
    await connection.execute(
        """
        UPDATE notice SET state = 'sent', sent_at = instant(), last_fault = NULL, run = NULL
        WHERE id = ANY ($1::uuid[]) AND state <> 'sent'
        """,
        [UUID(id) for id in ids],
    )


async def put_off(connection: Connection, claimed: Claimed, fault: str) -> None:
    """Let a mail wait for its next attempt, longer each time; after five days it has failed."""
    last = claimed.attempts > len(BACK_OFF)
    minutes = BACK_OFF[min(claimed.attempts, len(BACK_OFF)) - 1]
    await connection.execute(
        """
        UPDATE notice SET state = $3, next_at = instant() + make_interval(mins => $2), last_fault = $4, run = NULL
        WHERE id = $1 AND state = 'sending'
        """,
        parse(claimed.id),
        minutes,
        "failed" if last else "waiting",
        fault[:500],
    )


async def give_up(connection: Connection, claimed: Claimed, fault: str, *, bounced: bool = False) -> None:
    """Record that a mail cannot go; `bounced`: nor can any other to this address, whoever gave it.

    Who has a postal address gets a letter instead, where there is nowhere to send the mail to.
    """
    if bounced:
        await connection.execute(
            "INSERT INTO bounce (email, at) VALUES ($1, instant()) ON CONFLICT DO NOTHING", claimed.address
        )
    by_letter = (bounced or claimed.address is None) and claimed.concertation is not None
    await connection.execute(
        """
        WITH postal AS (
            SELECT $3 AND (
                EXISTS (SELECT FROM contact c WHERE 'member/' || c.member = $4 AND c.postal_address IS NOT NULL)
                OR EXISTS (SELECT FROM postal_address a WHERE a.concertation = $5 AND a.recipient = $4)
            ) AS known
        )
        UPDATE notice SET state = CASE WHEN p.known THEN 'waiting' ELSE 'failed' END,
            channel = CASE WHEN p.known THEN 'letter' ELSE channel END, last_fault = $2, run = NULL
        FROM postal p WHERE id = $1 AND state = 'sending'
        """,
        parse(claimed.id),
        fault[:500],
        by_letter,
        claimed.recipient,
        parse(claimed.concertation) if claimed.concertation else None,
    )


async def skip(connection: Connection, claimed: Claimed, why: str) -> None:
    """Record that a mail is not needed any more."""
    await connection.execute(
        "UPDATE notice SET state = 'skipped', last_fault = $2, run = NULL WHERE id = $1 AND state = 'sending'",
        parse(claimed.id),
        why[:500],
    )


async def skip_all(connection: Connection) -> None:
    """Where no mail is ever sent: record so of all that wait, lest a server that comes later brings old news."""
    await connection.execute(
        """
        UPDATE notice SET state = 'skipped', last_fault = 'no mail server'
        WHERE state = 'waiting' AND channel = 'mail'
        """
    )


async def give_back(connection: Connection, ids: Sequence[str]) -> None:
    """Let others send mails that were taken in hand and not begun."""
    await connection.execute(
        """
        UPDATE notice SET state = 'waiting', attempts = attempts - 1, next_at = instant(), run = NULL
        WHERE id = ANY ($1::uuid[]) AND state = 'sending'
        """,
        [UUID(id) for id in ids],
    )


async def rest(connection: Connection, fault: str) -> None:
    """Leave the mail server alone for a while, longer each time, up to a quarter of an hour: no mail counts it."""
    await connection.execute(
        """
        UPDATE delivery SET mail_failures = mail_failures + 1, mail_fault = $1,
            mail_paused_until = instant()
                + least(interval '15 minutes', interval '5 seconds' * 2 ^ least(mail_failures, 10))
        """,
        fault[:500],
    )


async def well(connection: Connection) -> None:
    """The mail server answers."""
    await connection.execute(
        "UPDATE delivery SET mail_failures = 0, mail_paused_until = NULL, mail_fault = NULL WHERE mail_failures > 0"
    )


async def take_over(connection: Connection, ended: int | None = None) -> int:
    """Let what a sending process left in hand be sent again; say how many there were.

    Of the run `ended`, at once; of others, when they hold no lock and a mail in hand would long have ended.
    """
    rows: list[Any] = await connection.fetch(
        """
        UPDATE notice n SET state = 'waiting', next_at = instant(), run = NULL
        WHERE n.state = 'sending' AND (n.run = $1 OR (
            n.claimed_at < instant() - interval '15 minutes' AND NOT EXISTS (
                SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.classid = $2 AND l.objid = n.run::oid)))
        RETURNING n.id
        """,
        ended,
        LOCK,
    )
    return len(rows)
