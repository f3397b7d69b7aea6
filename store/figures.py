"""The figures of a stage while it is open: from counters that contributions keep up to date, not counted at reading.

Who contributes adds a row of what changed, in the same transaction and without waiting for anybody; now and then one
of them, or a reader, folds such rows into the counters. Counters and rows together are exact at any moment.
"""

from __future__ import annotations

from store.contributions import Figures, tally
from store.identifiers import parse
from store.pool import Connection


async def figures(connection: Connection, concertation: str, round: int, stage: str) -> Figures:
    """Give the number of live contributions of a stage in a round, by college and by channel."""
    rows = await connection.fetch(
        "SELECT college, channel, count FROM contribution_shares($1, $2, $3)",
        parse(concertation),
        round,
        stage,
    )
    return tally([(row["college"], row["channel"], row["count"]) for row in rows])


async def fold(connection: Connection, concertation: str, round: int, stage: str, *, most: int) -> int:
    """Fold at most so many changes into the counters and give how many. For the worker: after an import, say."""
    folded: int = await connection.fetchval(
        "SELECT fold_changes($1, $2, $3, $4)", parse(concertation), round, stage, most
    )
    return folded


async def recount(connection: Connection, concertation: str, round: int, stage: str) -> None:
    """Count a stage anew while nobody contributes to it. For the worker: after a restore, or to be sure."""
    await connection.execute("SELECT recount_contributions($1, $2, $3)", parse(concertation), round, stage)
