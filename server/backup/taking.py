"""Taking a backup, beside everything else: one snapshot for the dump and the manifest, then the contents of files.

Contents never change, so they may be read after the snapshot. One that is taken away meanwhile belonged to nothing
that stands: its row is gone by then, and it is not missed.
"""

from __future__ import annotations

import json
import logging
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, BinaryIO

import asyncpg

from server.archive_writing import ArchiveWriting
from server.backup import backup_file
from server.backup.backup_file import BackupWriting, Ledger, Manifest
from server.backup.postgres_programs import fitting, running, without_password
from server.files.shelf import shelf_of
from server.keys import KeyRefused, ticket_key
from server.settings import Settings
from store import backups

log = logging.getLogger(__name__)

_LEDGERS = """
    SELECT c.id::text, c.slug, c.phase, c.seq, encode(c.head, 'hex') AS head,
        (SELECT count(*) FROM contribution b WHERE b.concertation = c.id) AS contributions,
        ARRAY(
            SELECT s.key FROM stage s WHERE s.concertation = c.id AND s.kind = 'call_for_input' AND s.state = 'open'
            ORDER BY 1
        ) AS open
    FROM concertation c ORDER BY c.created_at, c.id
"""
_CONTENTS = """
    SELECT encode(digest, 'hex') AS digest, size FROM file_content
    UNION SELECT sha256, size FROM closing_archive WHERE sha256 IS NOT NULL
    ORDER BY 1
"""
_STILL_THERE = """
    SELECT EXISTS (SELECT FROM file_content WHERE digest = decode($1, 'hex'))
        OR EXISTS (SELECT FROM closing_archive WHERE sha256 = $1)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What was taken."""

    manifest: Manifest
    contents: int


async def take(
    settings: Settings, superuser: str, sink: BinaryIO, done: Callable[[int], None] = lambda count: None
) -> Taken:
    """Write a backup of the database at `superuser` and of the files of the settings.

    `done` is told how many contents of files were read.

    Raises:
        ProgramMissing, ProgramFailed: see postgres_programs.
        OSError, asyncpg.PostgresError: the database does not answer, the disk is full.
    """
    connection = await asyncpg.connect(superuser, server_settings={"application_name": "concertation backup"})
    try:
        with zipfile.ZipFile(sink, "w") as file:
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                await connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
                await connection.execute("SET LOCAL statement_timeout = 0")
                snapshot: str = await connection.fetchval("SELECT pg_export_snapshot()")
                writing = BackupWriting(file, await _manifest(connection, settings))
                contents = [(row["digest"], row["size"]) for row in await connection.fetch(_CONTENTS)]
                await _dump(writing, superuser, snapshot, connection.get_server_version().major)
            for key in sorted((settings.data_dir / "keys").glob("*.json")):
                with writing.part(backup_file.KEYS + key.name) as write:
                    write(key.read_bytes())
            kept = await _contents(writing, settings, connection, contents, done)
            writing.finish()
    finally:
        await connection.close(timeout=5)
    return Taken(manifest=writing.manifest, contents=kept)


async def note(superuser: str, manifest: Manifest) -> None:
    """Tell the database that the backup is whole, and in its place; one with a schema of before that is told nothing.

    Raises:
        OSError, asyncpg.PostgresError: the database does not take it. The backup is none the worse.
    """
    connection = await asyncpg.connect(superuser, server_settings={"application_name": "concertation backup"})
    try:
        await backups.note(connection, manifest.moment)
    except asyncpg.UndefinedTableError:
        log.info("the schema is behind: it does not know when backups were taken")
    finally:
        await connection.close(timeout=5)


async def _manifest(connection: Any, settings: Settings) -> Manifest:
    at = await connection.fetchval("SELECT instant()")
    migrations = await connection.fetch("SELECT version FROM schema_migrations ORDER BY 1")
    return Manifest(
        at=at.astimezone(UTC).isoformat(),
        program=version("concertation"),
        postgresql=await connection.fetchval("SHOW server_version"),
        migrations=[row["version"] for row in migrations],
        ticket_key=fingerprint(settings),
        concertations=[Ledger(**row) for row in await connection.fetch(_LEDGERS)],
    )


async def _dump(writing: BackupWriting, superuser: str, snapshot: str, major: int) -> None:
    address, env = without_password(superuser)
    command = [
        *(await fitting("pg_dump", major), "--format=custom", "--no-unlogged-table-data"),
        *(f"--snapshot={snapshot}", f"--dbname={address}"),
    ]
    with writing.part(backup_file.DATABASE) as write:
        async with running(*command, env=env) as process:
            assert process.stdout is not None
            while piece := await process.stdout.read(backup_file.PIECE):
                write(piece)


async def _contents(
    writing: BackupWriting,
    settings: Settings,
    connection: Any,
    wanted: list[tuple[str, int]],
    done: Callable[[int], None],
) -> int:
    lost: dict[str, str] = {}
    files = ArchiveWriting(writing.file)
    files.contents = wanted
    await files.files(shelf_of(settings), _room(settings), lost.__setitem__, done)
    for digest, why in lost.items():
        if await connection.fetchval(_STILL_THERE, digest):
            writing.manifest.missing.append(f"{digest} ({why})")
    kept = [(digest, size) for digest, size in wanted if digest not in lost]
    with writing.part(backup_file.CONTENTS) as write:
        for digest, size in kept:
            write(json.dumps({"digest": digest, "size": size}).encode() + b"\n")
    return len(kept)


def _room(settings: Settings) -> Path:
    """Name a folder for what is on its way: contents may be of any size."""
    import tempfile

    incoming = settings.files_folder / "incoming"
    return incoming if incoming.is_dir() else Path(tempfile.gettempdir())


def fingerprint(settings: Settings) -> str | None:
    """Tell the key of tickets from others, and nothing of what it is; unset: there is none."""
    if settings.ticket_key is None and not (settings.data_dir / "keys" / "tickets.jwk.json").exists():
        return None
    try:
        key = ticket_key(settings)
    except KeyRefused:
        return None
    return sha256(b"concertation ticket key\0" + key.raw_value).hexdigest()[:16]
