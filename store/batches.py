"""Batches: forms that arrived together, how many were announced and how many are entered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.free_text import is_storable, key_fault
from domain.procedure import Channel
from domain.refusals import Code, Refusal
from store.contribution_refusals import read_refusal
from store.identifiers import parse, parse_many
from store.pool import Connection

MOST_ANNOUNCED = 1_000_000
"""No batch has more forms than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Forms that arrived together."""

    id: str
    concertation: str
    round: int
    stage: str
    channel: Channel
    #: The territory of the clerk's service.
    territory: str | None
    #: How many forms it holds, as announced.
    announced: int
    #: How many of them are typed: forms, whose corrections do not count again.
    entered: int
    #: What the clerk's service calls it.
    reference: str | None
    #: The clerk who announced it.
    actor: str
    opened_at: datetime
    #: The hearing at which it was said, where it was.
    hearing: str | None = None


async def open_batch(
    connection: Connection,
    *,
    concertation: str,
    round: int,
    stage: str,
    actor: str,
    channel: Channel,
    announced: int,
    key: str,
    territory: str | None = None,
    reference: str | None = None,
    hearing: str | None = None,
) -> Batch | Refusal:
    """Announce a batch; the caller has checked that `actor` may enter for its territory. Same key: same batch."""
    place = parse(concertation)
    if place is None:
        return Refusal(Code.UNKNOWN_CONCERTATION, {}, ("concertation",))
    if not is_storable(stage) or not 0 < round < 2**31:
        return Refusal(Code.UNKNOWN_STAGE, {}, ("stage",))
    if channel is Channel.ONLINE or (hearing is not None and channel is not Channel.HEARING):
        return Refusal(Code.INPUT_INVALID, {"channel": channel}, ("channel",))
    if not 0 < announced <= MOST_ANNOUNCED:
        return Refusal(Code.INPUT_INVALID, {"longest": MOST_ANNOUNCED}, ("announced",))
    fault = key_fault(key)
    if fault is not None:
        return fault
    answer: dict[str, Any] = await connection.fetchval(
        "SELECT open_batch($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        *(place, round, stage, actor, channel.value),
        *(territory, announced, reference, key, hearing),
    )
    if "refusal" in answer:
        return read_refusal(answer, False)
    return (await get_many(connection, concertation, [answer["batch"]]))[answer["batch"]]


async def get_many(connection: Connection, concertation: str, identifiers: Sequence[str]) -> dict[str, Batch]:
    """Give the batches of a concertation that there are, by id."""
    rows = await connection.fetch(
        "SELECT * FROM batch_list($1, NULL, NULL, $2)", parse(concertation), parse_many(list(identifiers))
    )
    return {str(row["id"]): _read(row) for row in rows}


async def of_stage(connection: Connection, concertation: str, round: int, stage: str) -> tuple[Batch, ...]:
    """Give the batches of a stage in a round, in the order they were announced."""
    rows = await connection.fetch(
        "SELECT * FROM batch_list($1, $2, $3, NULL)", parse(concertation), round, stage
    )
    return tuple(_read(row) for row in rows)


async def of_hearing(connection: Connection, concertation: str, hearing: str) -> tuple[Batch, ...]:
    """Give the batches of what was said at a hearing, in the order they were announced."""
    rows = await connection.fetch(
        "SELECT * FROM batch_list($1, NULL, NULL, NULL) WHERE hearing = $2", parse(concertation), hearing
    )
    return tuple(_read(row) for row in rows)


def _read(row: Any) -> Batch:
    return Batch(
        id=str(row["id"]),
        concertation=str(row["concertation"]),
        round=row["round"],
        stage=row["stage"],
        channel=Channel(row["channel"]),
        territory=row["territory"],
        announced=row["announced"],
        entered=row["entered"],
        reference=row["reference"],
        actor=row["actor"],
        opened_at=row["opened_at"],
        hearing=row["hearing"],
    )
