"""Published procedures: versions that never change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.digests import digest
from domain.free_text import is_storable
from domain.procedure import Procedure
from domain.refusals import Code, Refusal
from store.pages import Page, cut
from store.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedProcedure:
    """A version of a procedure."""

    id: str
    version: int
    #: SHA-256 of its canonical JSON, in hexadecimal.
    digest: str
    definition: Procedure
    published_by: str
    published_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a version stands in the list, by id, newest version first."""

    id: str
    version: int


def procedure_digest(procedure: Procedure) -> str:
    """Give the digest by which concertations name the version that they follow."""
    return digest(procedure.model_dump(mode="json"))


async def publish(connection: Connection, procedure: Procedure, by: str) -> PublishedProcedure | Refusal:
    """Publish a version. Published already with the same content: it is given back; with another: refused."""
    await connection.execute(
        """
        INSERT INTO procedure (id, version, digest, label, definition, published_by, published_at)
        VALUES ($1, $2, $3, $4, $5, $6, instant()) ON CONFLICT ON CONSTRAINT procedure_version DO NOTHING
        """,
        procedure.id,
        procedure.version,
        procedure_digest(procedure),
        procedure.label,
        procedure.model_dump(mode="json"),
        by,
    )
    published = await get(connection, procedure.id, procedure.version)
    if published is None or published.digest != procedure_digest(procedure):
        return Refusal(
            Code.PROCEDURE_VERSION_EXISTS,
            {"procedure": procedure.id, "version": procedure.version},
            ("version",),
        )
    return published


async def get(
    connection: Connection, procedure: str, version: int | None = None
) -> PublishedProcedure | None:
    """Give a version of a procedure; its latest if none is named."""
    if not is_storable(procedure) or not 0 < (version or 1) < 2**31:
        return None
    row = await connection.fetchrow(
        """
        SELECT id, version, digest, definition::text, published_by, published_at FROM procedure
        WHERE id = $1 AND ($2::integer IS NULL OR version = $2) ORDER BY version DESC LIMIT 1
        """,
        procedure,
        version,
    )
    return None if row is None else _read(row)


async def page(
    connection: Connection, *, first: int, after: Place | None = None, latest_only: bool = True
) -> Page[PublishedProcedure]:
    """Give a page of the published procedures, by id; each in its latest version, or in all of them."""
    rows = await connection.fetch(
        """
        SELECT id, version, digest, definition::text, published_by, published_at FROM procedure p
        WHERE (NOT $1 OR version = (SELECT max(o.version) FROM procedure o WHERE o.id = p.id))
            AND ($2::text IS NULL OR (id, -version) > ($2, -$3::integer))
        ORDER BY id, version DESC LIMIT $4
        """,
        latest_only,
        after and after.id,
        after and after.version,
        first + 1,
    )
    total = await connection.fetchval(
        "SELECT CASE WHEN $1 THEN count(DISTINCT id) ELSE count(*) END FROM procedure", latest_only
    )
    return cut([_read(row) for row in rows], first, total)


def _read(row: Any) -> PublishedProcedure:
    return PublishedProcedure(
        id=row["id"],
        version=row["version"],
        digest=row["digest"],
        definition=Procedure.model_validate_json(row["definition"]),
        published_by=row["published_by"],
        published_at=row["published_at"],
    )
