"""What the database holds of the concertations of a run, read as the worker may."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import asyncpg

from domain.process import State
from store.examination import examine
from store.verification import verify
from tests.faults.checker import Found, Written


async def find(connection: asyncpg.Connection[asyncpg.Record], slugs: str) -> Found:
    """Read everything of the concertations whose slug begins so."""
    ids = [row["id"] for row in await connection.fetch("SELECT id FROM concertation WHERE slug ^@ $1", slugs)]
    contributions = await connection.fetch(
        """
        SELECT c.*, s.opens_at, s.closes_at FROM contribution c
        JOIN stage s ON s.concertation = c.concertation AND s.round = c.round AND s.key = c.stage
        WHERE c.concertation = ANY ($1) ORDER BY c.id
        """,
        ids,
    )
    commands = await connection.fetch(
        "SELECT * FROM command_log WHERE concertation = ANY ($1) AND actor <> 'system'", ids
    )
    events = await connection.fetch(
        "SELECT concertation, kind, count(*) FROM ledger WHERE concertation = ANY ($1) GROUP BY 1, 2", ids
    )
    drafts = await connection.fetch("SELECT * FROM draft WHERE concertation = ANY ($1)", ids)
    return Found(
        concertations=tuple(map(str, ids)),
        contributions=tuple(
            Written(
                command=row["command"],
                concertation=str(row["concertation"]),
                member=row["member"],
                version=row["version"],
                receipt=row["receipt"],
                digest=row["digest"].hex(),
                submitted_at=row["submitted_at"],
                withdrawn=row["withdrawn_at"] is not None,
                opens_at=row["opens_at"],
                closes_at=row["closes_at"],
            )
            for row in contributions
        ),
        commands=tuple((str(row["concertation"]), row["actor"], row["command"]) for row in commands),
        events={(str(row["concertation"]), row["kind"]): row["count"] for row in events},
        drafts={(str(row["concertation"]), row["member"]): row["body"] for row in drafts},
    )


async def unsound(connection: asyncpg.Connection[asyncpg.Record], concertations: Sequence[str]) -> list[str]:
    """Say what `verify-ledger` and `doctor` find, and which seals do not hold all that was taken."""
    said = []
    for concertation in concertations:
        async for verified in verify(connection, concertation):
            if verified.fault is not None:
                said.append(f"verify-ledger: {verified.fault}")
                continue
            assert verified.process is not None
            for run in verified.process.runs.values():
                taken = await connection.fetchval(
                    "SELECT count(*) FROM contribution WHERE concertation = $1::uuid AND round = $2 AND stage = $3",
                    concertation,
                    run.round,
                    run.key,
                )
                if run.seals and run.seals[-1].figures.count != taken:
                    said.append(f"the seal of {concertation} counts {run.seals[-1].figures.count} of {taken}")
                if run.state in (State.CLOSED, State.OPEN) and not run.seals and verified.process.over:
                    said.append(f"{run.key} of {concertation} is over and {run.state}")
        said += [f"doctor: {finding}" for finding in await examine(connection, concertation)]
    return said


async def lateness(
    connection: asyncpg.Connection[asyncpg.Record], concertations: Sequence[str]
) -> list[tuple[str, datetime, timedelta]]:
    """Give how late each closing was committed: the concertation, the announced instant, the lateness."""
    rows = await connection.fetch(
        """
        SELECT s.concertation, s.closes_at, l.at - s.closes_at AS late
        FROM stage s JOIN ledger l ON l.concertation = s.concertation AND l.round = s.round AND l.stage = s.key
            AND l.kind = 'stage_closed'
        WHERE s.concertation = ANY ($1::uuid[])
        """,
        list(concertations),
    )
    return [(str(row["concertation"]), row["closes_at"], row["late"]) for row in rows]
