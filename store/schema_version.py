"""Which migrations the database has, and whether the account that asks is held to row-level security."""

from __future__ import annotations

import asyncpg

from store.pool import Connection


async def applied_migrations(connection: Connection) -> frozenset[str]:
    """Give the numbers of the migrations that are applied; none where the database is older than the question."""
    try:
        return frozenset(await connection.fetchval("SELECT applied_migrations()"))
    except asyncpg.UndefinedFunctionError:
        return frozenset()


async def is_held_to_policies(connection: Connection) -> bool:
    """Say whether the account of this connection is under row-level security, as the API's has to be."""
    held: bool = await connection.fetchval(
        "SELECT NOT (rolsuper OR rolbypassrls) FROM pg_roles WHERE rolname = current_user"
    )
    return held
