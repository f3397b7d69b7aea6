"""The log of moderation: measures without the content they are about, what was said about each, figures by reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.moderation import AppealOutcome, Measure, ModerationReason
from store.identifiers import parse, parse_many
from store.moderation import read_measure
from store.pages import Page, cut
from store.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A measure and its place: everything of it that is public."""

    measure: Measure
    concertation: str
    round: int
    stage: str
    contribution: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One act as it was done, with the words of who did it: for its author and those who moderate."""

    kind: str
    reason: ModerationReason | None
    text: str
    urgency: str | None
    outcome: AppealOutcome | None
    actor: str
    on_behalf_of: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How many measures of one reason, and what became of them."""

    reason: ModerationReason
    total: int
    hidden: int
    restored: int
    redacted: int
    appealed: int
    granted: int


async def page(
    connection: Connection,
    concertation: str,
    *,
    first: int,
    after: str | None = None,
    awaiting: bool = False,
    reason: ModerationReason | None = None,
    stage: str | None = None,
) -> Page[Entry]:
    """Give a page of the log, the latest first: two statements. `awaiting`: only where an appeal is not decided."""
    chosen = (parse(concertation), awaiting, reason and reason.value, stage)
    rows = await connection.fetch(
        f"SELECT * FROM measure WHERE {_CHOSEN} AND ($5::uuid IS NULL OR id < $5) ORDER BY id DESC LIMIT $6",
        *chosen,
        None if after is None else parse(after),
        first + 1,
    )
    total = await connection.fetchval(f"SELECT count(*) FROM measure WHERE {_CHOSEN}", *chosen)
    return cut([_read(row) for row in rows], first, total)


_CHOSEN = """
    concertation = $1 AND (NOT $2 OR (appealed_at IS NOT NULL AND decided_at IS NULL))
    AND ($3::text IS NULL OR reason = $3) AND ($4::text IS NULL OR stage = $4)
"""


async def get_many(connection: Connection, measures: Sequence[str]) -> dict[str, Entry]:
    """Give measures by id: one statement, for a data loader."""
    rows = await connection.fetch("SELECT * FROM measure WHERE id = ANY ($1)", parse_many(list(measures)))
    return {str(row["id"]): _read(row) for row in rows}


async def of_contributions(connection: Connection, contributions: Sequence[str]) -> dict[str, Entry]:
    """Give the measure that is or was the latest against each contribution that had one: one statement."""
    rows = await connection.fetch(
        "SELECT given.id AS of, m.* FROM measures_of($1) AS given JOIN measure m ON m.id = given.measure",
        parse_many(list(contributions)),
    )
    return {str(row["of"]): _read(row) for row in rows}


async def acts(connection: Connection, measures: Sequence[str]) -> dict[str, tuple[Done, ...]]:
    """Give what was done about measures, the first act first: one statement, for a data loader."""
    rows = await connection.fetch("SELECT * FROM moderation_acts_of($1)", parse_many(list(measures)))
    found: dict[str, list[Done]] = {}
    for row in rows:
        found.setdefault(str(row["measure"]), []).append(_read_act(row))
    return {key: tuple(done) for key, done in found.items()}


async def figures(connection: Connection, concertation: str) -> tuple[Figures, ...]:
    """Count the measures of a concertation by reason, in the order of the list: one statement."""
    rows = await connection.fetch(
        """
        SELECT reason, count(*) AS total,
            count(*) FILTER (WHERE restored_at IS NULL AND redacted_at IS NULL) AS hidden,
            count(*) FILTER (WHERE restored_at IS NOT NULL AND redacted_at IS NULL) AS restored,
            count(*) FILTER (WHERE redacted_at IS NOT NULL) AS redacted,
            count(appealed_at) AS appealed,
            count(*) FILTER (WHERE outcome = 'granted') AS granted
        FROM measure WHERE concertation = $1 GROUP BY reason
        """,
        parse(concertation),
    )
    counted = {row["reason"]: row for row in rows}
    return tuple(
        Figures(**{**counted[reason], "reason": reason}) for reason in ModerationReason if reason in counted
    )


def _read(row: Any) -> Entry:
    measure = read_measure(row)
    assert measure is not None
    return Entry(
        measure=measure,
        concertation=str(row["concertation"]),
        round=row["round"],
        stage=row["stage"],
        contribution=str(row["contribution"]),
    )


def _read_act(row: Any) -> Done:
    return Done(
        kind=row["kind"],
        reason=ModerationReason(row["reason"]) if row["reason"] else None,
        text=row["text"],
        urgency=row["urgency"],
        outcome=AppealOutcome(row["outcome"]) if row["outcome"] else None,
        actor=row["actor"],
        on_behalf_of=row["on_behalf_of"],
        at=row["at"],
    )
