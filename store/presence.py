"""What callers hold at this moment in each replica of the API: sockets, operations at work."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from store.pool import Connection


async def settle(connection: Connection, replica: UUID, held: Mapping[str, int]) -> dict[str, int]:
    """Say all that one replica has, by key; give what the others that run have."""
    rows = await connection.fetch(
        "SELECT * FROM settle_presence($1, $2, $3)", replica, list(held.keys()), list(held.values())
    )
    return {row["key"]: row["number"] for row in rows}
