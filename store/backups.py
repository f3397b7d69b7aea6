"""What a database knows of its backups: when the last whole one was taken (docs/adr/0048)."""

from __future__ import annotations

from datetime import datetime

from store.pool import Connection


async def note(connection: Connection, at: datetime) -> None:
    """Note that there is a whole backup of the instant `at`, as the superuser; a later one stays."""
    await connection.execute(
        """
        INSERT INTO backup_taken AS b (at) VALUES ($1)
        ON CONFLICT (single) DO UPDATE SET at = greatest(b.at, excluded.at)
        """,
        at,
    )


async def last_backup(connection: Connection) -> datetime | None:
    """Give the instant that the last whole backup of this database is of; none of before it was restored counts."""
    at: datetime | None = await connection.fetchval("SELECT last_backup()")
    return at
