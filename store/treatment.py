"""What became of contributions in a synthesis: the table `treatment`, derived from the ledger, and questions to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID

from domain.acts import Treated, TreatmentFigures
from domain.process import Process, Synthesis
from domain.treatment.changes import ASIDE as ASIDE
from domain.treatment.changes import FACTS as FACTS
from domain.treatment.changes import change_of
from domain.treatment.figures import ORGANISATIONS, OTHERS
from domain.treatment.lineage import with_ancestors
from domain.treatment.sources import calls_for_input
from store.identifiers import parse, parse_many
from store.ledger import Link
from store.pool import Connection
from store.snapshots import read_event

_KINDS = [fields(fact)[0].default for fact in FACTS]
_AT_ONCE = 100


async def derive(connection: Connection, process: Process, links: Sequence[Link]) -> None:
    """Write what facts change, in their order; again, it changes nothing."""
    for link in links:
        change, event = change_of(process, link.event.fact), link.event
        if change is None:
            continue
        place = (parse(process.id), event.round, event.stage, change.item)
        if change.anew or change.drop:
            await connection.execute(
                "DELETE FROM treatment WHERE (concertation, round, stage, item) = ($1, $2, $3, $4) "
                "AND ($5 OR contribution = ANY ($6))",
                *place,
                change.anew,
                parse_many(change.drop),
            )
        if change.put:
            await connection.execute(
                """
                INSERT INTO treatment (concertation, round, stage, item, contribution, reason, seq)
                SELECT $1, $2, $3, $4, c, $6, $7 FROM unnest($5::uuid[]) AS c
                ON CONFLICT (concertation, round, stage, contribution, item)
                DO UPDATE SET reason = excluded.reason, seq = excluded.seq
                """,
                *place,
                parse_many(change.put),
                change.reason,
                link.seq,
            )


async def rederive(connection: Connection, process: Process) -> None:
    """Make the rows of a concertation anew from its ledger. `process` is the fold of all of it."""
    await connection.execute("DELETE FROM treatment WHERE concertation = $1", parse(process.id))
    async for links in _told(connection, process.id):
        await derive(connection, process, links)


async def unlike(connection: Connection, process: Process) -> int:
    """Count the rows that are not what the ledger comes to, or that are missing."""
    wanted: dict[tuple[int | None, str | None, str], dict[UUID, tuple[str | None, int]]] = {}
    async for links in _told(connection, process.id):
        for link in links:
            change, event = change_of(process, link.event.fact), link.event
            if change is not None:
                kept = wanted.setdefault((event.round, event.stage, change.item), {})
                if change.anew:
                    kept.clear()
                for contribution in parse_many(change.drop):
                    kept.pop(contribution, None)
                kept.update(dict.fromkeys(parse_many(change.put), (change.reason, link.seq)))
    expected = {(*place, c, *said) for place, kept in wanted.items() for c, said in kept.items()}
    rows = await connection.fetch(
        "SELECT round, stage, item, contribution, reason, seq FROM treatment WHERE concertation = $1",
        parse(process.id),
    )
    return len(expected ^ {tuple(row) for row in rows})


async def _told(connection: Connection, concertation: str) -> AsyncIterator[list[Link]]:
    """Give the facts that change rows, in their order, some at a time."""
    seq, more = 0, True
    while more:
        rows = await connection.fetch(
            "SELECT seq, content, previous, hash FROM ledger "
            "WHERE concertation = $1 AND seq > $2 AND kind = ANY ($3) ORDER BY seq LIMIT $4",
            parse(concertation),
            seq,
            _KINDS,
            _AT_ONCE,
        )
        yield [
            Link(
                seq=row["seq"],
                event=read_event(row["content"]),
                content=row["content"],
                previous=row["previous"],
                hash=row["hash"],
            )
            for row in rows
        ]
        seq, more = (rows[-1]["seq"] if rows else seq), len(rows) == _AT_ONCE


async def figures(connection: Connection, process: Process, synthesis: Synthesis) -> TreatmentFigures:
    """Count the contributions that lead to a synthesis, and what became of them: one statement."""
    rows = await connection.fetch(
        "SELECT * FROM treatment_figures($1, $2, $3, $4, $5, $6)", *_asked(process, synthesis)
    )
    counted = {ORGANISATIONS: Treated(all=0, cited=0), OTHERS: Treated(all=0, cited=0)}
    for row in rows:
        kind = ORGANISATIONS if row["organised"] else OTHERS
        counted[kind] = Treated(all=row["everything"], cited=row["cited"], set_aside=row["set_aside"])
    return TreatmentFigures(by_kind=counted)


async def gaps(
    connection: Connection, process: Process, synthesis: Synthesis, *, first: int, after: str | None
) -> list[str]:
    """Name contributions that are neither cited nor set aside, as they were received, after one of them."""
    rows = await connection.fetch(
        "SELECT * FROM treatment_gaps($1, $2, $3, $4, $5, $6, $7, $8) AS id",
        *_asked(process, synthesis),
        parse(after) if after else None,
        first,
    )
    return [str(row["id"]) for row in rows]


async def sources(
    connection: Connection, concertation: str, items: Sequence[str], *, first: int, after: str | None
) -> dict[str, list[str]]:
    """Name so many contributions that each item comes from, as they were received, after one of them."""
    rows = await connection.fetch(
        "SELECT item, contribution FROM sources_of($1, $2, $3, $4)",
        parse(concertation),
        list(items),
        parse(after) if after else None,
        first,
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["item"], []).append(str(row["contribution"]))
    return found


def _asked(process: Process, synthesis: Synthesis) -> tuple[Any, ...]:
    places = calls_for_input(process, synthesis.round, synthesis.stage)
    return (
        parse(process.id),
        synthesis.round,
        synthesis.stage,
        list(with_ancestors(process, synthesis)),
        [round for round, _ in places],
        [stage for _, stage in places],
    )
