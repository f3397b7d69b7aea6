"""`concertation reconcile`."""

import argparse

from server.errors import CommandFailed
from server.settings import Settings


class NotReconciled(CommandFailed):
    """A server does not answer. Workflows that were started stay started; run `concertation reconcile` again."""

    def __init__(self, fault: Exception) -> None:
        super().__init__(f"{self.__doc__} ({fault})")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments: there are none, the settings say it all."""


async def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Start what is missing, once, and say how many concertations are running."""
    from temporalio.service import RPCError

    from server.reconciling import reconcile
    from server.task_queue import marked_queue
    from store.faults import StoreUnreachable
    from store.pool import open_pool
    from workflows.connecting import connect

    pool = await open_pool(settings.database("worker"), application="concertation reconcile", max_size=1)
    try:
        client = await connect(settings.temporal(), settings.temporal_namespace)
        found = await reconcile(pool, client, await marked_queue(pool, settings.task_queue))
    except (StoreUnreachable, RPCError, RuntimeError) as fault:
        raise NotReconciled(fault) from fault
    finally:
        await pool.close()
    print(f"running concertations: {found}; each has its workflow")
    return 0
