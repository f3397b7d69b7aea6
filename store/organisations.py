"""Organisations of one concertation. Who represents them is in the ledger, and so in the snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from domain.geography.searching import folded
from domain.organisations.registration import OrganisationKind, Registration
from domain.refusals import Code, Refusal
from store.identifiers import parse, parse_many
from store.pages import Page, cut
from store.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """An organisation, without where it is written to: that is for the worker's eyes alone."""

    id: str
    concertation: str
    name: str
    kind: OrganisationKind
    college: str
    reference: str | None
    siren: str | None
    siret: str | None
    place: str | None
    departement: str | None
    registered_at: datetime
    updated_at: datetime
    #: The name as it is put in order.
    sort_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which organisations. Unset: whichever."""

    college: str | None = None
    kind: OrganisationKind | None = None
    departement: str | None = None
    #: The beginning of the name, whatever the accents.
    name: str | None = None


_COLUMNS = """id, concertation, name, sort_name, kind, college, reference, siren, siret, place, departement,
    registered_at, updated_at"""
_UNIQUE = ("organisation_reference", "organisation_siret", "organisation_siren")


async def register(
    connection: Connection, *, id: str, concertation: str, said: Registration, by: str
) -> Organisation | Refusal:
    """Keep a new organisation; asked again with the same id and content, it is the same one.

    `said` was checked (`domain.organisations.registration.checked`).
    """
    try:
        # A transaction, so that a fault leaves the connection as it was, whoever holds another one around it.
        async with connection.transaction():
            row = await connection.fetchrow(
                f"""
                INSERT INTO organisation (id, concertation, name, sort_name, kind, college, reference, siren, siret,
                    place, departement, email, registered_by, registered_at, updated_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, instant(), instant())
                ON CONFLICT (id) DO NOTHING RETURNING {_COLUMNS}
                """,
                parse(id),
                parse(concertation),
                *_values(said),
                by,
            )
    except asyncpg.UniqueViolationError as taken:
        if taken.constraint_name not in _UNIQUE:
            raise
        row = None
        # The same one, sent twice at once, may meet itself by one of its numbers before it does by its id.
        if await get(connection, concertation, id) is None:
            return await _exists(connection, concertation, said)
    if row is not None:
        return _read(row)
    found = await get(connection, concertation, id)
    if found is None or _said(found) != _comparable(said):
        return Refusal(Code.IDEMPOTENCY_KEY_REUSED, {}, ("idempotencyKey",))
    return found


async def register_many(
    connection: Connection, *, concertation: str, said: Sequence[Registration], by: str
) -> set[str]:
    """Keep new organisations that have a reference: one statement. Gives the references of those that were kept.

    Of the others, `register` tells one by one why they were not.
    """
    rows = [
        dict(zip(_GIVEN, _values(one), strict=True)) | {"id": str(uuid4())} for one in said if one.reference
    ]
    kept = await connection.fetch(
        """
        INSERT INTO organisation (id, concertation, name, sort_name, kind, college, reference, siren, siret,
            place, departement, email, registered_by, registered_at, updated_at)
        SELECT r.id, $1, r.name, r.sort_name, r.kind, r.college, r.reference, r.siren, r.siret, r.place,
            r.departement, r.email, $3, instant(), instant()
        FROM jsonb_populate_recordset(NULL::organisation, $2) AS r
        ON CONFLICT DO NOTHING RETURNING reference
        """,
        parse(concertation),
        rows,
        by,
    )
    return {row["reference"] for row in kept}


async def amend(
    connection: Connection, *, id: str, concertation: str, said: Registration
) -> Organisation | Refusal:
    """Say anew what an organisation is. Where no mail address is said, the one that was known stays."""
    try:
        async with connection.transaction():
            row = await connection.fetchrow(
                f"SELECT {_COLUMNS} FROM amend_organisation($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
                parse(id),
                parse(concertation),
                *_values(said),
            )
    except asyncpg.UniqueViolationError as taken:
        if taken.constraint_name not in _UNIQUE:
            raise
        return await _exists(connection, concertation, said)
    if row is None:
        return Refusal(Code.UNKNOWN_ORGANISATION, {}, ("organisationId",))
    return _read(row)


async def get(connection: Connection, concertation: str, id: str) -> Organisation | None:
    """Give an organisation of a concertation."""
    return (await get_many(connection, concertation, [id])).get(id.lower())


async def get_many(connection: Connection, concertation: str, ids: Sequence[str]) -> dict[str, Organisation]:
    """Give those of a concertation that exist, by id: one statement."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM organisation WHERE concertation = $1 AND id = ANY ($2::uuid[])",
        parse(concertation),
        parse_many(list(ids)),
    )
    return {str(row["id"]): _read(row) for row in rows}


