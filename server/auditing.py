"""What happens at the doors is noted here at no cost, and written every second, off the way of requests.

What is the same within a minute is one row that counts: who asks a thousand times writes once. Of refusals, which
anybody can bring about, so many different ones of a minute are written and the others counted. Nothing that somebody
wrote is noted: kinds, ids, addresses.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from time import monotonic
from typing import NamedTuple

import asyncpg

from api.asking import ask
from domain.auditing import REFUSALS, What
from store import audit
from store.audit import Happened
from store.faults import StoreFault
from store.pool import Connection, Pool

EVERY = 1.0
"""Seconds between two writings."""
MOST_REFUSALS = 2_000
"""Different refusals of one minute that are written by one process."""
MOST_WAITING = 50_000
"""Rows that wait while PostgreSQL does not answer."""
_LONGEST = 200

log = logging.getLogger(__name__)


class _Key(NamedTuple):
    what: What
    member: str | None
    address: str | None
    about: str | None


class _Noted(NamedTuple):
    first: float
    last: float
    times: int
    reference: str | None


class Audit:
    """What happened and is not written yet."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._waiting: dict[_Key, _Noted] = {}
        self._refused: set[_Key] = set()
        self._minute = float("-inf")
        self.dropped = 0
        #: Set once something was written.
        self.written = asyncio.Event()

    def note(
        self,
        what: What,
        *,
        member: str | None = None,
        address: str | None = None,
        about: str | None = None,
        reference: str | None = None,
    ) -> None:
        """Note that something happened now. Takes no time and raises nothing."""
        now = monotonic()
        key = _Key(what, _plain(member), _plain(address), _plain(about))
        noted = self._waiting.get(key)
        if noted is not None:
            self._waiting[key] = noted._replace(last=now, times=noted.times + 1)
            return
        if len(self._waiting) >= MOST_WAITING or (what in REFUSALS and not self._has_room(key, now)):
            self.dropped += 1
            return
        self._waiting[key] = _Noted(now, now, 1, _plain(reference))

    def _has_room(self, key: _Key, now: float) -> bool:
        if now - self._minute >= 60:
            self._minute = now
            self._refused.clear()
        if key not in self._refused and len(self._refused) >= MOST_REFUSALS:
            return False
        self._refused.add(key)
        return True

    async def keep_writing(self, pool: Pool, within: float) -> None:
        """Write every second until cancelled, and then what is left."""
        try:
            while True:
                await asyncio.sleep(EVERY)
                await self.write(pool, within)
        finally:
            with suppress(asyncio.CancelledError):
                await self.write(pool, within)

    async def write(self, pool: Pool, within: float) -> None:
        """Write what waits. While PostgreSQL does not answer, it waits on."""
        now, waiting, dropped = monotonic(), self._waiting, self.dropped
        rows = [
            Happened(
                **key._asdict(),
                reference=noted.reference,
                count=noted.times,
                first_ago=now - noted.first,
                last_ago=now - noted.last,
            )
            for key, noted in waiting.items()
        ]
        if dropped:
            rows.append(Happened(what=What.DROPPED, count=dropped))
        if not rows:
            return
        self._waiting, self.dropped = {}, 0

        async def question(connection: Connection) -> None:
            await audit.write(connection, rows)

        try:
            await ask(pool, within, question)
            self.written.set()
        except StoreFault as fault:
            log.warning("%d rows of the audit have to wait: %s", len(rows), fault)
            self._put_back(waiting, dropped)
        except asyncpg.PostgresError:
            log.exception("%d rows of the audit cannot be written", len(rows))

    def _put_back(self, waiting: dict[_Key, _Noted], dropped: int) -> None:
        for key, later in self._waiting.items():
            before = waiting.get(key)
            if before is not None:
                waiting[key] = before._replace(last=later.last, times=before.times + later.times)
            elif len(waiting) < MOST_WAITING:
                waiting[key] = later
            else:
                dropped += later.times
        self._waiting = waiting
        self.dropped += dropped


def _plain(text: str | None) -> str | None:
    """Give a text as PostgreSQL and a terminal take it."""
    if text is None or (len(text) <= _LONGEST and text.isprintable()):
        return text
    return "".join(sign for sign in text[:_LONGEST] if sign.isprintable())
