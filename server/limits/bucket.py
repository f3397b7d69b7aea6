"""A leaky bucket: what a caller uses fills it, time drains it. Many replicas may fill one; see `Bucket.told`."""

from dataclasses import dataclass
from typing import NamedTuple


class Limit(NamedTuple):
    """How much a caller may use: points a second in the long run, and points at once."""

    rate: float
    burst: float


@dataclass(slots=True)
class Bucket:
    """What one caller has used, as one replica knows it. Instants are seconds of a clock that nobody sets."""

    limit: Limit
    #: Points used and not drained yet, at an instant.
    level: float = 0.0
    at: float = 0.0
    #: Points used here that the others do not know of.
    unsettled: float = 0.0

    def wait(self, points: float, now: float) -> float:
        """Say in how many seconds so many points may be used; 0: now.

        Whoever has used nothing for a while may use more than `burst` at once, and waits all the longer afterwards.
        """
        rate, burst = self.limit
        self.level, self.at = self.drained(now), now
        over = self.level + (points if points < burst else burst) - burst
        return over / rate if over > 0 else 0.0

    def above(self, level: float, now: float) -> float:
        """Say in how many seconds the bucket will have drained to a level; 0: it has."""
        return max(0.0, self.drained(now) - level) / self.limit.rate

    def use(self, points: float, now: float) -> None:
        """Use points, whether there is room for them or not."""
        self.level = self.drained(now) + points
        self.at = now
        self.unsettled += points

    def told(self, level: float, now: float) -> None:
        """Learn what all replicas together have used, as they had settled.

        What is used here is known here at once, so that the truth is never less than what this replica knows.
        """
        self.level = max(self.drained(now), level + self.unsettled)
        self.at = now

    def drained(self, now: float) -> float:
        """Give what is left in it."""
        left = self.level - self.limit.rate * (now - self.at)
        return left if left > 0 else 0.0
