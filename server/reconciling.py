"""Reconciling: every concertation that is not over has its workflow, and so has the delivery of notices, whatever
happened to Temporal's data.

The ledger is the process, and its workflow only wakes it: one that is missing, or has failed, is simply started.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Collection
from datetime import timedelta

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from server.taking_up import Pace
from server.task_queue import Restored, marked_queue
from store.concertations import overdue, running
from store.faults import StoreUnreachable
from store.pool import Pool, acquire
from workflows.running import listed
from workflows.starting import start, start_delivery, workflow_id

log = logging.getLogger(__name__)

#: How many starts are on their way at once.
AT_ONCE = 10
#: After how many seconds Temporal is asked for each one again, and not only for its list.
THOROUGH_EVERY = 3600.0
#: How often Temporal is asked whether its data is still the same, in seconds.
LOOK_EVERY = 1.0
#: How often it is looked for deadlines that passed, in seconds, and how late they are when the workflow may be gone: a
#: run that failed between two reconcilings, on a worker of another version for one.
OVERDUE_EVERY = 5.0
OVERDUE_AFTER = timedelta(seconds=10)
#: How many of them are started at a time. When all are late because there are many, starting helps nobody.
OVERDUE_AT_ONCE = 50


async def reconcile(
    pool: Pool, client: Client, task_queue: str, running_already: Collection[str] = ()
) -> int:
    """Start the workflow of every concertation that is not over, unless it runs; the number of concertations.

    Safe at any time, whoever else does the same. Workflows that are said to run already, by their ids, are not asked
    for one by one. Many are started no faster than workers take them up.

    Raises:
        StoreUnreachable, RPCError, RuntimeError: a server does not answer; those started stay started.
    """
    found, after, pace = 0, None, Pace(client)
    while True:
        async with acquire(pool) as connection:
            ids = await running(connection, after=after)
        if not ids:
            return found
        missing = [id for id in ids if workflow_id(id, task_queue) not in running_already]
        for first in range(0, len(missing), AT_ONCE):
            some = missing[first : first + AT_ONCE]
            await asyncio.gather(*(start(client, id, task_queue) for id in some))
            await pace.started(len(some), workflow_id(some[-1], task_queue))
        found, after = found + len(ids), ids[-1]


async def wake_overdue(pool: Pool, client: Client, task_queue: str) -> int:
    """Start the workflows of those whose deadline passed a while ago, unless they run; the number of them.

    Raises:
        StoreUnreachable, RPCError, RuntimeError: a server does not answer.
    """
    async with acquire(pool) as connection:
        ids = await overdue(connection, OVERDUE_AFTER, most=OVERDUE_AT_ONCE)
    for first in range(0, len(ids), AT_ONCE):
        await asyncio.gather(*(start(client, id, task_queue) for id in ids[first : first + AT_ONCE]))
    return len(ids)


async def keep_reconciled(
    pool: Pool,
    client: Client,
    task_queue: str,
    every: float,
    name: str = "",
    done: Callable[[int], None] = lambda _: None,
) -> None:
    """Reconcile now, then every so many seconds, and at once when Temporal is back with other data. Never returns.

    Each is asked for at first, with other data, and every hour; in between, those that Temporal does not list, and
    those that are overdue. `done` is told how many there were, each time.

    Raises:
        Restored: what the settings call `name` is by now another task queue, for the database was restored.
    """
    data, due, thorough, look_due = "", 0.0, 0.0, 0.0
    while True:
        try:
            present = await _namespace(client)
            if present != data or time.monotonic() >= due:
                await _ensure_same(pool, name, task_queue)
                if present != data or time.monotonic() >= thorough:
                    found = await reconcile(pool, client, task_queue)
                    thorough = time.monotonic() + THOROUGH_EVERY
                else:
                    found = await reconcile(pool, client, task_queue, await listed(client, task_queue))
                await start_delivery(client, task_queue)
                done(found)
                if present != data:
                    log.info(
                        "reconciled %d running concertations with Temporal's namespace %s", found, present
                    )
                data, due = present, time.monotonic() + every
            elif time.monotonic() >= look_due:
                await _ensure_same(pool, name, task_queue)
                await wake_overdue(pool, client, task_queue)
                look_due = time.monotonic() + OVERDUE_EVERY
        except Restored:
            raise
        except (RPCError, RuntimeError, StoreUnreachable) as fault:
            log.warning("reconciling has to wait: %s", fault)
        await asyncio.sleep(LOOK_EVERY)


async def _ensure_same(pool: Pool, name: str, task_queue: str) -> None:
    if name and await marked_queue(pool, name) != task_queue:
        raise Restored(Restored.__doc__)


async def _namespace(client: Client) -> str:
    """The id of the namespace, which is another one whenever its data was made anew."""
    request = DescribeNamespaceRequest(namespace=client.namespace)
    return (await client.workflow_service.describe_namespace(request)).namespace_info.id
