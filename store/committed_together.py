"""Contributions that come at one moment, committed together: group commit, as databases know it.

Each is decided alone, by the same SQL function as ever; what they share is a round trip and the wait for the disk.
While enough are on their way, those that come gather, and go next: nobody waits for company. What waits for a lock
makes nobody wait outside its own stage.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import asyncpg

from domain.digests import canonical_text
from domain.procedure import Channel
from domain.refusals import Refusal
from store.contributions import Receipt, Submission, fault_of, read_answer, text_of
from store.pool import Connection

MOST = 8
"""Contributions of one transaction."""
AT_ONCE = 3
"""Transactions of one stage at a time: while one waits for the disk, or for this process to see that it is done,
PostgreSQL has another to work on."""

Ask = Callable[[Callable[[Connection], Awaitable[Any]]], Awaitable[Any]]
"""Puts a question to the store on a connection of its own, within a bounded time."""


class NotTogether(Exception):
    """Nothing was changed. It must be sent alone, so that what keeps it is found out, and told."""


class _Place(NamedTuple):
    concertation: UUID
    head: bytes
    round: int
    stage: str


class Carried(Protocol):
    """What of its request goes with a contribution: entered while it is sent."""

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...

    def joined(self, first: Any) -> None:
        """Learn that it went with another, which was entered."""
        ...


class _Sent(NamedTuple):
    said: dict[str, Any]
    answer: asyncio.Future[dict[str, Any]]
    carried: Carried | None


@dataclass
class _Queue:
    waiting: list[_Sent] = field(default_factory=list)
    sending: set[asyncio.Task[None]] = field(default_factory=set)


class CommittedTogether:
    """What one process of the API is about to commit, by stage."""

    def __init__(self, ask: Ask, carry: Callable[[], Carried | None] = lambda: None) -> None:
        """Begin with nothing. `carry` gives what goes along with what is submitted now."""
        self._ask = ask
        self._carry = carry
        self._queues: dict[_Place, _Queue] = {}

    async def submit(self, submission: Submission, head: bytes) -> Receipt | Refusal:
        """Take what its author sends online, with others or alone, if the ledger's head is still this one.

        Raises:
            NotTogether: it has gone on; or this is nothing that can be sent so; or one of the others stood in the way.
            StoreFault: PostgreSQL does not answer. It may have been taken or not.
        """
        said = _said(submission)
        place = _Place(UUID(submission.concertation), head, submission.round, submission.stage)
        sent = _Sent(said, asyncio.get_running_loop().create_future(), self._carry())
        queue = self._queues.setdefault(place, _Queue())
        queue.waiting.append(sent)
        if len(queue.sending) < AT_ONCE:
            # Of no operation's context: it sends those of others too, and ends with none of them.
            task = asyncio.create_task(self._send_all(place, queue), context=Context())
            queue.sending.add(task)
        return read_answer(await sent.answer, own=True)

    async def _send_all(self, place: _Place, queue: _Queue) -> None:
        while queue.waiting:
            together, queue.waiting = queue.waiting[:MOST], queue.waiting[MOST:]
            await self._send(place, together)
        queue.sending.discard(asyncio.current_task())
        if not queue.sending:
            del self._queues[place]

    async def _send(self, place: _Place, together: list[_Sent]) -> None:
        # By author: two transactions that want the same rows want them in the same order.
        together.sort(key=lambda sent: sent.said["author"])
        fault: Exception | None = None
        answers: list[dict[str, Any]] | None = None
        try:
            with together[0].carried or nullcontext():
                answers = await self._ask(lambda connection: _submit(connection, place, together))
            _tell_the_others(together)
        except asyncpg.PostgresError:  # one of them; all was undone
            pass
        except Exception as unknown:  # whatever it is, those who wait must hear of it
            fault = unknown
        for number, sent in enumerate(together):
            if sent.answer.done():  # whoever sent it has gone
                continue
            if answers is None:
                sent.answer.set_exception(fault or NotTogether())
            else:
                sent.answer.set_result(answers[number])


def _tell_the_others(together: Sequence[_Sent]) -> None:
    for sent in together[1:]:
        if sent.carried is not None:
            sent.carried.joined(together[0].carried)


def _said(submission: Submission) -> dict[str, Any]:
    body = text_of(submission)
    if (
        isinstance(body, Refusal)
        or fault_of(submission) is not None
        or submission.actor != submission.author
        or submission.channel is not Channel.ONLINE
        or submission.revises is not None
        or submission.files
        or submission.scan
    ):
        raise NotTogether
    return {
        "author": submission.author,
        "college": submission.college,
        "themes": submission.themes,
        "body": body,
        "key": submission.key,
        "answers": None if submission.answers is None else canonical_text(submission.answers),
        "questionnaire": submission.questionnaire,
    }


async def _submit(
    connection: Connection, place: _Place, together: list[_Sent]
) -> list[dict[str, Any]] | None:
    answers: list[dict[str, Any]] | None = await connection.fetchval(
        "SELECT submit_contributions($1, $2, $3, $4, $5)",
        place.concertation,
        place.head,
        place.round,
        place.stage,
        [sent.said for sent in together],
    )
    return answers
