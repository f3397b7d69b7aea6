"""Reports by readers: taken within limits that hold for all processes together, queued for who moderates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from domain.digests import canonical
from domain.free_text import key_fault, tidied
from domain.moderation import LONGEST_NOTE, REPORTS, WITHIN, ModerationReason
from domain.refusals import Code, Refusal
from domain.rights import roles_for
from store.identifiers import parse
from store.moderation import command_of
from store.pages import Page, cut
from store.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporting:
    """A report as it is sent. `reader` tells readers apart: a member, or the address of who has no account."""

    concertation: str
    contribution: str
    reader: str
    reason: ModerationReason
    #: What the reader adds; may be empty.
    text: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """An open report, without who sent it."""

    reason: ModerationReason
    text: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A contribution with its open reports, the oldest first; the place in the queue is that of the first one."""

    place: str
    contribution: str
    count: int
    #: The first ones.
    reports: tuple[Report, ...]


SHOWN = 20
"""So many of the reports of one contribution are shown in the queue."""


async def report(connection: Connection, reporting: Reporting) -> datetime | Refusal:
    """Take a report and give its instant, or why it is refused: one statement."""
    text = tidied(reporting.text)
    if text is None:
        return Refusal(Code.TEXT_INVALID, {}, ("text",))
    if len(text) > LONGEST_NOTE:
        return Refusal(Code.TEXT_TOO_LONG, {"length": len(text), "longest": LONGEST_NOTE}, ("text",))
    if fault := key_fault(reporting.key):
        return fault
    said = [reporting.contribution, reporting.reason.value, text]
    answer: dict[str, Any] = await connection.fetchval(
        "SELECT report_contribution($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        parse(reporting.concertation),
        parse(reporting.contribution),
        reporting.reader,
        reporting.reason.value,
        text,
        command_of(reporting.reader, reporting.key),
        sha256(canonical(said)).digest(),
        REPORTS,
        WITHIN,
    )
    if "refusal" not in answer:
        return datetime.fromisoformat(answer["at"])
    code = Code(answer["refusal"])
    match code:
        case Code.TOO_MANY_REPORTS:
            again = datetime.fromisoformat(answer["again"]).isoformat()
            return Refusal(code, {"most": REPORTS, "again": again})
        case Code.IDEMPOTENCY_KEY_REUSED:
            return Refusal(code, {}, ("idempotency_key",))
        case _:
            return Refusal(code, {}, ("contribution_id",))


async def queue(
    connection: Connection, concertation: str, *, reader: str | None, first: int, after: str | None = None
) -> Page[Reported]:
    """Give a page of the contributions with open reports, the one reported first first: two statements.

    Nothing to a reader who does not moderate.
    """
    keepers = sorted(roles_for("read_moderation"))
    rows = await connection.fetch(
        "SELECT place, contribution, count, reports FROM reports_of($1, $2, $3, $4, $5, $6)",
        reader,
        keepers,
        parse(concertation),
        None if after is None else parse(after),
        first + 1,
        SHOWN,
    )
    total = await connection.fetchval(
        "SELECT reports_total($1, $2, $3)", reader, keepers, parse(concertation)
    )
    return cut([_read(row) for row in rows], first, total)


def _read(row: Any) -> Reported:
    return Reported(
        place=str(row["place"]),
        contribution=str(row["contribution"]),
        count=row["count"],
        reports=tuple(
            Report(reason=ModerationReason(r["reason"]), text=r["text"], at=datetime.fromisoformat(r["at"]))
            for r in row["reports"]
        ),
    )
