"""The child process that sends mails: an order on the first line of standard input, JSON lines on standard output.

Run as `python -m activities.mailing_process`. It outlives whoever started it: told to stop, or some seconds after its
parent has died (the next worker will be there by then), it takes no other mail in hand, brings those in hand to their
end, records them, and leaves. `{"sent": id}` is said before the database knows, so that a parent that lives records
what a child that was killed no longer could.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import asyncpg

from activities.mail_way import Folder, Later, Patience, Refused, Server, Unanswered, Way
from activities.mailing import STOP
from domain.noticing import links
from domain.noticing.mime import AddressMalformed, Mail, written
from domain.refusals import Refusal
from store import sending
from store.calendar_entries import entry_for
from store.contacts import digest_of
from store.fault_told import tell_no_more_than_this
from store.faults import StoreUnreachable
from store.invitations import reissue
from store.known_processes import KnownProcesses
from store.pool import Connection, Pool, acquire, open_pool
from store.sending import Claimed

Settle: TypeAlias = Callable[[Connection], Awaitable[None]]

_AT_ONCE = 20
"""Mails that one connection has in hand."""
_ALIVE = 1.0
_BRIDGE = 15.0
"""Seconds for which it goes on without a parent."""
_AGAIN = 1.0
_TRIES = 600
"""A mail that PostgreSQL never hears of is given up after so many seconds, and will be sent again."""


class Sending:
    """One run, with its order and what it needs of the world."""

    def __init__(self, order: dict[str, Any], pool: Pool) -> None:
        self._order = order
        self._pool = pool
        self._key = bytes.fromhex(order["key"])
        self._known = KnownProcesses()
        self._taken: list[str] = []
        self._recording: asyncio.Task[None] | None = None
        self.stopping = asyncio.Event()

    async def run(self) -> None:
        """Send what is due over so many connections at once, until nothing is, or nobody wants more."""
        lines = [self._line() for _ in range(self._order["connections"])]
        # A line that fails must not break off what another has in hand.
        faults = await asyncio.gather(*lines, return_exceptions=True)
        if self._recording is not None:
            await self._recording
        for fault in faults:
            if isinstance(fault, BaseException):
                raise fault

    async def _line(self) -> None:
        way = self._way()
        try:
            while not self.stopping.is_set():
                async with acquire(self._pool, 30) as connection:
                    batch = await sending.claim(connection, self._order["run"], _AT_ONCE)
                if not batch:
                    return
                await self._all_of(way, batch)
        except StoreUnreachable:
            self.stopping.set()
        finally:
            await way.close()

    async def _all_of(self, way: Way, batch: list[Claimed]) -> None:
        for place, claimed in enumerate(batch):
            if not self.stopping.is_set():
                try:
                    settle = await self._one(way, claimed)
                except (Unanswered, StoreUnreachable) as fault:
                    if isinstance(fault, Unanswered) and not self.stopping.is_set():
                        self.stopping.set()
                        await self._insist(partial(sending.rest, fault=str(fault)))
                    self.stopping.set()
                else:
                    if settle is not None:
                        await self._insist(settle)
                    continue
            await self._insist(partial(sending.give_back, ids=[left.id for left in batch[place:]]))
            return

    async def _one(self, way: Way, claimed: Claimed) -> Settle | None:
        """Send one mail; say how it is settled unless it was taken. `Unanswered`, `StoreUnreachable`: not begun."""
        if claimed.confirms and (claimed.address is None or not self._order["public"]):
            why = "no address of ours to confirm at" if claimed.address else "another address was given since"
            return partial(sending.skip, claimed=claimed, why=why)
        if claimed.address is None:
            return lambda connection: sending.give_up(connection, claimed, "no address")
        await way.open()
        code = None
        if claimed.invitation and claimed.concertation:
            async with acquire(self._pool, 30) as connection:
                made = await reissue(
                    connection, concertation=claimed.concertation, invitation=claimed.invitation, voids=False
                )
            if isinstance(made, Refusal):
                why = str(made.code)
                return lambda connection: sending.skip(connection, claimed, why)
            code = made.code
        sender = self._order["sender"]
        entry = None
        if claimed.hearing or claimed.meeting:
            async with acquire(self._pool, 30) as connection:
                entry = await entry_for(
                    connection, self._known, claimed, organizer=sender, url=self._url(claimed)
                )
        try:
            said = replace(self._mail(claimed, claimed.address, code), calendar=entry)
            mail = written(said, sender, eight_bit=way.eight_bit)
            await way.send(claimed.id, sender, claimed.address, mail)
        except AddressMalformed as fault:
            return partial(sending.give_up, claimed=claimed, fault=str(fault), bounced=True)
        except Refused as fault:
            return partial(sending.give_up, claimed=claimed, fault=str(fault), bounced=fault.address)
        except Later as fault:
            return partial(sending.put_off, claimed=claimed, fault=str(fault))
        tell({"sent": claimed.id})
        self._taken.append(claimed.id)
        if self._recording is None or self._recording.done():
            self._recording = asyncio.create_task(self._record())
        return None

    async def _record(self) -> None:
        """Record what was taken; what is taken meanwhile goes together in the next transaction."""
        while self._taken:
            taken, self._taken = self._taken, []
            await self._insist(partial(sending.sent, ids=taken))

    def _mail(self, claimed: Claimed, address: str, code: str | None) -> Mail:
        public = self._order["public"]
        unsubscribe = None
        if public and claimed.member and not claimed.fixed:
            ticket = links.write(self._key, links.Ticket(claimed.member, claimed.theme))
            unsubscribe = f"{public}/unsubscribe/{ticket}"
        confirm = None
        if public and claimed.confirms and claimed.member:
            asked = links.Ticket(claimed.member, digest_of(claimed.confirms))
            confirm = links.write(self._key, asked, links.CONFIRM)
            confirm = f"{public}/confirm-address/{confirm}"
        return Mail(
            id=claimed.id,
            address=address,
            language=claimed.language,
            subject=claimed.subject,
            body=claimed.body,
            theme=claimed.theme,
            at=claimed.at,
            url=self._url(claimed),
            code=code,
            unsubscribe=unsubscribe,
            confirm=confirm,
        )

    def _url(self, claimed: Claimed) -> str | None:
        site = self._order["site"]
        return f"{site}{claimed.path}" if site and claimed.path else None

    def _way(self) -> Way:
        if "folder" in self._order:
            return Folder(Path(self._order["folder"]))
        return Server(self._order["server"], Patience(**self._order["patience"]))

    async def _insist(self, settle: Settle) -> None:
        """Settle, however long PostgreSQL is away: what became of a mail is known here alone."""
        for _ in range(_TRIES):
            try:
                async with acquire(self._pool, 30) as connection:
                    await settle(connection)
                return
            except (StoreUnreachable, OSError, asyncpg.PostgresError):
                await asyncio.sleep(_AGAIN)


def tell(said: dict[str, Any]) -> None:
    """Say it to the parent, if there still is one."""
    with suppress(OSError):
        os.write(sys.stdout.fileno(), json.dumps(said).encode() + b"\n")


async def work() -> None:
    """Read the order, send, and leave when nothing is due or nobody asks for more."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    order = json.loads(await reader.readline())
    living = await asyncpg.connect(order["dsn"], server_settings={"application_name": "concertation mailing"})
    pool = await open_pool(
        order["dsn"],
        application="concertation mailing",
        max_size=order["connections"] + 1,
        statement_timeout=20,
        lock_timeout=20,
    )
    run = Sending(order, pool)

    async def heed() -> None:
        if not (await reader.read()).endswith(STOP):
            await asyncio.sleep(_BRIDGE)
        run.stopping.set()

    async def breathe() -> None:
        while True:
            tell({})
            await asyncio.sleep(_ALIVE)

    beside = [asyncio.create_task(heed()), asyncio.create_task(breathe())]
    try:
        await sending.live(living, order["run"])
        await run.run()
        if not run.stopping.is_set():
            async with acquire(pool, 30) as connection:
                await sending.well(connection)
    finally:
        for task in beside:
            task.cancel()
        pool.terminate()
        living.terminate()


if __name__ == "__main__":
    tell_no_more_than_this("mailing")
    asyncio.run(work())
