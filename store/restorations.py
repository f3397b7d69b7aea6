"""Restorations: what a database that was restored from a backup knows of it (docs/adr/0048)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.acts import SYSTEM
from domain.decide import next_deadline
from domain.evolve import evolve
from domain.process import Process
from store.pool import Connection
from store.snapshots import read_event


async def mark(connection: Connection) -> str:
    """Give the mark of the latest restoration; empty where there was none."""
    found: str = await connection.fetchval("SELECT restoration_mark()")
    return found


async def lately_redone(
    connection: Connection, concertations: Sequence[UUID]
) -> Mapping[tuple[UUID, int], datetime]:
    """Say of which events of these concertations the installation that was lost had told already.

    Those are what time does, with a deadline before the loss, done again from the backup. Given with each number is
    the deadline that brought it about. Looked for during the day after a restoration.
    """
    rows: list[Any] = await connection.fetch(
        """
        SELECT c.concertation, c.seq, r.lost_at FROM restoration_catch_up c
        JOIN restoration r ON r.number = c.restoration
        WHERE c.concertation = ANY ($1::uuid[]) AND r.restored_at > instant() - interval '1 day'
        """,
        list(set(concertations)),
    )
    found: dict[tuple[UUID, int], datetime] = {}
    for row in rows:
        ledger: list[Any] = await connection.fetch(
            "SELECT seq, content FROM ledger WHERE concertation = $1 ORDER BY seq", row["concertation"]
        )
        dues = redone([line["content"] for line in ledger], row["seq"], row["lost_at"])
        found |= {(row["concertation"], seq): due for seq, due in dues.items()}
    return found


def redone(contents: Sequence[str], kept: int, lost_at: datetime) -> dict[int, datetime]:
    """Give the numbers of the events after the first `kept` whose deadline was at `lost_at` or before, with it.

    What follows at once from such an event has its deadline; what a person did ends the series.
    """
    found: dict[int, datetime] = {}
    process = Process(id="")
    due: datetime | None = None
    for seq, content in enumerate(contents, 1):
        event = read_event(content)
        if seq > kept:
            deadline = next_deadline(process)
            if event.actor != SYSTEM:
                due = None
            elif deadline is not None and deadline <= event.at:
                due = deadline
            if due is not None and due <= lost_at:
                found[seq] = due
        process = evolve(process, event)
    return found
