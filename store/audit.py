"""The audit in the store: added to by the API, read and swept by whoever runs the service."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from domain.auditing import What
from store.pool import Connection

_SWEPT_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """Something that happened, so often, of late."""

    what: What
    member: str | None = None
    address: str | None = None
    #: What it was about, in words of the program.
    about: str | None = None
    #: What an operator finds the first of the requests by, in the log.
    reference: str | None = None
    count: int = 1
    #: Seconds since it happened first, and last.
    first_ago: float = 0.0
    last_ago: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What is kept of a minute."""

    first_at: datetime
    last_at: datetime
    what: What
    member: str | None
    address: str | None
    about: str | None
    reference: str | None
    count: int


async def write(connection: Connection, happened: Sequence[Happened]) -> None:
    """Add what happened: each by another kind, member, address or subject than the others."""
    await connection.execute("SELECT write_audit($1)", [asdict(one) for one in happened])


async def since(
    connection: Connection,
    at: datetime,
    *,
    what: Collection[What] = (),
    member: str | None = None,
    address: str | None = None,
    most: int,
) -> list[Row]:
    """Give the latest so many rows since an instant, as the worker, the latest last."""
    kinds = [kind.value for kind in what] or None
    rows: list[Any] = await connection.fetch(
        "SELECT * FROM audit_since($1, $2, $3, $4, $5)", at, kinds, member, address, most
    )
    found = [Row(**{**row, "what": What(row["what"])}) for row in rows]
    return sorted(found, key=lambda row: (row.last_at, row.first_at))


async def sweep(connection: Connection, days: int) -> int:
    """Remove, as the worker, what is older than so many days; how many rows it were."""
    total = 0
    while swept := await connection.fetchval("SELECT sweep_audit($1, $2)", days, _SWEPT_AT_ONCE):
        total += swept
        if swept < _SWEPT_AT_ONCE:
            break
    return total
