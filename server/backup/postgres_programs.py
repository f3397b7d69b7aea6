"""PostgreSQL's own programs, pg_dump and psql: in a version that fits the server, without passwords in sight."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from server.errors import CommandFailed


class ProgramMissing(CommandFailed):
    """A program of PostgreSQL is not there in a version that fits."""


class ProgramFailed(CommandFailed):
    """A program of PostgreSQL ended with a fault."""


async def fitting(name: str, major: int) -> str:
    """Give the path of a program for a server of this major version: that of the wheel, or the one on PATH.

    Raises:
        ProgramMissing: neither is of this version or a later one.
    """
    from server.embedded.postgres import programs

    found = []
    try:
        found.append(str(programs() / name))
    except ModuleNotFoundError:
        pass
    found += filter(None, [shutil.which(name)])
    for path in found:
        if Path(path).exists() and await _major(path) >= major:
            return path
    raise ProgramMissing(
        f"{name} n’est pas là en version {major} ou plus, celle du serveur. Installez le client de PostgreSQL {major}. "
        f"Rien n’a été modifié. / There is no {name} of version {major} or later, the server's. Install the client of "
        f"PostgreSQL {major}. Nothing was changed."
    )


async def _major(path: str) -> int:
    process = await asyncio.create_subprocess_exec(path, "--version", stdout=asyncio.subprocess.PIPE)
    printed, _ = await process.communicate()
    number = re.search(rb"\) (\d+)", printed)
    return int(number.group(1)) if number else 0


def without_password(dsn: str) -> tuple[str, dict[str, str]]:
    """Give an address that everybody may see, and the environment that holds its password."""
    parts = urlsplit(dsn)
    env = {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"PGTZ": "UTC"}
    if parts.password is None:
        return dsn, env
    user, _, host = parts.netloc.rpartition("@")
    bare = urlunsplit(parts._replace(netloc=f"{user.partition(':')[0]}@{host}"))
    return bare, env | {"PGPASSWORD": unquote(parts.password)}


@asynccontextmanager
async def running(
    *command: str, env: dict[str, str], fed: bool = False
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a program with its output piped, and its input, where it is `fed`; it is ended with the block.

    Raises:
        ProgramFailed: it ended with a fault, and said why.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        env=env,
        stdin=asyncio.subprocess.PIPE if fed else asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    said = asyncio.create_task(process.stderr.read())
    try:
        yield process
        code = await process.wait()
        if code != 0:
            raise _failed(command[0], code, await said)
    except (BrokenPipeError, ConnectionResetError) as fault:
        raise _failed(command[0], await process.wait(), await said) from fault
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        said.cancel()


def _failed(program: str, code: int, said: bytes) -> ProgramFailed:
    last = said.decode(errors="replace").strip()[-2000:]
    return ProgramFailed(f"{Path(program).name}: exit code {code}\n{last}")
