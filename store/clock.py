"""The only clock: the SQL function `instant()`."""

from __future__ import annotations

from datetime import datetime

from store.pool import Connection


async def instant(connection: Connection) -> datetime:
    """Say what time it is, in UTC."""
    now: datetime = await connection.fetchval("SELECT instant()")
    return now
