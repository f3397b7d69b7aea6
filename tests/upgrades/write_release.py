"""Writes what the version in pyproject.toml asks of the schema: `python -m tests.upgrades.write_release`, at a release.

The files of earlier releases stay as they are, for as long as their versions may run beside this one.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import tomllib
from typing import Any

import asyncpg

from server.leaving import leave
from server.migrating import migrations
from server.provisioning import Role
from store.pool import set_codecs
from tests.fixtures.postgres import SharedPostgres, quick_folder
from tests.replay.regenerate import HISTORIES
from tests.upgrades.asked_statements import ROOT, asked_statements
from tests.upgrades.releases import RELEASED, ROLES, digest_of, shape, tables


async def write() -> None:
    """Write the file of this version."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    folder = quick_folder() / "concertation-release"
    shared = SharedPostgres(folder)
    await asyncio.to_thread(shared.enter)
    try:
        name = await _database(shared)
        said = {
            "version": version,
            "migration": max(file.stem for file in migrations().glob("*.sql")),
            "histories": {file.stem: digest_of(file.stem) for file in sorted(HISTORIES.glob("*.json"))},
            **await _asked(shared, name),
        }
    finally:
        await asyncio.to_thread(shared.leave)
        shutil.rmtree(folder)
    RELEASED.mkdir(exist_ok=True)
    file = RELEASED / f"{version}.json"
    file.write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(f"{version}: {len(said['statements'])} statements")


async def _database(shared: SharedPostgres) -> str:
    template = await asyncio.to_thread(shared.template)
    superuser = await asyncpg.connect(shared.server.dsn())
    await superuser.execute(f'CREATE DATABASE release TEMPLATE "{template}" OWNER {Role.OWNER}')
    await superuser.close()
    return "release"


async def _asked(shared: SharedPostgres, name: str) -> dict[str, Any]:
    connections = {}
    try:
        for role in ROLES:
            connections[role.value] = await asyncpg.connect(shared.server.dsn(role, name))
            await set_codecs(connections[role.value])
        found = [one for one in asked_statements() if one.text is not None]
        texts = {one.text: one.module for one in sorted(found, key=lambda one: (one.text or "", one.module))}
        statements = [await _statement(connections, module, text) for text, module in texts.items() if text]
        known = await tables(next(iter(connections.values())))
        return {
            "tables": {table: sorted(columns) for table, columns in known.items()},
            "statements": sorted(
                (one for one in statements if one["roles"]), key=lambda one: (one["module"], one["text"])
            ),
        }
    finally:
        for connection in connections.values():
            await connection.close()


async def _statement(
    connections: dict[str, asyncpg.Connection[asyncpg.Record]], module: str, text: str
) -> dict[str, Any]:
    """Give a statement with the roles that may ask it; those that a superuser alone asks have none."""
    said: dict[str, Any] = {"module": module, "text": text, "roles": [], "parameters": [], "columns": {}}
    for role, connection in connections.items():
        try:
            said |= await shape(connection, text)
        except asyncpg.PostgresError:
            continue
        said["roles"].append(role)
    return said


if __name__ == "__main__":
    asyncio.run(write())
    leave(0)
