"""What callers have used of their rates, in all replicas of the API together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from store.pool import Connection


class Spent(NamedTuple):
    """What one replica let through for one caller since it last settled."""

    key: str
    points: float
    #: Points a second that drain.
    rate: float


async def settle(connection: Connection, spent: Sequence[Spent]) -> dict[str, float]:
    """Add this, and give by key how many points all replicas together have used and are not drained yet."""
    rows = await connection.fetch(
        "SELECT * FROM settle_allowances($1, $2, $3)",
        [one.key for one in spent],
        [one.points for one in spent],
        [one.rate for one in spent],
    )
    return {row["key"]: row["level"] for row in rows}


async def forget(connection: Connection) -> int:
    """Forget those that are drained; how many they were."""
    number: int = await connection.fetchval("SELECT forget_allowances()")
    return number
