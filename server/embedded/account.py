"""The account that PostgreSQL runs under. PostgreSQL refuses to run as root, so root lends it another one.

Anyone else runs it as themself, and nothing here applies. As root, the system account `concertation-pg` is made once
with useradd, and the folders above the programs and the data get the bit that lets others pass through them (never
the one that lets them list or read): docs/adr/0003-embedded-services.md.
"""

import asyncio
import os
import pwd
from pathlib import Path
from typing import NamedTuple

from server.errors import CommandFailed

ACCOUNT = "concertation-pg"


class Account(NamedTuple):
    """A user id and a group id."""

    user: int
    group: int


class NoAccount(CommandFailed):
    """PostgreSQL cannot run as root and the account `concertation-pg` could not be made; start as another user."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{self.__doc__} ({reason})")


async def borrowed_account() -> Account | None:
    """The account to run PostgreSQL as, made if needed; None for whoever is not root."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(ACCOUNT)
    except KeyError:
        await _make()
        entry = pwd.getpwnam(ACCOUNT)
    return Account(user=entry.pw_uid, group=entry.pw_gid)


async def _make() -> None:
    command = (
        "useradd",
        "--system",
        "--user-group",
        "--no-create-home",
        "--shell",
        "/usr/sbin/nologin",
        ACCOUNT,
    )
    try:
        process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    except FileNotFoundError:
        raise NoAccount("useradd is missing") from None
    _, errors = await process.communicate()
    try:
        pwd.getpwnam(ACCOUNT)  # whoever made it: another process may have been first
    except KeyError:
        raise NoAccount(errors.decode().strip()) from None


def let_read(folder: Path) -> None:
    """Let other accounts read and run what is in `folder`: programs and libraries, installed under a strict umask."""
    let_pass(folder)
    for path in [folder, *folder.rglob("*")]:
        mode = path.stat().st_mode & 0o7777
        wanted = mode | 0o444 | (0o111 if mode & 0o100 else 0)
        if wanted != mode:
            path.chmod(wanted)


def let_pass(path: Path) -> None:
    """Let other accounts pass through the folders above `path`, and no more."""
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode & 0o7777
        if not mode & 0o001:
            folder.chmod(mode | 0o011)
