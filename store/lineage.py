"""Where contributions went: the items that come from them, by any version, copy or merge; or why they are set aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from store.identifiers import parse, parse_many
from store.pool import Connection
from store.treatment import ASIDE


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """What became of a contribution in one synthesis."""

    round: int
    stage: str
    #: The item that comes from it; unset where it is set aside, for `reason`.
    item: str | None
    reason: str | None
    #: The contribution that is named: itself, another version or copy of it, or that which it is merged under.
    through: str


async def whereabouts(
    connection: Connection, concertation: str, contributions: Sequence[str]
) -> dict[str, tuple[Whereabouts, ...]]:
    """Give what became of each of some contributions, by synthesis and item: one statement, for a data loader."""
    rows = await connection.fetch(
        "SELECT * FROM treatments_of($1, $2) ORDER BY contribution, round, stage, item, through",
        parse(concertation),
        parse_many(list(contributions)),
    )
    found: dict[str, tuple[Whereabouts, ...]] = {}
    for row in rows:
        said = Whereabouts(
            round=row["round"],
            stage=row["stage"],
            item=None if row["item"] == ASIDE else row["item"],
            reason=row["reason"],
            through=str(row["through"]),
        )
        key = str(row["contribution"])
        found[key] = (*found.get(key, ()), said)
    return found
