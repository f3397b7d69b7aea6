"""Rates that hold across replicas: each counts in memory, and settles with the others through PostgreSQL meanwhile.

No request waits for it. What all replicas together let through beyond the limit is bounded, and paid back: with `n`
replicas that settle every `SETTLED_EVERY` seconds, a caller who spreads requests over all of them never has used more
than `beyond(limit, n)` points above the limit, and in the long run their rate and no more. While PostgreSQL does not
answer, each replica holds its own callers to the limit.
"""

import asyncio
import logging
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from math import ceil
from time import monotonic

import asyncpg

from api.asking import ask
from domain.rights import Viewer
from server.limits.bucket import Bucket, Limit
from server.limits.callers import Account, Callers, Charged
from store import allowances
from store.allowances import Spent
from store.faults import StoreFault
from store.pool import Pool

log = logging.getLogger(__name__)

SETTLED_EVERY = 0.25
"""Seconds between two settlements of one replica."""
UNTOLD = 0.02
"""So much of a burst is not told before it adds up: of nearly all callers there is nothing to tell."""
AT_ONCE = 2_000
"""Callers of one settlement; those left over come with the next."""
FORGOTTEN_EVERY = 60.0
"""Seconds between two times that drained callers are forgotten, and the log says who was turned away."""
MOST_KEPT = 100_000
"""Callers that one replica remembers: some 20 MB."""


class RateLimited(Exception):
    """A caller has used what they may. Nothing was done."""

    def __init__(self, seconds: float) -> None:
        """Say in how many seconds there is room again."""
        super().__init__(seconds)
        self.seconds = max(1, ceil(seconds))


def beyond(limit: Limit, replicas: int, every: float = SETTLED_EVERY) -> float:
    """Bound what callers can have used beyond `burst` by asking all replicas at once, in points.

    What one replica lets through is known to another after the next settlement of both: that long, each of the others
    may let through what a caller of its own might use, and what it has not told.
    """
    return (replicas - 1) * (limit.burst * (1 + UNTOLD) + limit.rate * 2 * every)


class Rates:
    """What the callers of this replica have used."""

    def __init__(
        self,
        callers: Callers,
        clock: Callable[[], float] = monotonic,
        turned_away: Counter[str] | None = None,
    ) -> None:
        """Begin with nobody. `clock` gives seconds; `turned_away` counts until the log says so."""
        self._callers = callers
        self._clock = clock
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()
        self._unsettled: dict[str, None] = {}
        self._turned_away: Counter[str] = Counter() if turned_away is None else turned_away

    def account(self, viewer: Viewer, address: str) -> Account:
        """Give what the operations of a viewer at an address are charged to."""
        return self._callers.account(viewer, address)

    def stranger(self, address: str) -> Account:
        """Give what is charged at an address where nobody said, or could say, who they are."""
        return self._callers.stranger(address)

    def charge(self, account: Account, points: float) -> None:
        """Use points of all that an account names, if each has room for them.

        Raises:
            RateLimited: one has none. Nothing is used.
        """
        now = self._clock()
        longest = 0.0
        buckets = []
        for charged in account:
            bucket = self._bucket(charged, now)
            buckets.append(bucket)
            wait = bucket.wait(points, now)
            if wait > 0:
                self._turned_away[charged.key] += 1
                longest = max(wait, longest)
        if longest > 0:
            raise RateLimited(longest)
        self._use(account, buckets, points, now)

    def ahead(self, account: Account, seconds: float) -> float:
        """Say in how many seconds no more than so many seconds' worth of each key of an account is used."""
        now = self._clock()
        buckets = [self._bucket(charged, now) for charged in account]
        return max(bucket.above(seconds * bucket.limit.rate, now) for bucket in buckets)

    def debit(self, account: Account, points: float) -> None:
        """Use points for what was done already, whether there is room for them or not."""
        now = self._clock()
        self._use(account, [self._bucket(charged, now) for charged in account], points, now)

    def _use(self, account: Account, buckets: Sequence[Bucket], points: float, now: float) -> None:
        for charged, bucket in zip(account, buckets, strict=False):
            bucket.use(points, now)
            if bucket.unsettled >= UNTOLD * charged.limit.burst:
                self._unsettled[charged.key] = None

    def _bucket(self, charged: Charged, now: float) -> Bucket:
        found = self._buckets.get(charged.key)
        if found is None:
            found = self._buckets[charged.key] = Bucket(charged.limit, at=now)
            if len(self._buckets) > MOST_KEPT:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(charged.key)
        return found

    def unsettled(self) -> list[Spent]:
        """Take what the other replicas do not know of, to tell them."""
        spent = []
        for key in list(self._unsettled)[:AT_ONCE]:
            del self._unsettled[key]
            bucket = self._buckets.get(key)
            if bucket is not None:
                spent.append(Spent(key, bucket.unsettled, bucket.limit.rate))
                bucket.unsettled = 0.0
        return spent

    def settled(self, levels: dict[str, float]) -> None:
        """Learn what all replicas together have used."""
        now = self._clock()
        for key, level in levels.items():
            bucket = self._buckets.get(key)
            if bucket is not None:
                bucket.told(level, now)

    def forget(self) -> None:
        """Forget whose bucket is drained, and write down who was turned away."""
        now = self._clock()
        for key in [key for key, bucket in self._buckets.items() if not bucket.drained(now)]:
            del self._buckets[key]
        kinds: Counter[str] = Counter()
        for key, number in self._turned_away.items():
            kinds[key.split(" ", 1)[0]] += number
        for kind, number in kinds.items():  # who they were, the audit knows
            log.warning("limits: callers were turned away", extra={"callers": kind, "number": number})
        self._turned_away.clear()

    async def settle(self, pool: Pool, within: float) -> None:
        """Settle once with PostgreSQL.

        What is on its way when PostgreSQL fails is told to nobody: who was charged twice would be turned away for
        nothing, and this replica does not forget it.

        Raises:
            StoreFault: PostgreSQL does not answer.
        """
        spent = self.unsettled()
        if spent:
            self.settled(await ask(pool, within, partial(allowances.settle, spent=spent)))

    async def keep_settling(self, pool: Pool, within: float) -> None:
        """Settle again and again, and forget now and then, until cancelled."""
        forgets, alone = self._clock() + FORGOTTEN_EVERY, False
        while True:
            await asyncio.sleep(SETTLED_EVERY)
            try:
                await self.settle(pool, within)
                alone = False
                if self._clock() >= forgets:
                    forgets = self._clock() + FORGOTTEN_EVERY
                    self.forget()
                    await ask(pool, within, allowances.forget)
            except (StoreFault, asyncpg.PostgresError) as fault:
                if not alone:  # said once, not four times a second
                    log.warning("rates are not settled with other replicas for now: %s", fault)
                alone = True
