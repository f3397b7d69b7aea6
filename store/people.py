"""People: the only place where a pseudonymous member id meets a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.rights import UNNAMED, roles_for
from store.identifiers import parse
from store.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A member id and the name to show for it."""

    member: str
    display_name: str
    at: datetime


async def put_new(connection: Connection, display_names: Mapping[str, str]) -> None:
    """Keep the names of those who are not known yet: one statement. For the worker alone."""
    await connection.execute(
        """
        INSERT INTO person (member, display_name, at)
        SELECT member, display_name, instant() FROM unnest($1::text[], $2::text[]) AS given (member, display_name)
        ON CONFLICT (member) DO NOTHING
        """,
        list(display_names.keys()),
        list(display_names.values()),
    )


async def keep(connection: Connection, member: str, display_name: str) -> None:
    """Keep the name of a member who is not known by one: a name that is known stays."""
    await connection.execute("SELECT keep_name($1, $2)", member, display_name)


async def names(
    connection: Connection, reader: str | None, wanted: Sequence[tuple[str | None, str]]
) -> dict[tuple[str | None, str], str]:
    """Give the names of members, each in a concertation, that the reader may know: one statement, for a data loader.

    One's own, those of public office, and for those who keep a concertation the names of all that take part. Without a
    concertation, one's own alone.
    """
    rows = await connection.fetch(
        "SELECT concertation, member, display_name FROM names_for($1, $2, $3, $4, $5)",
        reader,
        sorted(roles_for("read_names")),
        sorted(UNNAMED),
        [parse(concertation) if concertation else None for concertation, _ in wanted],
        [member for _, member in wanted],
    )
    return {
        (row["concertation"] and str(row["concertation"]), row["member"]): row["display_name"] for row in rows
    }


async def get_many(connection: Connection, members: Sequence[str]) -> dict[str, Person]:
    """Give those who are known, by member id: one statement. For the worker alone."""
    rows = await connection.fetch(
        "SELECT member, display_name, at FROM person WHERE member = ANY ($1::text[])", list(members)
    )
    return {row["member"]: Person(**row) for row in rows}
