"""The hearings of one person, in all concertations, and the address under which their calendar program fetches them."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Protocol

from api.reading import Reading
from api.snapshot import Snapshot
from domain import process
from domain.rights import Scope, Viewer, may
from store.concertations import page
from store.pool import Connection

GOOD_FOR = timedelta(days=400)
"""A calendar program keeps an address for long: it is asked for anew once a year."""
MOST = 200
"""Concertations of one person, the newest; hearings are tens in each."""


class AgendaTickets(Protocol):
    """Writes addresses of agendas."""

    def address(self, member: str, until: datetime) -> str:
        """Give the address of the agenda of a member, good until an instant."""
        ...


async def agenda(reading: Reading, member: str) -> list[tuple[Snapshot, process.Hearing]]:
    """Give the hearings to which a member is or was called, and those that they conduct, in any concertation."""

    async def ids(connection: Connection) -> list[str]:
        found = await page(connection, first=MOST, member=member, viewer=member)
        return [row.id for row in found.rows]

    snapshots = await asyncio.gather(*map(reading.snapshot, await reading.ask(ids)))
    return [
        (at, hearing)
        for at in snapshots
        if at is not None
        for hearing in at.process.hearings.values()
        if _is_of(at, hearing, member)
    ]


def _is_of(at: Snapshot, hearing: process.Hearing, member: str) -> bool:
    if member in hearing.calls or member in hearing.witnesses:
        return True
    scope = Scope(lane=at.process.stages[hearing.stage].lane)
    return may(Viewer(member=member), "read_agenda", at.process, at.now, scope)
