"""Run store/migrations with dbmate, one run at a time whatever the number of processes that ask.

Why dbmate, and what was tried besides: docs/adr/0004-migrations.md.
"""

import asyncio
import os
import re
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from server.embedded.programs import program
from server.errors import CommandFailed

#: How long to wait for another process that is migrating.
LOCK_WITHIN = "120s"


class MigrationFailed(CommandFailed):
    """The schema was not brought up to date; the failing migration was rolled back, the ones before it stand."""

    def __init__(self, output: str) -> None:
        super().__init__(f"{self.__doc__}\n{output.strip()}")


def migrations() -> Path:
    """The folder of the plain-SQL migrations, `<order>_<name>.sql`."""
    import store

    (folder,) = store.__path__
    return Path(folder) / "migrations"


async def migrate(owner: str, folder: Path | None = None) -> list[str]:
    """Apply what is missing to the database at `owner` (an address for its owner) and return the files' names.

    Holds an advisory lock: several processes may call this at once. Raises `MigrationFailed`.
    """
    output = await _dbmate(owner, folder or migrations(), "migrate")
    return re.findall(r"^Applied: (\S+)", output, flags=re.MULTILINE)


async def pending(owner: str, folder: Path | None = None) -> list[str]:
    """The names of the migrations that the database at `owner` does not have yet."""
    output = await _dbmate(owner, folder or migrations(), "status")
    return re.findall(r"^\[ \] (\S+)", output, flags=re.MULTILINE)


async def _dbmate(owner: str, folder: Path, command: str) -> str:
    process = await asyncio.create_subprocess_exec(
        program("dbmate"),
        *("--env-file", os.devnull, "--no-dump-schema", "--migrations-dir", str(folder)),
        *("--migration-lock", "--migration-lock-timeout", LOCK_WITHIN, command),
        env={"DATABASE_URL": _for_dbmate(owner), "PATH": os.environ.get("PATH", "")},
        cwd="/",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await process.communicate()
    output = printed.decode(errors="replace")
    if process.returncode:
        raise MigrationFailed(output)
    return output


def _for_dbmate(dsn: str) -> str:
    """The address in the dialect of Go's driver: a socket is named `socket`, and TLS is asked for unless refused."""
    parts = urlsplit(dsn)
    query = dict(parse_qsl(parts.query))
    host = query.pop("host", "")
    if host.startswith("/"):
        query |= {"socket": host, "sslmode": "disable"}
    elif host:
        query["host"] = host
    return urlunsplit(parts._replace(scheme="postgres", query=urlencode(query)))
