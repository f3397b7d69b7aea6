"""What the delivery of notices asks of the world: the outbox fanned out, and what is due sent."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from temporalio import activity

from activities.calling import call_webhooks
from activities.mailing import Mailing, MailingFailed, mail_in_a_child
from store.bulletins import bundle
from store.contacts import ask
from store.known_processes import KnownProcesses
from store.notices import AT_ONCE, fan_out
from store.pool import Pool, acquire
from store.reminders import Reminders
from store.sending import any_due, skip_all, take_over

log = logging.getLogger(__name__)

_EVERY = 1.0
"""Seconds between two looks at what is due."""
_REMIND_EVERY = 15
"""Looks between two for reminders."""
_LOOKS = 300
"""So many in one call of the activity."""


class Delivery:
    """The activity, with the worker's pool and how mails go."""

    def __init__(
        self,
        pool: Pool,
        mailing: Mailing,
        while_sending: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """Hold them. `while_sending` gives what is held while mails go."""
        self._while_sending = while_sending
        self._pool = pool
        self._mailing = mailing
        self._known = KnownProcesses()
        self._reminders = Reminders()
        self._looked = 0

    @activity.defn(name="pump_notices")
    async def pump(self) -> None:
        """Fan out and send for some minutes. Whatever it is stopped by, another call goes on from there."""
        await self.work(_LOOKS, activity.heartbeat, activity.is_worker_shutdown)

    async def work(
        self,
        looks: int,
        alive: Callable[[], None] = lambda: None,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        """Look at least so often, every second, for what is to be fanned out and sent; and until nothing is.

        Where `stopping`, it leaves at once: a process that sends brings what it has in hand to its end by itself.
        """
        sending: asyncio.Task[None] | None = None
        calling: asyncio.Task[int] | None = None
        try:
            async with acquire(self._pool) as connection:
                await take_over(connection)
            while not stopping():
                alive()
                looks -= 1
                moved, due = await self._look()
                if sending is not None and sending.done():
                    self._ended(sending)
                    sending = None
                elif due and sending is None:
                    sending = asyncio.create_task(self._mail(alive))
                called = calling.result() if calling is not None and calling.done() else 0
                if calling is None or calling.done():
                    calling = asyncio.create_task(
                        call_webhooks(self._pool, development=self._mailing.development)
                    )
                    if looks <= 0:
                        called += await calling
                if not (moved or due or sending or called) and looks <= 0:
                    return
                if moved >= AT_ONCE:
                    continue
                if sending:
                    await asyncio.wait({sending}, timeout=_EVERY)
                else:
                    await asyncio.sleep(_EVERY if looks > 0 else 0)
        finally:
            if sending is not None:
                sending.cancel()
            if calling is not None:
                calling.cancel()

    async def _look(self) -> tuple[int, bool]:
        """Fan out some; say how much that was, rows of the outbox, bulletins, reminders, and whether a mail is due."""
        async with acquire(self._pool) as connection:
            moved = await fan_out(connection, self._known)
            await ask(connection)
            moved += await bundle(connection, self._known)
            if self._looked % _REMIND_EVERY == 0 or self._reminders.behind:
                moved += await self._reminders.look(connection, self._known) + self._reminders.behind
            self._looked += 1
            if self._mailing.off:
                await skip_all(connection)
                return moved, False
            return moved, await any_due(connection)

    async def _mail(self, alive: Callable[[], None]) -> None:
        with self._while_sending():
            await mail_in_a_child(self._pool, self._mailing, alive)

    def _ended(self, sending: asyncio.Task[None]) -> None:
        fault = sending.exception()
        if isinstance(fault, MailingFailed):
            log.warning("%s", fault)
        elif fault is not None:
            raise fault
