"""What an API depends on, one by one: PostgreSQL and schema, Temporal and a worker, files, scanner, mails, sign-in."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from api.asking import ask
from server.dependencies import WITHIN, Dependency, Wrong
from server.files.scanning import Clamd
from server.issuers import Issuer
from server.migrating import migrations
from server.provider_keys import fetch_keys
from server.settings import Settings
from server.sign_in.failures import SignInFailed
from server.sign_in.relying import RelyingParty
from store.clock import instant
from store.pool import Pool
from store.schema_version import applied_migrations, is_held_to_policies

#: Less than so many bytes free where files arrive, and they are not taken for long any more.
LEAST_FREE = 200_000_000
#: What others run is not asked by every look while it is ill: for so many seconds it stays so.
FAR = 5.0
#: A worker asks Temporal for work at least so often: a poll lasts one minute.
POLLED_WITHIN = timedelta(seconds=70)


def depended_on(
    settings: Settings,
    pool: Pool,
    client: Client,
    queue: Callable[[], Awaitable[str]],
    issuers: tuple[Issuer, ...] = (),
    parties: Iterable[RelyingParty] = (),
) -> list[Dependency]:
    """Give what an API with these settings depends on: what is configured, and nothing else.

    Needed is what nearly every request needs. Without the others some people cannot do something, and all replicas
    alike: none of them is to be taken out of the proxy for it.
    """
    needed = frozenset(file.name.partition("_")[0] for file in migrations().glob("*.sql"))

    async def postgresql() -> None:
        await ask(pool, WITHIN, instant)

    async def schema() -> None:
        if needed - await ask(pool, WITHIN, applied_migrations):
            raise Wrong("behind: migrate")

    async def role() -> None:
        if not await ask(pool, WITHIN, is_held_to_policies):
            raise Wrong("not under row-level security")

    async def temporal() -> None:
        if not await client.service_client.check_health(timeout=timedelta(seconds=WITHIN)):
            raise Wrong("not serving")

    async def worker() -> None:
        await polled(client, await queue(), await ask(pool, WITHIN, instant))

    async def files() -> None:
        await asyncio.to_thread(_room, settings)

    found = [
        Dependency("postgresql", postgresql, needed=True),
        Dependency("schema", schema, needed=True, fresh=5.0),
        Dependency("role", role, needed=True, fresh=60.0),
        Dependency("temporal", temporal),
        Dependency("worker", worker, fresh=5.0),
        Dependency("files", files, fresh=5.0),
    ]
    if settings.s3_bucket is not None:
        found.append(Dependency("bucket", _bucket(settings), fresh=10.0, ill=FAR))
    if settings.clamd_address is not None:
        found.append(Dependency("scanner", Clamd(settings.clamd_address, WITHIN).ping, fresh=10.0))
    if settings.smtp_url is not None and settings.mail in (None, "smtp"):
        found.append(Dependency("mail", lambda: _greeted(settings), fresh=30.0))
    found += [
        Dependency(f"keys of issuer {number}", _keys(issuer), fresh=60.0, ill=FAR)
        for number, issuer in enumerate(issuers, 1)
    ]
    return found + [
        Dependency(f"provider {party.provider.id}", _publishes(party), fresh=60.0, ill=FAR)
        for party in parties
    ]


async def polled(client: Client, queue: str, now: datetime) -> None:
    """See that a worker asks for the tasks of workflows on the queue."""
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    described = await client.workflow_service.describe_task_queue(request, timeout=timedelta(seconds=WITHIN))
    # Temporal remembers for five minutes who polled.
    if not any(now - poller.last_access_time.ToDatetime(UTC) < POLLED_WITHIN for poller in described.pollers):
        raise Wrong("none asks for work")


def _room(settings: Settings) -> None:
    folder = settings.files_folder
    while not folder.exists():  # it is made when the first file comes
        folder = folder.parent
    if not os.access(folder, os.W_OK):
        raise Wrong("not writable")
    if shutil.disk_usage(folder).free < LEAST_FREE:
        raise Wrong("nearly full")


async def _greeted(settings: Settings) -> None:
    """See that the mail server greets; nothing is sent."""
    assert settings.smtp_url is not None
    address = urlsplit(settings.smtp_url.get_secret_value())
    tls = address.scheme == "smtps"
    reader, writer = await asyncio.open_connection(
        address.hostname, address.port or (465 if tls else 25), ssl=tls or None
    )
    try:
        if not (await reader.readline()).startswith(b"220"):
            raise Wrong("does not greet")
        writer.write(b"QUIT\r\n")
    finally:
        writer.close()


def _bucket(settings: Settings) -> Callable[[], Awaitable[None]]:
    from server.files.s3_shelf import S3Shelf

    # A look is cancelled before that; the usual wait is for contents.
    return S3Shelf(settings.model_copy(update={"s3_timeout": 2 * WITHIN})).reached


def _publishes(party: RelyingParty) -> Callable[[], Awaitable[None]]:
    async def published() -> None:
        try:
            await party.asked_anew()
        except SignInFailed as failed:
            if isinstance(failed.__cause__, (ValueError, TypeError)):
                raise Wrong("publishes nothing that can be used") from failed
            raise

    return published


def _keys(issuer: Issuer) -> Callable[[], Awaitable[None]]:
    async def keys() -> None:
        if not await fetch_keys(issuer):
            raise Wrong("has none that can be used")

    return keys
