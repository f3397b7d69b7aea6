"""What is wrong with an installation besides its ledgers: `doctor` says each with its mend.

Nothing here changes anything, and every look ends within seconds.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from server.settings import Settings
from store import ailments as kept
from store.backups import last_backup
from store.clock import instant
from store.pool import Connection

#: An outbox that moves is empty within seconds.
STUCK_AFTER = timedelta(minutes=5)
#: Files read and hashed at each look, and the largest of them, in bytes.
SAMPLED = 20
LARGEST_SAMPLED = 20_000_000
#: A disk is nearly full that has less than so many bytes free; a small one, so much of the whole.
LEAST_FREE = 500_000_000
LEAST_FREE_SHARE = 0.05
#: The same of inodes, of which each file takes one: a disk without any is full, however much room it has.
LEAST_INODES = 20_000
#: One backup a day, and what the next one takes.
BACKUP_WITHIN = timedelta(hours=26)
#: Deadlines go by the database's clock, tokens by the machine's, in seconds.
CLOCKS_APART = 2.0
#: So much of PostgreSQL's connections in use leaves none for a worker that starts.
CONNECTIONS_IN_USE = 0.85
#: Longest wait for Temporal, in seconds.
_WITHIN = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ailment:
    """One thing that is wrong: its kind, which has a sentence in each language, and what the sentence names."""

    kind: str
    details: dict[str, str] = field(default_factory=dict)
    #: Everything works all the same: to be known, and no reason to fail.
    warning: bool = False


def of_settings(settings: Settings) -> Iterator[Ailment]:
    """Say which settings contradict one another, or name files that cannot be read."""
    for wrong, one, other in (
        (settings.pool_min_size > settings.pool_max_size, "POOL_MIN_SIZE", "POOL_MAX_SIZE"),
        (
            settings.command_timeout <= settings.record_statement_timeout,
            "RECORD_STATEMENT_TIMEOUT",
            "COMMAND_TIMEOUT",
        ),
        (settings.operation_timeout <= settings.command_timeout, "COMMAND_TIMEOUT", "OPERATION_TIMEOUT"),
        (settings.session_idle_ttl > settings.session_ttl, "SESSION_IDLE_TTL", "SESSION_TTL"),
        (settings.session_renewal >= settings.session_idle_ttl, "SESSION_RENEWAL", "SESSION_IDLE_TTL"),
    ):
        if wrong:
            yield Ailment(
                kind="order", details={"smaller": f"CONCERTATION_{one}", "larger": f"CONCERTATION_{other}"}
            )
    if settings.smtp_url is not None and settings.mail in ("off", "capture"):
        yield Ailment(kind="mail_off", details={"mail": settings.mail})
    if settings.smtp_url is not None and settings.mail_from is None:
        yield Ailment(kind="mail_from")
    if (settings.public_url or "").startswith("http://") and not settings.on_loopback:
        yield Ailment(kind="public_url")
    for name in ("jwks_file", "issuers_file", "providers_file"):
        file: Path | None = getattr(settings, name)
        if file is not None and not _readable(file):
            yield Ailment(
                kind="key_missing", details={"setting": f"CONCERTATION_{name.upper()}", "file": str(file)}
            )


def of_machine(settings: Settings) -> Iterator[Ailment]:
    """Say which keys others may read, and which disks are nearly full."""
    folder = settings.data_dir / "keys"
    for file in sorted(folder.glob("*")) if folder.is_dir() else ():
        if file.stat().st_mode & 0o077:
            yield Ailment(kind="key_open", details={"file": str(file)})
    seen = set()
    for place in (settings.data_dir, settings.data_dir / "postgres", settings.files_folder):
        while not place.exists():
            place = place.parent
        device = place.stat().st_dev
        if device not in seen:
            yield from _of_disk(place)
        seen.add(device)


def _of_disk(place: Path) -> Iterator[Ailment]:
    usage, entries = shutil.disk_usage(place), os.statvfs(place)
    if usage.free < min(LEAST_FREE, LEAST_FREE_SHARE * usage.total):
        yield Ailment(kind="disk", details={"place": str(place), "free": f"{usage.free // 1_000_000} MB"})
    # Some file systems make inodes as they are needed, and name none.
    if entries.f_files and entries.f_favail < min(LEAST_INODES, LEAST_FREE_SHARE * entries.f_files):
        yield Ailment(kind="inodes", details={"place": str(place), "free": str(entries.f_favail)})


async def of_database(connection: Connection) -> AsyncIterator[Ailment]:
    """Say what waits, what failed, and what is nearly used up."""
    found = await kept.waiting(connection, STUCK_AFTER)
    if found.stuck:
        assert found.oldest is not None
        yield Ailment(
            kind="outbox",
            details={"rows": str(found.stuck), "oldest": found.oldest.isoformat(timespec="seconds")},
        )
    if found.failed:
        yield Ailment(kind="notices", details={"notices": str(found.failed), "fault": found.fault or "?"})
    if found.paused_until is not None:
        yield Ailment(kind="mail_paused", details={"until": found.paused_until.isoformat(timespec="seconds")})
    async for ailment in _of_backups(connection):
        yield ailment
    used, most = await kept.connections(connection)
    if used > CONNECTIONS_IN_USE * most:
        yield Ailment(kind="connections", details={"used": str(used), "most": str(most)})
    apart = await _clocks_apart(connection)
    if abs(apart) > CLOCKS_APART:
        yield Ailment(kind="clock", details={"seconds": f"{apart:+.1f}"})


async def _of_backups(connection: Connection) -> AsyncIterator[Ailment]:
    at = await last_backup(connection)
    if at is None:
        yield Ailment(kind="backup_never", warning=True)
    elif at < await instant(connection) - BACKUP_WITHIN:
        yield Ailment(kind="backup_old", details={"at": at.isoformat(timespec="seconds")}, warning=True)


async def of_files(connection: Connection, settings: Settings) -> AsyncIterator[Ailment]:
    """Read some of the files that are named, and say which are missing or are not what they were."""
    from server.files.shelf import ShelfFault, shelf_of

    shelf = shelf_of(settings)
    for digest, size in await kept.some_contents(connection, SAMPLED):
        if size > LARGEST_SAMPLED:
            continue
        read = sha256()
        try:
            async for piece in await shelf.open(digest, 0, size):
                read.update(piece)
        except ShelfFault as fault:
            cause = type(fault.__cause__ or fault).__name__
            if "NotFound" in cause:  # a folder's or a bucket's
                yield Ailment(kind="file_missing", details={"digest": digest})
            else:
                yield Ailment(kind="file_unread", details={"digest": digest, "fault": cause})
        else:
            if read.hexdigest() != digest:
                yield Ailment(kind="file_other", details={"digest": digest})


async def of_temporal(connection: Connection, settings: Settings) -> AsyncIterator[Ailment]:
    """Say whether Temporal answers, knows the namespace, and whether a worker asks it for work; where it is set."""
    from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
    from temporalio.service import RPCError, RPCStatusCode

    from server.depended_on import polled
    from server.dependencies import Wrong
    from store.restorations import mark
    from workflows.connecting import connect
    from workflows.starting import marked

    if settings.temporal_address is None:
        return
    queue = marked(settings.task_queue, await mark(connection))
    named = {"address": settings.temporal_address, "namespace": settings.temporal_namespace, "queue": queue}
    try:
        async with asyncio.timeout(_WITHIN):
            client = await connect(settings.temporal_address, settings.temporal_namespace)
            await client.workflow_service.describe_namespace(
                DescribeNamespaceRequest(namespace=settings.temporal_namespace)
            )
            await polled(client, queue, await instant(connection))
    except Wrong:
        yield Ailment(kind="no_worker", details=named)
    except RPCError as fault:
        missing = fault.status is RPCStatusCode.NOT_FOUND
        yield Ailment(kind="namespace" if missing else "temporal", details=named)
    except (TimeoutError, RuntimeError):
        yield Ailment(kind="temporal", details=named)


async def _clocks_apart(connection: Connection) -> float:
    """Give by how many seconds the machine's clock is ahead of the database's; less than the answer took is nothing."""
    began = time.time()
    at = (await kept.machine_clock(connection)).timestamp()
    ended = time.time()
    return 0.0 if began <= at <= ended else (began + ended) / 2 - at


def _readable(file: Path) -> bool:
    try:
        file.read_bytes()
    except OSError:
        return False
    return True
