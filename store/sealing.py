"""Sealing a call for input: the leaves in order of reception, their Merkle root, and the counts.

The set is the same whoever asks and whenever: a guard row in state `sealing` lets no contribution in. A supplementary
seal covers the whole set, of which the leaves of the seal before are the beginning.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from domain.acts import SealFigures
from domain.merkle import MerkleStack, merkle_root
from domain.process import Process
from store.contributions import figures, tally
from store.identifiers import parse
from store.pool import Connection

FEW = 10_000
"""Up to this many contributions are sealed inside `record`; more are streamed by a child process."""

_AT_ONCE = 20_000


async def seal_of_few(
    connection: Connection, process: Process, round: int, stage: str, most: int = FEW
) -> SealFigures | None:
    """Hold off contributions to the stage until the commit and seal the set; `None` if it has more than `most`.

    For the transaction that has just brought the stage to `sealing`.
    """
    row = await connection.fetchrow(
        "SELECT digests, counts FROM hold_stage($1, $2, $3, $4)", parse(process.id), round, stage, most
    )
    assert row is not None
    if row["counts"] is None:
        return None
    counts = tally([(college, channel, count) for college, channel, count in row["counts"]])
    return SealFigures(
        root=merkle_root(row["digests"] or ()),
        count=counts.total,
        by_college=counts.by_college,
        by_channel=counts.by_channel,
        entitled=entitled(process),
    )


async def seal_of_many(
    connection: Connection,
    concertation: str,
    round: int,
    stage: str,
    progress: Callable[[int], None] = lambda count: None,
) -> dict[str, Any]:
    """Seal a set of any size in constant memory and give the figures that follow from it: all but `entitled`.

    The stage must be in state `sealing`, committed. `progress` is told how many leaves were taken so far.
    """
    stack = MerkleStack()
    async for leaves in digests(connection, concertation, round, stage):
        for leaf in leaves:
            stack.add(leaf)
        progress(stack.count)
    counts = await figures(connection, concertation, round, stage)
    return {
        "root": stack.root().hex(),
        "count": stack.count,
        "by_college": counts.by_college,
        "by_channel": counts.by_channel,
    }


async def merkle_roots(
    connection: Connection, concertation: str, round: int, stage: str, counts: Sequence[int]
) -> tuple[list[str], int]:
    """Give the root of the first n leaves for each n of `counts`, in rising order, and how many leaves there are.

    Where there are fewer than n leaves, the root of those there are.
    """
    stack = MerkleStack()
    wanted = list(counts)
    roots: list[str] = []
    async for leaves in digests(connection, concertation, round, stage):
        for leaf in leaves:
            while wanted and wanted[0] == stack.count:
                roots.append(stack.root().hex())
                wanted.pop(0)
            stack.add(leaf)
    return roots + [stack.root().hex()] * len(wanted), stack.count


async def digests(
    connection: Connection, concertation: str, round: int, stage: str
) -> AsyncIterator[list[bytes]]:
    """Give the leaves of a set, in order of reception, some thousands at a time."""
    after = None
    while True:
        rows = await connection.fetch(
            """
            SELECT id, digest FROM contribution
            WHERE concertation = $1 AND round = $2 AND stage = $3 AND ($4::uuid IS NULL OR id > $4)
            ORDER BY id LIMIT $5
            """,
            parse(concertation),
            round,
            stage,
            after,
            _AT_ONCE,
        )
        if rows:
            yield [row["digest"] for row in rows]
        if len(rows) < _AT_ONCE:
            return
        after = rows[-1]["id"]


def entitled(process: Process) -> dict[str, int]:
    """Count the members enrolled in each college, those who left not included."""
    present = Counter(
        member.college for member in process.members.values() if member.college and member.left_at is None
    )
    return dict(sorted(present.items()))
