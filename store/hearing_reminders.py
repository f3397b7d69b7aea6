"""Reminders around hearings, written as notices: each once, however often a hearing is attended to."""

from __future__ import annotations

from datetime import datetime

from domain.hearings.duties import Duty, duties, next_duty
from domain.noticing.table import CONVENING
from domain.noticing.wording import of_occasion
from domain.process import Hearing, Process
from store.clock import instant
from store.concertations import process
from store.notices import Occasion, write
from store.pool import Connection


async def attend(connection: Connection, concertation: str, hearing_id: str) -> datetime | None:
    """Write what is due now, and say when something is due next; nothing: not before something happens to it."""
    async with connection.transaction():
        found = await process(connection, concertation)
        hearing = found.hearings.get(hearing_id) if found is not None else None
        if found is None or hearing is None:
            return None
        now = await instant(connection)
        for duty in duties(found, hearing, now):
            if duty.holds(now):
                await write(connection, _occasion(found, hearing, duty, now))
        return next_duty(found, hearing, now)


def _occasion(process: Process, hearing: Hearing, duty: Duty, now: datetime) -> Occasion:
    return Occasion(
        key=f"hearing/{process.id}/{hearing.id}/{duty.kind}/{duty.key}",
        concertation=process.id,
        kind=duty.kind,
        at=now,
        words=of_occasion(duty.kind, process, hearing.stage, at=duty.about, until=duty.about),
        members=duty.members,
        about={"hearing": hearing.id} if duty.kind in CONVENING else {},
    )
