"""Restoring a backup where there is nothing: the database in one transaction, then contents of files and keys.

Before the transaction is committed the database does what it does once after a restoration (`begin_restored`): nobody
ever works on one that was restored and does not know it.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg

from server.archive_file import content_entry
from server.backup import backup_file
from server.backup.backup_file import BackupFile
from server.backup.postgres_programs import fitting, running, without_password
from server.errors import CommandFailed
from server.files.shelf import Shelf
from server.migrating import migrations

_OBJECTS = """
    SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') LIMIT 1
"""


class RestoreRefused(CommandFailed):
    """The backup is not restored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What the database did once it was restored."""

    mark: str
    sessions: int
    tokens: int
    #: Mails that may have gone already.
    held: int


def check_version(backup: BackupFile) -> None:
    """Refuse what a newer version made: this one would not know what to do with it."""
    here = {file.name.partition("_")[0] for file in migrations().glob("*.sql")}
    unknown = [number for number in backup.manifest.migrations if number not in here]
    if unknown:
        raise RestoreRefused(
            f"La sauvegarde vient d’une version plus récente ({backup.manifest.program} ; migrations "
            f"{', '.join(unknown)}). Rien n’a été modifié : installez cette version, puis recommencez. / "
            f"The backup was made by a newer version ({backup.manifest.program}; migrations {', '.join(unknown)}). "
            "Nothing was changed: install that version, then restore again."
        )


async def restore_database(superuser: str, backup: BackupFile, lost_at: datetime | None) -> Begun:
    """Restore the database into the empty one at `superuser`, all of it or nothing.

    Raises:
        RestoreRefused: it is not empty, or is not afterwards what the backup says.
        ProgramMissing, ProgramFailed, BackupBroken: nothing was changed.
    """
    connection = await asyncpg.connect(superuser)
    try:
        await _require_empty(connection)
        major = connection.get_server_version().major
    finally:
        await connection.close()
    address, env = without_password(superuser)
    reader = (await fitting("pg_restore", major), "--file=-", "--format=custom")
    writer = (
        await fitting("psql", major),
        "-X",
        "-q",
        "-A",
        "-t",
        "-v",
        "ON_ERROR_STOP=1",
        "-f",
        "-",
        address,
    )
    async with running(*writer, env=env, fed=True) as psql:
        assert psql.stdin is not None
        assert psql.stdout is not None
        begun = asyncio.create_task(psql.stdout.read())
        psql.stdin.write(b"BEGIN;\n")
        async with running(*reader, env=env, fed=True) as script:
            feeding = asyncio.create_task(_feed(script, backup))
            assert script.stdout is not None
            while piece := await script.stdout.read(backup_file.PIECE):
                psql.stdin.write(piece)
                await psql.stdin.drain()
            await feeding
        # The whole script has been read: only now is there anything to commit.
        psql.stdin.write(_LAST.format(at=backup.manifest.moment.isoformat(), lost=_quoted(lost_at)).encode())
        await psql.stdin.drain()
        psql.stdin.close()
        said = (await begun).decode().strip().splitlines()
    mark, sessions, tokens, held = said[-1].split("|")
    found = Begun(mark=mark, sessions=int(sessions), tokens=int(tokens), held=int(held))
    await _compare(superuser, backup)
    return found


_LAST = """
SET search_path = public, pg_temp;
SELECT * FROM begin_restored('{at}', {lost});
COMMIT;
"""


def _quoted(instant: datetime | None) -> str:
    return "NULL" if instant is None else f"'{instant.isoformat()}'"


async def _feed(script: asyncio.subprocess.Process, backup: BackupFile) -> None:
    assert script.stdin is not None
    with backup.open(backup_file.DATABASE) as dump:
        try:
            while piece := dump.read(backup_file.PIECE):
                script.stdin.write(piece)
                await script.stdin.drain()
            script.stdin.close()
        except (BrokenPipeError, ConnectionResetError):
            pass  # its exit code and what it said tell why


async def _require_empty(connection: Any) -> None:
    there = await connection.fetchval(_OBJECTS)
    if there is not None:
        raise RestoreRefused(
            f"La base n’est pas vide ({there}). Une sauvegarde n’est rétablie que là où il n’y a rien. Rien n’a été "
            "modifié : donnez une base vide, ou mettez celle-ci de côté (ALTER DATABASE … RENAME TO …). / "
            f"The database is not empty ({there}). A backup is restored only where there is nothing. Nothing was "
            "changed: give an empty database, or set this one aside (ALTER DATABASE … RENAME TO …)."
        )


async def _compare(superuser: str, backup: BackupFile) -> None:
    """Compare the end of every ledger with the manifest, and let PostgreSQL look at what it has now."""
    connection = await asyncpg.connect(superuser)
    try:
        rows = await connection.fetch("SELECT id::text, seq, encode(head, 'hex') FROM concertation")
        expected = {(one.id, one.seq, one.head) for one in backup.manifest.concertations}
        if {tuple(row) for row in rows} != expected:
            raise RestoreRefused(
                "La base rétablie n’est pas celle que dit le manifeste : ne la mettez pas en service. / "
                "The database that was restored is not what the manifest says: do not use it."
            )
        await connection.execute("SET statement_timeout = 0")
        await connection.execute("ANALYZE")
    finally:
        await connection.close()


async def restore_contents(
    backup: BackupFile, shelf: Shelf, incoming: Path, done: Callable[[int], None] = lambda count: None
) -> int:
    """Put the contents of files into their place, each after it was verified; again is harmless.

    Raises:
        ShelfFault: the place does not answer; what is there stays.
    """
    incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
    count = 0
    for count, (digest, _) in enumerate(backup.contents(), 1):
        staged = incoming / f"restored-{os.getpid()}"
        with backup.open(content_entry(digest)) as source, staged.open("wb") as sink:
            while piece := source.read(backup_file.PIECE):
                sink.write(piece)
            sink.flush()
            os.fsync(sink.fileno())
        await shelf.put(digest, staged)
        staged.unlink(missing_ok=True)
        done(count)
    return count


def restore_keys(backup: BackupFile, folder: Path) -> list[str]:
    """Put the keys of the backup into a folder; give the names of those that were there already and are others."""
    others = []
    for name in backup.key_parts():
        file = folder / Path(name).name
        with backup.open(name) as source:
            key = source.read()
        if file.exists():
            if file.read_bytes() != key:
                others.append(file.name)
            continue
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.touch(mode=0o600)
        file.write_bytes(key)
    return others
