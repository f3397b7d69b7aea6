"""The ledger as it is heard: one subscription, taken up again after the last number whenever it breaks.

Every number must come once, in order: a gap or a repetition ends the demonstration.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

from server.demo.faults import LedgerBroken
from server.demo.subscribing import Dropped

OPERATION = "Events"
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 1.0

Subscribe = Callable[[int], AsyncGenerator[dict[str, Any], None]]
"""Subscribes after a number; gives events until the connection ends with `Dropped`."""


@dataclass(frozen=True, kw_only=True)
class Heard:
    """An event as the subscription gave it."""

    seq: int
    at: str
    kind: str
    summary: str
    round: int | None
    stage: str | None


@dataclass(frozen=True, kw_only=True)
class Resumption:
    """A subscription taken up again: after which number it was asked for, and the first number that came."""

    after: int
    first: int


class Listener:
    """Follows one concertation from its first event to its last."""

    def __init__(
        self,
        subscribe: Subscribe,
        told: Callable[[Heard], None] = lambda heard: None,
        counted: Callable[[int], None] = lambda count: None,
    ) -> None:
        """Listen through `subscribe`; `told` learns of each event of the ledger, once.

        `counted` learns how many have contributed so far to the call that is open, as `FiguresUpdated` tells.
        """
        self._subscribe = subscribe
        self._told = told
        self._counted = counted
        self._wanted = asyncio.Event()
        self._wanted.set()
        self._news = asyncio.Event()
        self._asked_after = 0
        self._connections = 0
        #: Number of the last event heard.
        self.last = 0
        self.heard: list[Heard] = []
        self.resumptions: list[Resumption] = []
        self._first_is_due = False
        self._connection: asyncio.Task[None] | None = None
        self._task: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def listening(self) -> AsyncGenerator["Listener", None]:
        """Listen while the block runs."""
        self._task = asyncio.create_task(self._run(), name="listener")
        try:
            yield self
        finally:
            self._task.cancel()
            await asyncio.wait([self._task])

    def check(self) -> None:
        """Raise what made the listening end, if it has: `LedgerBroken` or `RequestFaulty`."""
        if self._task is not None and self._task.done():
            self._task.result()

    @contextmanager
    def cut(self) -> Iterator[None]:
        """Drop the connection now, and connect again only after the block."""
        self._wanted.clear()
        if self._connection is not None:
            self._connection.cancel()
        try:
            yield
        finally:
            self._wanted.set()

    async def news(self, within: float) -> None:
        """Wait for the next event, but no longer than `within` seconds."""
        self.check()
        self._news.clear()
        try:
            async with asyncio.timeout(within):
                await self._news.wait()
        except TimeoutError:
            pass  # no news is an answer, too: the caller looks anyway

    async def _run(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            await self._wanted.wait()
            before = self.last
            self._connection = asyncio.create_task(self._follow())
            try:
                await asyncio.wait([self._connection])
            finally:
                self._connection.cancel()
            if not self._connection.cancelled() and (fault := self._connection.exception()):
                raise fault
            pause = _FIRST_PAUSE if self.last > before else min(2 * pause, _LONGEST_PAUSE)
            await asyncio.sleep(pause)

    async def _follow(self) -> None:
        self._asked_after = self.last
        self._connections += 1
        self._first_is_due = self._connections > 1
        try:
            async with aclosing(self._subscribe(self.last)) as stream:
                async for data in stream:
                    self._take(data["concertationEvents"])
        except Dropped:
            pass  # what was missed comes with the next connection

    def _take(self, event: dict[str, Any]) -> None:
        if event["kind"] == "figures_updated":
            self._counted(event["figures"]["total"])
            return
        seq = event["seq"]
        if seq != self.last + 1:
            raise LedgerBroken(f"{OPERATION}: n° {seq} après n° {self.last}")
        if self._first_is_due:
            self.resumptions.append(Resumption(after=self._asked_after, first=seq))
            self._first_is_due = False
        self.last = seq
        self._keep(event)

    def _keep(self, event: dict[str, Any]) -> None:
        heard = Heard(
            seq=event["seq"],
            at=event["at"],
            kind=event["kind"],
            summary=event["summary"],
            round=event.get("round"),
            stage=event.get("stageKey"),
        )
        self.heard.append(heard)
        self._told(heard)
        self._news.set()
