"""People: the only place where a pseudonymous member id meets a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from store.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A member id and the name to show for it."""

    member: str
    display_name: str
    at: datetime


async def put(connection: Connection, member: str, display_name: str) -> None:
    """Keep or change the name of a member."""
    await put_many(connection, {member: display_name})


async def put_many(connection: Connection, display_names: Mapping[str, str]) -> None:
    """Keep or change the names of several members: one statement."""
    await connection.execute(
        """
        INSERT INTO person (member, display_name, at)
        SELECT member, display_name, instant() FROM unnest($1::text[], $2::text[]) AS given (member, display_name)
        ON CONFLICT (member) DO UPDATE SET display_name = excluded.display_name, at = excluded.at
        WHERE person.display_name <> excluded.display_name
        """,
        list(display_names.keys()),
        list(display_names.values()),
    )


async def put_new(connection: Connection, display_names: Mapping[str, str]) -> None:
    """Keep the names of those who are not known yet: one statement."""
    await connection.execute(
        """
        INSERT INTO person (member, display_name, at)
        SELECT member, display_name, instant() FROM unnest($1::text[], $2::text[]) AS given (member, display_name)
        ON CONFLICT (member) DO NOTHING
        """,
        list(display_names.keys()),
        list(display_names.values()),
    )


async def get(connection: Connection, member: str) -> Person | None:
    """Give a person by member id."""
    return (await get_many(connection, [member])).get(member)


async def get_many(connection: Connection, members: Sequence[str]) -> dict[str, Person]:
    """Give those who are known, by member id: one statement, for a data loader."""
    rows = await connection.fetch(
        "SELECT member, display_name, at FROM person WHERE member = ANY ($1::text[])", list(members)
    )
    return {row["member"]: Person(**row) for row in rows}
