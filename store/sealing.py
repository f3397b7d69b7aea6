"""Sealing a call for input: the leaves in order of reception, their Merkle root, and the counts.

The set is the same whoever asks and whenever: a guard row in state `sealing` lets no contribution in. A supplementary
seal covers the whole set, of which the leaves of the seal before are the beginning. Every version that was ever
acknowledged is a leaf, withdrawn or not; the counts by college and channel are those of the live ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any
from uuid import UUID

from asyncpg import Record

from domain.acts import SealFigures
from domain.merkle import MerkleStack, merkle_root
from domain.process import Process
from store.contributions import figures, tally
from store.identifiers import parse
from store.pool import Connection

FEW = 10_000
"""Up to this many contributions are sealed inside `record`; more are streamed by a child process."""

HEIGHT = 10
BRANCH = 1 << HEIGHT
"""So many leaves have their root kept as one branch: a proof reads the leaves of one, and the roots of the others."""

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
    digests = row["digests"] or ()
    return SealFigures(
        root=merkle_root(digests),
        count=len(digests),
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

    The stage must be in state `sealing`, committed. `progress` is told how many leaves were taken so far. Keeps the
    roots of whole branches, from which store/receipts.py proves.
    """
    stack, branch = MerkleStack(), MerkleStack()
    rest: list[bytes] = []
    async for rows in leaves(connection, concertation, round, stage):
        whole: list[tuple[int, UUID, bytes]] = []
        for row in rows:
            rest.append(row["digest"])
            branch.add(row["digest"])
            if branch.count == BRANCH:
                whole.append((stack.count // BRANCH, row["id"], branch.root()))
                stack.add_branch(branch.root(), HEIGHT)
                branch, rest = MerkleStack(), []
        await _keep_branches(connection, concertation, round, stage, whole)
        progress(stack.count + len(rest))
    for leaf in rest:
        stack.add(leaf)
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
    async for rows in leaves(connection, concertation, round, stage):
        for row in rows:
            while wanted and wanted[0] == stack.count:
                roots.append(stack.root().hex())
                wanted.pop(0)
            stack.add(row["digest"])
    return roots + [stack.root().hex()] * len(wanted), stack.count


async def leaves(
    connection: Connection, concertation: str, round: int, stage: str
) -> AsyncIterator[Sequence[Record]]:
    """Give the leaves of a set, `digest` with `id`, in order of reception, some thousands at a time."""
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
            yield rows
        if len(rows) < _AT_ONCE:
            return
        after = rows[-1]["id"]


async def _keep_branches(
    connection: Connection,
    concertation: str,
    round: int,
    stage: str,
    branches: Sequence[tuple[int, UUID, bytes]],
) -> None:
    """Keep the roots of whole branches: the same for each seal of a set, for leaves are only ever added."""
    if not branches:
        return
    numbers, lasts, roots = zip(*branches, strict=True)
    await connection.execute(
        """
        INSERT INTO seal_branch
        SELECT $1, $2, $3, b.number, b.last, b.root FROM unnest($4::integer[], $5::uuid[], $6::bytea[])
            AS b (number, last, root)
        ON CONFLICT DO NOTHING
        """,
        *(parse(concertation), round, stage),
        *(numbers, lasts, roots),
    )


def entitled(process: Process) -> dict[str, int]:
    """Count the members enrolled in each college, those who left not included."""
    present = Counter(
        member.college for member in process.members.values() if member.college and member.left_at is None
    )
    return dict(sorted(present.items()))
