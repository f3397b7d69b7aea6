"""The worker process: runs workflows and activities until it is told to stop, keeps concertations reconciled, people
reminded, files cleared up.

PostgreSQL and Temporal may come, go and come back with empty hands: it waits for them for as long as it takes.
"""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext, suppress
from datetime import timedelta
from functools import partial
from typing import Any

from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.delivering import Delivery
from activities.hearings import Hearings
from activities.records import Records
from server.closing.keeping import keep_archives
from server.collecting import keep_collecting
from server.mailing import mailing_of
from server.readiness import announce
from server.reconciling import keep_reconciled
from server.reminding import keep_reminding
from server.settings import Settings
from server.sweeping import keep_sweeping
from server.task_queue import marked_queue
from server.telemetry.instruments import WorkerInstruments
from store.faults import StoreUnreachable
from store.pool import Pool, close_pool, open_pool
from workflows.concertation import ConcertationWorkflow
from workflows.connecting import connect
from workflows.delivery import DeliveryWorkflow
from workflows.hearing import HearingWorkflow

log = logging.getLogger(__name__)

_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0
#: Seconds after the activities are over in which Temporal is told of it.
_REPORTING = 1.0


async def serve(settings: Settings, instruments: WorkerInstruments | None = None) -> None:
    """Work until SIGTERM or SIGINT, then let what is in hand finish."""
    instruments = instruments or WorkerInstruments()
    this = asyncio.current_task()
    assert this is not None
    for wanted in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(wanted, this.cancel)
    pool = await open_pool(
        settings.database("worker"),
        application="concertation worker",
        max_size=settings.pool_max_size,
        watch=instruments.watch,
    )
    beside = [
        asyncio.create_task(keep_reminding(pool, settings.reconcile_every), name="reminding"),
        asyncio.create_task(keep_collecting(pool, settings), name="collecting"),
        asyncio.create_task(keep_archives(pool, settings), name="archiving"),
        asyncio.create_task(keep_sweeping(pool, settings), name="sweeping"),
        *instruments.begin(pool),
    ]
    try:
        await _work_for_ever(pool, settings, instruments)
    except asyncio.CancelledError:
        this.uncancel()
        log.info("stopped")
    finally:
        for task in beside:
            task.cancel()
        await asyncio.wait(beside, timeout=1.0)
        await close_pool(pool)


def compose(
    client: Client,
    pool: Pool,
    settings: Settings,
    *,
    while_mailing: Callable[[], AbstractContextManager[None]] = nullcontext,
    **options: Any,
) -> Worker:
    """Make the worker: activities with the pool in their hands, workflows on the same task queue.

    `while_mailing` gives what is held while mails go. `options`: interceptors; for tests sizes, too.
    """
    records = Records(pool, settings.database("worker"))
    delivery = Delivery(pool, mailing_of(settings), while_mailing)
    hearings = Hearings(pool, client)
    return Worker(
        client,
        task_queue=settings.task_queue,
        workflows=[ConcertationWorkflow, DeliveryWorkflow, HearingWorkflow],
        activities=[
            records.load,
            records.record,
            records.seal,
            delivery.pump,
            hearings.begin,
            hearings.attend,
        ],
        # A sandbox would read the modules of workflows anew for each of them, a quarter of what a worker does to bring
        # one to life, and watch three that call nothing but rules. The tests have theirs (ADR 0054).
        # A run that fails is replaced by the reconciler, or by the next command, and the new one loads what is true; a
        # run whose task is stuck waits for a person. So any exception that is not expected, a history that corrected
        # rules no longer replay included, is a failure: of the command that it arises in, else of the run.
        workflow_failure_exception_types=[Exception],
        max_concurrent_activities=4 * settings.pool_max_size,
        graceful_shutdown_timeout=timedelta(seconds=settings.shutdown_timeout),
        # What was meant for a worker that has died waits so long before another may take it. The default is 10 s; with
        # 2 s a burst of deadlines makes a living worker look dead, and every history is fetched and replayed again
        # (200 at once, on two busy processors: 7 to 8 s instead of 3 to 4).
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=5),
        **{
            "max_cached_workflows": settings.workflows_in_memory,
            "workflow_runner": UnsandboxedWorkflowRunner(),
            **options,
        },
    )


@asynccontextmanager
async def _working(worker: Worker, within: float) -> AsyncIterator[None]:
    """Let a worker work, and stop it within so many seconds: where Temporal has gone, nobody takes what it reports."""
    await worker.__aenter__()
    try:
        yield
    finally:
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await worker.__aexit__(None, None, None)


async def _work_for_ever(pool: Pool, settings: Settings, instruments: WorkerInstruments) -> None:
    pause = _FIRST_PAUSE
    while True:
        try:
            queue = await marked_queue(pool, settings.task_queue)
            here = settings.model_copy(update={"task_queue": queue})
            client = await connect(
                settings.temporal(),
                settings.temporal_namespace,
                full=True,
                runtime=instruments.runtime,
                interceptors=instruments.of_client(),
            )
            worker = compose(
                client,
                pool,
                here,
                while_mailing=partial(instruments.work, "mails"),
                interceptors=instruments.interceptors(),
            )
            async with _working(worker, settings.shutdown_timeout + _REPORTING):
                log.info("working for the task queue %s", queue)
                announce(settings.ready_file)
                pause = _FIRST_PAUSE
                await keep_reconciled(
                    pool, client, queue, settings.reconcile_every, settings.task_queue, instruments.reconciled
                )
        except (RPCError, RuntimeError, StoreUnreachable) as fault:
            log.warning("PostgreSQL or Temporal does not let us work, next try in %g s: %s", pause, fault)
            await asyncio.sleep(pause)
            pause = min(_LONGEST_PAUSE, 2 * pause)
