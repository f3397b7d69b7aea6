"""Caps on what one caller has at a time, sockets or operations at work, for all replicas together.

Each replica counts its own at once, and says once a second what it has and learns what the others have. With `n`
replicas that are asked all at once, a caller may get `n` times the cap in the two seconds before they hear of each
other, and then none until they are below it.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from functools import partial
from uuid import UUID, uuid4

import asyncpg

from api.asking import ask
from server.limits.caps import Cap
from server.limits.rates import RateLimited
from store import presence
from store.faults import StoreFault
from store.pool import Pool

log = logging.getLogger(__name__)

SAID_EVERY = 1.0
"""Seconds between two times that a replica says what it has."""
_AGAIN = 1.0
"""Seconds after which to come again: nobody knows when others are done."""


class Presence:
    """What the callers of this replica have at this moment."""

    def __init__(self, turned_away: Counter[str] | None = None, replica: UUID | None = None) -> None:
        """Begin with nobody; `turned_away` counts until the log says so."""
        self._turned_away: Counter[str] = Counter() if turned_away is None else turned_away
        self._replica = replica or uuid4()
        self._own: dict[str, int] = {}
        self._elsewhere: dict[str, int] = {}

    def enter(self, caps: Sequence[Cap]) -> None:
        """Count one more under each key; `leave` must follow.

        Raises:
            RateLimited: one has as many as it may. Nothing is counted.
        """
        own, elsewhere = self._own, self._elsewhere
        for key, most in caps:
            if own.get(key, 0) + elsewhere.get(key, 0) >= most:
                self._turned_away[key] += 1
                raise RateLimited(_AGAIN)
        for key, _ in caps:
            own[key] = own.get(key, 0) + 1

    def leave(self, caps: Sequence[Cap]) -> None:
        """Count one less under each key."""
        own = self._own
        for key, _ in caps:
            left = own.get(key, 0) - 1
            if left > 0:
                own[key] = left
            else:
                own.pop(key, None)

    async def settle(self, pool: Pool, within: float) -> None:
        """Say what this replica has, and learn what the others have.

        Raises:
            StoreFault: PostgreSQL does not answer.
        """
        held = dict(self._own)
        self._elsewhere = await ask(pool, within, partial(presence.settle, replica=self._replica, held=held))

    async def keep_settling(self, pool: Pool, within: float) -> None:
        """Settle again and again until cancelled. What is not known of others for a while counts for nothing."""
        alone = False
        while True:
            try:
                await self.settle(pool, within)
                alone = False
            except (StoreFault, asyncpg.PostgresError) as fault:
                self._elsewhere = {}
                if not alone:
                    log.warning("what callers have elsewhere is not known for now: %s", fault)
                alone = True
            await asyncio.sleep(SAID_EVERY)
