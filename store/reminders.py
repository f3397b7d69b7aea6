"""Reminders in the database: written as notices, once each, when their instant has come (domain/reminding.py)."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple

from domain.noticing.wording import of_occasion
from domain.process import Process
from domain.reminding import Reminder, due, next_reminder
from store.concertations import processes
from store.known_processes import KnownProcesses
from store.notices import Occasion, write
from store.pool import Connection

AT_ONCE = 50
"""Concertations of one look: the pump has other things to do, and says that it lives."""
_AT_MOST = timedelta(days=7)
"""What should have been told longer ago, for nobody looked, is not told any more."""


class _Looked(NamedTuple):
    head: bytes
    #: When somebody is reminded next, if nothing happens before.
    next_at: datetime | None


class Reminders:
    """Looks at the concertations that are under way. It remembers which of them need not be read again, no more."""

    def __init__(self) -> None:
        """Begin with none."""
        self._looked: dict[str, _Looked] = {}
        #: Those to be read still, with their heads when they were listed: thousands are listed once, and worked off.
        self._waiting: dict[str, bytes] = {}

    @property
    def behind(self) -> bool:
        """Whether there are more to look at than were looked at last."""
        return bool(self._waiting)

    async def look(self, connection: Connection, known: KnownProcesses) -> int:
        """Write the reminders whose instant has come, of so many concertations; say how many notices are new.

        Several may do it at once, or again after they were killed: a notice has a key, and is written once.
        """
        if not self._waiting:
            self._waiting = await self._list(connection)
        some = dict(islice(self._waiting.items(), AT_ONCE))
        written = 0
        for key, read in (await processes(connection, list(some), known)).items():
            for reminder in due(read.process, read.at - _AT_MOST, read.at):
                written += await write(connection, _occasion(read.process, reminder))
            self._looked[key] = _Looked(some[key], next_reminder(read.process, read.at))
        self._waiting = {key: head for key, head in self._waiting.items() if key not in some}
        return written

    async def _list(self, connection: Connection) -> dict[str, bytes]:
        """Give those that have to be read, with their heads: they have moved since, or somebody is due."""
        rows = await connection.fetch(
            "SELECT id, head, instant() AS now FROM concertation WHERE phase IN ('draft', 'launched') ORDER BY id"
        )
        heads = {str(row["id"]): bytes(row["head"]) for row in rows}
        self._looked = {key: seen for key, seen in self._looked.items() if key in heads}
        return {key: head for key, head in heads.items() if self._is_due(key, head, rows[0]["now"])}

    def _is_due(self, key: str, head: bytes, now: datetime) -> bool:
        seen = self._looked.get(key)
        return seen is None or seen.head != head or (seen.next_at is not None and seen.next_at <= now)


def _occasion(process: Process, reminder: Reminder) -> Occasion:
    return Occasion(
        key=f"reminder/{process.id}/{reminder.key}",
        concertation=process.id,
        kind=reminder.kind,
        at=reminder.at,
        words=of_occasion(reminder.kind, process, reminder.stage, **reminder.says),
        members=reminder.members,
        about={"meeting": reminder.meeting} if reminder.meeting is not None else {},
    )
