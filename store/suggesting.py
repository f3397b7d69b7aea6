"""What a machine finds like a source that is cited already: hints for rapporteurs, and nothing follows from them.

A suggestion is never counted as treatment: a person cites the contribution, or does not.
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.process import Process, Synthesis
from domain.treatment.lineage import with_ancestors
from store.identifiers import parse, parse_many
from store.lineage import whereabouts
from store.pool import Connection
from store.treatment import gaps

_LIKE_EACH = 5
"""The most alike that are looked at for each contribution."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A contribution that is not treated, and one much like it that is a source of items."""

    contribution: str
    like: str
    #: From 0.5 to 1.
    likeness: float
    items: tuple[str, ...]


async def suggestions(
    connection: Connection, process: Process, synthesis: Synthesis, *, first: int, after: str | None
) -> list[Suggestion]:
    """Look at so many contributions that are not treated, after one of them: three statements.

    For those who may read all of them. What a person has denied to be alike is not suggested.
    """
    left = await gaps(connection, process, synthesis, first=first, after=after)
    rows = await connection.fetch(
        """
        SELECT k.id, s.id AS like, s.likeness
        FROM unnest($1::uuid[]) AS k (id), LATERAL contribution_similar(NULL, $2, k.id, $3) AS s
        ORDER BY k.id, s.likeness DESC, s.id
        """,
        parse_many(left),
        parse(process.id),
        _LIKE_EACH,
    )
    went = await whereabouts(connection, process.id, sorted({str(row["like"]) for row in rows}))
    items = set(with_ancestors(process, synthesis))
    found: dict[str, Suggestion] = {}
    for row in rows:
        contribution, like = str(row["id"]), str(row["like"])
        cited = dict.fromkeys(
            said.item for said in went.get(like, ()) if said.item is not None and said.item in items
        )
        if cited and contribution not in found:
            found[contribution] = Suggestion(
                contribution=contribution,
                like=like,
                likeness=row["likeness"],
                items=tuple(cited),
            )
    return list(found.values())
