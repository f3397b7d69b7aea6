"""The versions of chapters and items of a synthesis, which the process keeps the latest of: read from the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain import events as ev
from domain.acts import Body
from store.identifiers import parse
from store.pool import Connection
from store.snapshots import read_event

_KINDS = ["chapter_submitted", "recommendation_made", "ascertainment_made"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One version of a chapter or an item."""

    version: int
    text: Body
    member: str
    at: datetime


async def versions(
    connection: Connection, concertation: str, round: int, stage: str, *, reader: str | None
) -> dict[tuple[str, str], tuple[Written, ...]]:
    """Give the versions of all that a synthesis has, the first ones first: one statement, for a data loader.

    By what it is, `chapter` or `item`, and its name: of a chapter its lane, empty where there are none.
    """
    rows = await connection.fetch(
        "SELECT content FROM ledger_of_stage($1, $2, $3, $4, $5)",
        reader,
        parse(concertation),
        round,
        stage,
        _KINDS,
    )
    found: dict[tuple[str, str], tuple[Written, ...]] = {}
    for row in rows:
        event = read_event(row["content"])
        match event.fact:
            case ev.ChapterSubmitted(lane=lane) as fact:
                key = ("chapter", lane or "")
            case (
                ev.RecommendationMade(recommendation=name) | ev.AscertainmentMade(ascertainment=name) as fact
            ):
                key = ("item", name)
            case _:
                continue
        written = Written(version=fact.version, text=fact.text, member=event.actor, at=event.at)
        found[key] = (*found.get(key, ()), written)
    return found
