"""What a released version asks of the schema, and which histories it has left: one file for each release."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import asyncpg

from server.provisioning import Role
from tests.replay.regenerate import HISTORIES

RELEASED = Path(__file__).with_name("released")
ROLES = (Role.APP, Role.WORKER)

_COLUMNS = """
SELECT c.relname AS name, a.attname AS column,
    a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AS required
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What one statement takes and gives, and who may ask it."""

    module: str
    text: str
    roles: tuple[str, ...]
    parameters: tuple[str, ...]
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What a version needs to find while it runs."""

    version: str
    #: The last migration that it came with.
    migration: str
    #: By the name of the file: its SHA-256.
    histories: Mapping[str, str]
    #: By table: its columns.
    tables: Mapping[str, Sequence[str]]
    statements: Sequence[Statement]


def releases() -> list[Release]:
    """Give those that are kept, the earliest first."""
    found = [read(json.loads(file.read_text("utf-8"))) for file in RELEASED.glob("*.json")]
    return sorted(found, key=lambda release: tuple(map(int, release.version.split("."))))


def read(said: dict[str, Any]) -> Release:
    """Read what `write_release` wrote."""
    statements = [
        Statement(
            module=one["module"],
            text=one["text"],
            roles=tuple(one["roles"]),
            parameters=tuple(one["parameters"]),
            columns=one["columns"],
        )
        for one in said["statements"]
    ]
    return Release(**{**said, "statements": statements})


def digest_of(history: str) -> str:
    """Give the SHA-256 of a committed history."""
    return sha256((HISTORIES / f"{history}.json").read_bytes()).hexdigest()


def release_of(history: str) -> str:
    """Name the first release whose workflow left this history; `unreleased` if none did."""
    return next((one.version for one in releases() if history in one.histories), "unreleased")


async def shape(connection: asyncpg.Connection[asyncpg.Record], text: str) -> dict[str, Any]:
    """Give what a statement takes and gives for whoever is connected; nothing of it is done.

    Raises:
        asyncpg.PostgresError: it cannot be asked so, or not by this role.
    """
    prepared = await connection.prepare(text)
    await connection.execute(f"EXPLAIN (GENERIC_PLAN) {text}")  # looks at what the role may do, too
    return {
        "parameters": [kind.name for kind in prepared.get_parameters()],
        "columns": {column.name: column.type.name for column in prepared.get_attributes()},
    }


async def broken(
    release: Release, connections: Mapping[str, asyncpg.Connection[asyncpg.Record]]
) -> list[str]:
    """Say which statements of a release the schema does not answer any more as that version expects."""
    faults = []
    for statement in release.statements:
        for role in statement.roles:
            try:
                found = await shape(connections[role], statement.text)
            except asyncpg.PostgresError as fault:
                faults.append(f"{statement.module}: {fault}: {statement.text}")
                continue
            if tuple(found["parameters"]) != statement.parameters:
                faults.append(f"{statement.module}: takes {found['parameters']}: {statement.text}")
            if not statement.columns.items() <= found["columns"].items():
                faults.append(f"{statement.module}: gives {found['columns']}: {statement.text}")
    return faults


async def tables(connection: asyncpg.Connection[asyncpg.Record]) -> dict[str, dict[str, bool]]:
    """Give the columns of all tables, and whether who inserts a row has to name them."""
    found: dict[str, dict[str, bool]] = {}
    for row in await connection.fetch(_COLUMNS):
        found.setdefault(row["name"], {})[row["column"]] = row["required"]
    return found
