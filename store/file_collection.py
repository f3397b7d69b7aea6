"""Removing files that nothing refers to, and contents that no file has. As the worker, one transaction each.

A reference that is being made holds the row of its file, so that a removal waits for it and then finds it: either way
one of the two comes first, and the other one knows.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import asyncpg

from store.identifiers import parse
from store.pool import Connection

#: A young reference stands: what it is for may still come. Later, that of a document stands if the ledger has the
#: version, that of a draft as long as the draft is there, others unless the text of the contribution was destroyed. To
#: what was destroyed with a text, nothing refers any more.
_STANDS = """
    f.destroyed_at IS NULL AND (r.at > instant() - $2::interval OR CASE r.kind
        WHEN 'document' THEN EXISTS (
            SELECT FROM ledger l WHERE l.concertation = f.concertation AND l.kind = 'document_attached'
                AND l.content::json->'fact'->>'document' = split_part(r.referrer, '/', 1)
                AND l.content::json->'fact'->>'digest' = split_part(r.referrer, '/', 2))
        WHEN 'draft' THEN EXISTS (
            SELECT FROM draft d WHERE d.concertation = f.concertation
                AND concat_ws('/', d.concertation, d.round, d.stage, d.member) = r.referrer)
        ELSE NOT EXISTS (
            SELECT FROM contribution c WHERE c.id::text = r.referrer AND c.concertation = f.concertation
                AND c.redacted_at IS NOT NULL)
    END)
"""


async def orphans(connection: Connection, older: timedelta, most: int = 1_000) -> list[str]:
    """Give the ids of files that nothing refers to, announced longer ago than `older` or destroyed: oldest first."""
    rows = await connection.fetch(
        f"""
        SELECT f.id FROM file f WHERE (f.requested_at < instant() - $2::interval OR f.destroyed_at IS NOT NULL)
            AND NOT EXISTS (SELECT FROM file_reference r WHERE r.file = f.id AND ({_STANDS}))
        ORDER BY f.requested_at LIMIT $1
        """,  # the condition is the constant above
        most,
        older,
    )
    return [str(row["id"]) for row in rows]


async def remove(connection: Connection, file: str, older: timedelta) -> bool:
    """Remove a file unless something has come to refer to it; say whether it is gone."""
    try:
        async with connection.transaction():
            await connection.execute(
                f"""
                DELETE FROM file_reference r USING file f
                WHERE f.id = $1 AND r.file = f.id AND NOT ({_STANDS})
                """,
                parse(file),
                older,
            )
            gone = await connection.execute(
                """
                DELETE FROM file f WHERE f.id = $1
                    AND (f.requested_at < instant() - $2::interval OR f.destroyed_at IS NOT NULL)
                    AND NOT EXISTS (SELECT FROM file_reference r WHERE r.file = f.id)
                """,
                parse(file),
                older,
            )
    except asyncpg.ForeignKeyViolationError:  # the reference came in while this removal waited for it
        return False
    return bool(gone == "DELETE 1")


async def forsaken(connection: Connection, older: timedelta, most: int = 1_000) -> list[str]:
    """Give the digests of contents that no file has, sent longer ago than `older`."""
    rows = await connection.fetch(
        """
        SELECT c.digest FROM file_content c WHERE c.kept_at < instant() - $2::interval
            AND NOT EXISTS (SELECT FROM file f WHERE f.digest = c.digest)
        ORDER BY c.kept_at LIMIT $1
        """,
        most,
        older,
    )
    return [row["digest"].hex() for row in rows]


async def remove_content(
    connection: Connection, digest: str, older: timedelta, erase: Callable[[str], Awaitable[None]]
) -> bool:
    """Remove a content unless a file has come to have it; say whether it is gone.

    `erase` takes it out of its place while the row is held: who sends the same content meanwhile waits, then puts it
    there again. When `erase` fails, the row stays and the next call tries again.
    """
    try:
        async with connection.transaction():
            gone = await connection.execute(
                """
                DELETE FROM file_content c WHERE c.digest = $1 AND c.kept_at < instant() - $2::interval
                    AND NOT EXISTS (SELECT FROM file f WHERE f.digest = c.digest)
                """,
                bytes.fromhex(digest),
                older,
            )
            if gone == "DELETE 1":
                await erase(digest)
    except asyncpg.ForeignKeyViolationError:
        return False
    return bool(gone == "DELETE 1")
