"""Receipts: what was received under a code, and the proof that it is in a sealed set.

Whoever knows a code may see its contribution; whoever does not learns nothing, not even whether there is one like it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

from asyncpg import Record

from domain.merkle import MerklePath, verify_inclusion
from domain.process import Seal
from domain.receipts import Proof, ReceiptDocument, read_code
from store.identifiers import parse
from store.leaves import content
from store.pool import Connection
from store.sealing import BRANCH, HEIGHT

_AT_ONCE = 20_000


class SealNotProvable(Exception):
    """The contributions of a stage do not give the root of its seal: run `concertation verify-ledger`."""

    def __init__(self, place: str) -> None:
        """Name the set: concertation, round and stage."""
        super().__init__(f"{self.__doc__} ({place})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What was received under a code: what a receipt is made of."""

    contribution: str
    code: str
    concertation: str
    round: int
    stage: str
    #: Sixteen bytes that the leaf begins with.
    salt: bytes
    digest: bytes
    #: What was received, as JSON values: what the leaf commits to, unless it was redacted.
    content: dict[str, Any]
    #: Counted from 1; each has its leaf and its receipt.
    version: int = 1
    #: Since when a later version counts in its place.
    superseded_at: datetime | None = None
    withdrawn_at: datetime | None = None
    #: When its text was destroyed.
    redacted_at: datetime | None = None


async def find(connection: Connection, code: str) -> Received | None:
    """Give what was received under a code, read as people write it; `None` for every code that there is not."""
    plain = read_code(code)
    row = (
        None
        if plain is None
        else await connection.fetchrow("SELECT * FROM contribution_by_receipt($1)", plain)
    )
    if row is None:
        return None
    return Received(
        contribution=str(row["id"]),
        code=row["receipt"],
        concertation=str(row["concertation"]),
        round=row["round"],
        stage=row["stage"],
        salt=row["salt"],
        digest=row["digest"],
        content=content(dict(row)),
        version=row["version"],
        superseded_at=row["superseded_at"],
        withdrawn_at=row["withdrawn_at"],
        redacted_at=row["redacted_at"],
    )


async def proofs(connection: Connection, received: Received, seals: Sequence[Seal]) -> tuple[Proof, ...]:
    """Prove a contribution in the first seal that has it and in the latest, once if they are the same.

    `seals` are those of its stage in its round, oldest first. Empty where none has it yet. Reads the leaves of one
    branch and the roots of the others, where the seal kept them.

    Raises:
        SealNotProvable: the set is not the one that was sealed.
    """
    if not seals:
        return ()
    branches = await _branches(connection, received)
    index = await _index(connection, received, branches)
    having = [seal for seal in seals if index < seal.figures.count]
    wanted = having[:1] + having[1:][-1:]
    return tuple([await _prove(connection, received, branches, index, seal) for seal in wanted])


def document(received: Received, slug: str, proven: Sequence[Proof]) -> ReceiptDocument:
    """Put a receipt together. `slug` is the name of its concertation in addresses."""
    return ReceiptDocument(
        code=received.code,
        concertation=received.concertation,
        slug=slug,
        round=received.round,
        stage=received.stage,
        submitted_at=received.content["submitted_at"],
        channel=received.content["channel"],
        digest=received.digest.hex(),
        salt=received.salt.hex() if received.redacted_at is None else None,
        content=received.content if received.redacted_at is None else None,
        contribution_version=received.version,
        superseded_at=received.superseded_at,
        withdrawn_at=received.withdrawn_at,
        redacted_at=received.redacted_at,
        proofs=tuple(proven),
    )


async def _branches(connection: Connection, received: Received) -> list[Record]:
    """Give the branches that were kept, from the first one on without a gap."""
    rows = await connection.fetch(
        """
        SELECT number, last, root FROM seal_branch
        WHERE concertation = $1 AND round = $2 AND stage = $3 ORDER BY number
        """,
        *_set(received),
    )
    return [row for number, row in enumerate(rows) if row["number"] == number]


async def _index(connection: Connection, received: Received, branches: Sequence[Record]) -> int:
    """Give the place of the leaf in the order of reception, counted from 0."""
    own = UUID(received.contribution)
    before = bisect_left(branches, own, key=itemgetter("last"))
    index = before * BRANCH
    async for rows in _leaves(connection, received, _end(branches, before), 2**31):
        place = bisect_left(rows, own, key=itemgetter("id"))
        index += place
        if place < len(rows):
            break
    return index


async def _prove(
    connection: Connection, received: Received, branches: Sequence[Record], index: int, seal: Seal
) -> Proof:
    size = seal.figures.count
    path = MerklePath(index)
    whole = min(len(branches), size // BRANCH)
    for number, branch in enumerate(branches[:whole]):
        if number == index // BRANCH:
            await _add_leaves(connection, received, path, _end(branches, number), BRANCH)
        elif path.count == number * BRANCH:
            path.add_branch(branch["root"], HEIGHT)
    await _add_leaves(connection, received, path, _end(branches, whole), size - path.count)
    root = bytes.fromhex(seal.figures.root)
    if path.count != size or not verify_inclusion(received.digest, index, size, path.path(), root):
        raise SealNotProvable(f"{received.concertation}/{received.round}/{received.stage}")
    return Proof(
        root=seal.figures.root,
        size=size,
        index=index,
        path=tuple(node.hex() for node in path.path()),
        sealed_at=seal.at,
        supplementary=seal.supplementary,
    )


async def _add_leaves(
    connection: Connection, received: Received, path: MerklePath, after: UUID | None, count: int
) -> None:
    """Add the next `count` leaves after a contribution, or as many as there are."""
    async for rows in _leaves(connection, received, after, count):
        for row in rows:
            path.add(row["digest"])


async def _leaves(
    connection: Connection, received: Received, after: UUID | None, count: int
) -> AsyncIterator[list[Record]]:
    """Give the next `count` leaves after a contribution, or as many as there are; a branch at first, then more."""
    most = BRANCH
    while count > 0:
        # In order and limited: without statistics, the planner would count them along another index, and read all.
        rows = await connection.fetch(
            "SELECT id, digest FROM contribution_leaves($1, $2, $3, $4, $5)",
            *_set(received),
            after,
            min(count, most),
        )
        if not rows:
            return
        yield rows
        after, count, most = rows[-1]["id"], count - len(rows), _AT_ONCE


def _end(branches: Sequence[Record], number: int) -> UUID | None:
    """Give the contribution that the branch number `number` comes after."""
    found: UUID | None = branches[number - 1]["last"] if number else None
    return found


def _set(received: Received) -> tuple[UUID | None, int, str]:
    return parse(received.concertation), received.round, received.stage
