"""Taking up: who starts thousands of workflows goes no faster than workers take them up.

Tasks wait in one line. Thousands at its end would hold up commands and deadlines for minutes, and the workers
themselves: activities that wait too long are begun again, and runs that fall out of memory before they have loaded are
replayed.
"""

from __future__ import annotations

import asyncio

from temporalio.client import Client

#: So many are started before it is looked whether they are taken up.
BATCH = 50
#: The events of a run that has loaded its concertation: task, activity, and the activity's end.
LOADED = 8
#: After so many seconds nobody seems to take them up, and it is not waited for any more.
GIVEN_UP_AFTER = 10.0
_LOOK_EVERY = 0.05


class Pace:
    """How the starts of one reconciling are taken up."""

    def __init__(self, client: Client) -> None:
        """Begin by waiting."""
        self._client = client
        self._waits = True
        self._started = 0

    async def started(self, number: int, last: str) -> None:
        """Count starts, the last of which is that of the workflow `last`; after each batch, wait until it has loaded.

        Raises:
            RPCError, RuntimeError: Temporal does not answer.
        """
        self._started += number
        if self._started < BATCH or not self._waits:
            return
        self._started = 0
        handle = self._client.get_workflow_handle(last)
        end = asyncio.get_running_loop().time() + GIVEN_UP_AFTER
        while (await handle.describe()).history_length < LOADED:
            if asyncio.get_running_loop().time() > end:
                self._waits = False
                return
            await asyncio.sleep(_LOOK_EVERY)
