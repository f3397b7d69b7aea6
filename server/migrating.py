"""Run store/migrations with dbmate, one run at a time whatever the number of processes that ask.

Why dbmate, and what was tried besides: docs/adr/0004-migrations.md.
"""

import asyncio
import logging
import os
import re
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from uuid import uuid4

from server.embedded.programs import program
from server.errors import CommandFailed
from server.giving_way import giving_way

log = logging.getLogger(__name__)

#: How long to wait for another process that is migrating.
LOCK_WITHIN = "120s"
#: How long a migration is tried again, in seconds, that others who use its tables do not let begin.
PATIENCE = 300.0
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 15.0
#: What PostgreSQL says where it was given way, or where the file's own `lock_timeout` was over.
_GAVE_WAY = re.compile(r"canceling statement due to (user request|lock timeout)|deadlock detected")


class MigrationFailed(CommandFailed):
    """The schema was not brought up to date; the failing migration was rolled back, the ones before it stand."""

    def __init__(self, output: str) -> None:
        super().__init__(f"{self.__doc__}\n{output.strip()}")


class TablesInUse(MigrationFailed):
    """The schema was not brought up to date: its tables were in use all the time. Nothing was changed by the
    migration that waited, the ones before it stand. End what holds them, then migrate again."""


def migrations() -> Path:
    """The folder of the plain-SQL migrations, `<order>_<name>.sql`."""
    import store

    (folder,) = store.__path__
    return Path(folder) / "migrations"


async def migrate(owner: str, folder: Path | None = None, patience: float = PATIENCE) -> list[str]:
    """Apply what is missing to the database at `owner` (an address for its owner) and return the files' names.

    Holds an advisory lock: several processes may call this at once. A migration that waits for a lock of a table is
    ended within a second or so, for all who come after it would wait behind it; the log says who holds the lock, and
    it is tried again for `patience` seconds.

    Raises:
        TablesInUse: it was never let begin.
        MigrationFailed: dbmate failed.
    """
    loop = asyncio.get_running_loop()
    until, pause, applied = loop.time() + patience, _FIRST_PAUSE, list[str]()
    while True:
        application = f"concertation migrate {uuid4().hex[:8]}"
        async with giving_way(owner, application) as waits:
            code, output = await _run(owner, folder or migrations(), "migrate", application)
        applied += re.findall(r"^Applied: (\S+)", output, flags=re.MULTILINE)
        if not code:
            return applied
        if not _GAVE_WAY.search(output):
            raise MigrationFailed(output)
        held = "; ".join(waits.ended_for) or "a lock"
        if loop.time() + pause > until:
            raise TablesInUse(f"{output.strip()}\nIt waited for {held}.")
        log.warning("the migration gave way to others, next try in %g s; it waited for %s", pause, held)
        await asyncio.sleep(pause)
        pause = min(_LONGEST_PAUSE, 2 * pause)


async def pending(owner: str, folder: Path | None = None) -> list[str]:
    """The names of the migrations that the database at `owner` does not have yet."""
    output = await _dbmate(owner, folder or migrations(), "status")
    return re.findall(r"^\[ \] (\S+)", output, flags=re.MULTILINE)


async def _dbmate(owner: str, folder: Path, command: str) -> str:
    code, output = await _run(owner, folder, command, "concertation migrate")
    if code:
        raise MigrationFailed(output)
    return output


async def _run(owner: str, folder: Path, command: str, application: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        program("dbmate"),
        *("--env-file", os.devnull, "--no-dump-schema", "--migrations-dir", str(folder)),
        *("--migration-lock", "--migration-lock-timeout", LOCK_WITHIN, command),
        env={"DATABASE_URL": _for_dbmate(owner, application), "PATH": os.environ.get("PATH", "")},
        cwd="/",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await process.communicate()
    return process.returncode, printed.decode(errors="replace")


def _for_dbmate(dsn: str, application: str) -> str:
    """The address in the dialect of Go's driver: a socket is named `socket`, and TLS is asked for unless refused."""
    parts = urlsplit(dsn)
    query = dict(parse_qsl(parts.query)) | {"application_name": application}
    host = query.pop("host", "")
    if host.startswith("/"):
        query |= {"socket": host, "sslmode": "disable"}
    elif host:
        query["host"] = host
    return urlunsplit(parts._replace(scheme="postgres", query=urlencode(query)))
