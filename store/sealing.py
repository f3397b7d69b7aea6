"""Sealing a call for input: the leaves in order of reception, their Merkle root, and the counts.

The set is the same whoever asks and whenever: a guard row in state `sealing` lets no contribution in. A supplementary
seal covers the whole set, of which the leaves of the seal before are the beginning. Every version that was ever
acknowledged is a leaf, withdrawn or not; the counts by college and channel are those of the live ones.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any
from uuid import UUID

from domain.acts import SealFigures
from domain.merkle import MerkleStack, branch_root, merkle_root
from domain.process import Process
from store.contributions import Figures, figures, tally
from store.identifiers import parse
from store.pool import Connection

FEW = 10_000
"""Up to this many contributions are sealed inside `record`; more are streamed by a child process."""

HEIGHT = 10
BRANCH = 1 << HEIGHT
"""So many leaves have their root kept as one branch: a proof reads the leaves of one, and the roots of the others."""

_AT_ONCE = 4 * BRANCH
_DIGEST, _ID = 32, 16
_COUNTED_WITHIN = 60.0
_TOLD_EVERY = 1.0
_FIRST = UUID(int=0)


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
    pause: float = 0.0,
) -> dict[str, Any]:
    """Seal a set of any size in constant memory and give the figures that follow from it: all but `entitled`.

    The stage must be in state `sealing`, committed. `progress` is told how many leaves were taken so far; then
    others have the processors for `pause` seconds. Keeps the roots of whole branches, from which store/receipts.py
    proves.
    """
    stack = MerkleStack()
    digests = ids = b""
    async for more in leaves(connection, concertation, round, stage):
        digests, ids = digests + more[0], ids + more[1]
        whole: list[tuple[int, UUID, bytes]] = []
        while len(digests) >= BRANCH * _DIGEST:
            root = branch_root(_parted(digests[: BRANCH * _DIGEST]))
            last = UUID(bytes=ids[(BRANCH - 1) * _ID : BRANCH * _ID])
            whole.append((stack.count // BRANCH, last, root))
            stack.add_branch(root, HEIGHT)
            digests, ids = digests[BRANCH * _DIGEST :], ids[BRANCH * _ID :]
        await _keep_branches(connection, concertation, round, stage, whole)
        progress(stack.count + len(digests) // _DIGEST)
        await asyncio.sleep(pause)
    for leaf in _parted(digests):
        stack.add(leaf)
    counts = await _counted(connection, concertation, round, stage, lambda: progress(stack.count))
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
    async for digests, _ in leaves(connection, concertation, round, stage):
        for leaf in _parted(digests):
            while wanted and wanted[0] == stack.count:
                roots.append(stack.root().hex())
                wanted.pop(0)
            stack.add(leaf)
    return roots + [stack.root().hex()] * len(wanted), stack.count


async def leaves(
    connection: Connection, concertation: str, round: int, stage: str
) -> AsyncIterator[tuple[bytes, bytes]]:
    """Give the leaves of a set in order of reception, some thousands at a time: their digests, and their ids.

    Each as one string of bytes, 32 and 16 a leaf: as many rows, each made an object, take longer than all the hashing.
    """
    after = _FIRST
    while True:
        row = await connection.fetchrow(
            """
            SELECT coalesce(string_agg(l.digest, '' ORDER BY l.id), '') AS digests,
                coalesce(string_agg(uuid_send(l.id), '' ORDER BY l.id), '') AS ids
            FROM (
                SELECT c.id, c.digest FROM contribution c
                WHERE c.concertation = $1 AND c.round = $2 AND c.stage = $3 AND c.id > $4
                ORDER BY c.id LIMIT $5
            ) AS l
            """,
            parse(concertation),
            round,
            stage,
            after,
            _AT_ONCE,
        )
        assert row is not None
        digests, ids = row["digests"], row["ids"]
        if ids:
            yield digests, ids
        if len(ids) < _AT_ONCE * _ID:
            return
        after = UUID(bytes=ids[-_ID:])


def _parted(digests: bytes) -> list[bytes]:
    return [digests[start : start + _DIGEST] for start in range(0, len(digests), _DIGEST)]


async def _counted(
    connection: Connection, concertation: str, round: int, stage: str, progress: Callable[[], None]
) -> Figures:
    """Count what is live, in one statement, which takes seconds where millions came lately; and tell meanwhile."""
    async with asyncio.timeout(_COUNTED_WITHIN):
        counting = asyncio.ensure_future(figures(connection, concertation, round, stage))
        try:
            while not (await asyncio.wait({counting}, timeout=_TOLD_EVERY))[0]:
                progress()
        finally:
            counting.cancel()
        return await counting


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
