"""The way of a command: answered from the log if it was done before, decided early on the snapshot, then sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from api.asking import ask
from api.snapshot import Snapshot
from domain.acts import Command
from domain.decide import decide
from domain.process import Process
from domain.refusals import Refusal
from store.clock import instant
from store.command_log import reply_to
from store.faults import StoreUnreachable
from store.informing import informed
from store.pool import Connection, Pool
from store.replies import Accepted, Refused
from workflows.commanding import OutcomeUnknown

Prepare = Callable[[Connection], Awaitable[Refusal | None]]
"""Keeps what a command names by id and digest, right before it is sent."""


@contextmanager
def outcome_unknown() -> Iterator[None]:
    """Say of a fault of PostgreSQL, once something was sent, that the outcome is unknown."""
    try:
        yield
    except StoreUnreachable as fault:
        raise OutcomeUnknown(fault) from fault


class Sender(Protocol):
    """Brings a command to `record`."""

    async def send(self, command: Command) -> Accepted | Refused:
        """Bring a command to `record` and its reply back.

        Raises:
            Unavailable: nothing was sent.
            OutcomeUnknown: no answer in time: ask again with the same key.
        """
        ...


class Commands:
    """Looks in the command log, decides early on the snapshot, and sends only what is neither known nor refused.

    A refusal found early may be due to the command itself, sent before and done meanwhile: so the log is asked again
    before a refusal is shown.
    """

    def __init__(self, pool: Pool, sender: Sender, within: float = 1.5) -> None:
        """Read through `pool`, waiting for a connection at most `within` seconds; send through `sender`."""
        self._pool = pool
        self._sender = sender
        self._within = within

    async def execute(
        self, command: Command, at: Snapshot | None = None, prepare: Prepare | None = None
    ) -> Accepted | Refused:
        """Carry a command out, or give why it is refused. `at` is the concertation as it was just read.

        Raises:
            Unavailable, OutcomeUnknown: see `Sender`.
            StoreFault: PostgreSQL does not answer; nothing was sent.
        """
        early = await ask(self._pool, self._within, lambda c: _early(c, command, at, prepare))
        if early is not None:
            return early
        try:
            reply = await self._sender.send(command)
        except OutcomeUnknown:
            done = await self._logged(command)
            if done is None:
                raise
            return done
        if isinstance(reply, Refused):
            return await self._logged(command) or reply
        return reply

    async def _logged(self, command: Command) -> Accepted | Refused | None:
        with outcome_unknown():
            return await ask(self._pool, self._within, lambda c: reply_to(c, command))


async def _early(
    connection: Connection, command: Command, at: Snapshot | None, prepare: Prepare | None
) -> Accepted | Refused | None:
    known = await reply_to(connection, command)
    if known is not None:
        return known
    process = at.process if at else Process(id=command.concertation)
    told = await informed(connection, process, command)
    now = at.now if at else await instant(connection)
    decided = decide(process, told if isinstance(told, Command) else command, now)
    refusal = next((answer for answer in (decided, told) if isinstance(answer, Refusal)), None)
    if refusal is not None:
        return await reply_to(connection, command) or Refused(refusal=refusal)
    unprepared = await prepare(connection) if prepare else None
    return Refused(refusal=unprepared) if unprepared else None