async def by_reference(
    connection: Connection, concertation: str, references: Sequence[str]
) -> dict[str, Organisation]:
    """Give those of a concertation that have these references, by reference: one statement."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM organisation WHERE concertation = $1 AND reference = ANY ($2::text[])",
        parse(concertation),
        list(references),
    )
    return {row["reference"]: _read(row) for row in rows}


def says(found: Organisation, said: Registration) -> bool:
    """Say whether an organisation is what is said of it, its mail address aside."""
    return _said(found) == _comparable(said)


async def page(
    connection: Connection,
    concertation: str,
    *,
    first: int,
    after: tuple[str, str] | None = None,
    wanted: Wanted | None = None,
) -> Page[Organisation]:
    """Give a page by name, after a `sort_name` and an id: two statements."""
    wanted = wanted or Wanted()
    where = """
        concertation = $1 AND ($2::text IS NULL OR college = $2) AND ($3::text IS NULL OR kind = $3)
        AND ($4::text IS NULL OR departement = $4) AND ($5::text IS NULL OR sort_name LIKE $5 || '%')
    """
    beginning = folded(wanted.name) if wanted.name is not None else None
    given = (parse(concertation), wanted.college, wanted.kind, wanted.departement, beginning)
    rows = await connection.fetch(
        f"""
        SELECT {_COLUMNS} FROM organisation
        WHERE {where} AND ($6::text IS NULL OR (sort_name, id) > ($6, $7::uuid))
        ORDER BY sort_name, id LIMIT $8
        """,
        *given,
        after[0] if after else None,
        UUID(after[1]) if after else None,
        first + 1,
    )
    total = await connection.fetchval(f"SELECT count(*) FROM organisation WHERE {where}", *given)
    return cut([_read(row) for row in rows], first, total)


_GIVEN = (
    "name", "sort_name", "kind", "college", "reference", "siren", "siret", "place", "departement", "email",
)  # fmt: skip


def _values(said: Registration) -> tuple[Any, ...]:
    return (
        said.name, folded(said.name), said.kind.value, said.college, said.reference, said.siren, said.siret, said.place,
        said.departement, said.email,
    )  # fmt: skip


def _comparable(said: Registration) -> tuple[Any, ...]:
    """Give what can be read back: all but the mail address."""
    return (said.name, said.kind, said.college, said.reference, said.siren, said.siret, said.place)


def _said(found: Organisation) -> tuple[Any, ...]:
    return (
        found.name, found.kind, found.college, found.reference, found.siren, found.siret, found.place
    )  # fmt: skip


async def _exists(connection: Connection, concertation: str, said: Registration) -> Refusal:
    """Refuse, and name the one that is there: by its reference, else by its number."""
    row = await connection.fetchrow(
        """
        SELECT name, reference = $2 AS by_reference FROM organisation
        WHERE concertation = $1 AND (reference = $2 OR siret = $3 OR (siren = $4 AND siret IS NULL AND $3 IS NULL))
        ORDER BY reference = $2 DESC NULLS LAST LIMIT 1
        """,
        parse(concertation),
        said.reference,
        said.siret,
        said.siren,
    )
    path = "reference" if row and row["by_reference"] else "siret" if said.siret else "siren"
    return Refusal(Code.ORGANISATION_EXISTS, {"name": row["name"]} if row else {}, (path,))


def _read(row: Any) -> Organisation:
    return Organisation(
        id=str(row["id"]),
        concertation=str(row["concertation"]),
        name=row["name"],
        kind=OrganisationKind(row["kind"]),
        college=row["college"],
        reference=row["reference"],
        siren=row["siren"],
        siret=row["siret"],
        place=row["place"],
        departement=row["departement"],
        registered_at=row["registered_at"],
        updated_at=row["updated_at"],
        sort_name=row["sort_name"],
    )
