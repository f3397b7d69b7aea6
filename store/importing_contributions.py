"""Bringing in forms that were typed or scanned elsewhere, in batches, in the name of a clerk and by the clerk's rules.

Each form is known by a key of its own, made of its reference, or else of the file and the line: the same file again
changes nothing, and goes on where it was broken off.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from domain.interchange.extent import Extent
from domain.interchange.forms import FormFault, FormLine
from store.entering_forms import FormEntry, Outcome, Target
from store.entering_scans import Scans
from store.pool import Connection

BATCH = 1_000
"""Forms that are taken together, in one transaction unless more are kept together."""
AT_A_TIME = 5
"""Forms that are read before others have their turn."""
MOST_TOGETHER = 100_000
"""Lines of a file that is taken all or nothing, or tried: so long the closing of the stage waits for it."""


class TooManyTogether(Exception):
    """The file is too long to be taken all or nothing. Nothing was kept."""


@dataclass(slots=True)
class Entered:
    """What came of a file of forms."""

    new: int = 0
    unchanged: int = 0
    #: Lines with a fault.
    bad: int = 0
    #: Whether anything of it was kept.
    kept: bool = False

    @property
    def lines(self) -> int:
        """How many lines were looked at."""
        return self.new + self.unchanged + self.bad


@dataclass(slots=True)
class _Batch:
    """Forms that are taken together."""

    forms: list[FormLine | FormFault] = field(default_factory=list)
    #: References and authors.
    named: set[str] = field(default_factory=set)
    #: Whether one of them is in the batch before it, too, so that the first one has to come first.
    waits: bool = False


@dataclass(slots=True, kw_only=True)
class FormImport:
    """An import on its way."""

    #: One; or several, which take batches side by side where each batch is kept for itself.
    connections: Sequence[Connection]
    target: Target
    extent: Extent
    #: Takes in the scans that forms name.
    scans: Scans | None = None
    #: Told of each fault, in the order of the lines.
    tell: Callable[[FormFault], None]
    #: Told of each receipt: the line, the code, whether it is new.
    receipt: Callable[[FormLine, str, bool], None] = lambda form, code, fresh: None
    #: Told after each batch.
    progress: Callable[[Entered], None] = lambda entered: None
    found: Entered = field(default_factory=Entered)
    _last_bad: int = 0

    async def run(self, forms: Iterable[FormLine | FormFault]) -> Entered:
        """Enter the forms. The next ones are read while PostgreSQL takes those before.

        Raises:
            Unreadable: the file cannot be read further.
            TooManyTogether: see there.
        """
        free = deque(self.connections if self.extent is Extent.GOOD_LINES else self.connections[:1])
        together = len(free)
        waiting: deque[tuple[asyncio.Task[Outcome], _Batch, Connection]] = deque()
        batches, entry = self._batches(forms), FormEntry(target=self.target, scans=self.scans)
        async with self._whole():
            try:
                batch = await anext(batches, None)
                while batch is not None or waiting:
                    while batch is not None and len(waiting) < together and not (batch.waits and waiting):
                        connection = free.popleft()
                        task = asyncio.create_task(entry.take(connection, batch.forms))
                        waiting.append((task, batch, connection))
                        batch = await anext(batches, None)
                    task, taken, connection = waiting[0]
                    outcome = await task
                    waiting.popleft()
                    free.append(connection)
                    self._apply(taken.forms, outcome)
            finally:
                await asyncio.gather(*(task for task, _, _ in waiting), return_exceptions=True)
        return self.found

    def _apply(self, batch: Sequence[FormLine | FormFault], outcome: Outcome) -> None:
        for form, code, fresh in outcome.receipts:
            self.found.new += fresh
            self.found.unchanged += not fresh
            self.receipt(form, code, fresh)
        for one in batch:
            fault = one if isinstance(one, FormFault) else outcome.faults.get(one.line)
            if fault is not None:
                self._fault(fault)
        self.progress(self.found)
        if self.extent is not Extent.GOOD_LINES and self.found.lines > MOST_TOGETHER:
            raise TooManyTogether

    @asynccontextmanager
    async def _whole(self) -> AsyncIterator[None]:
        """Keep the whole file or nothing of it, where that is asked for; lines are looked at to the last one."""
        if self.extent is Extent.GOOD_LINES:
            yield
            self.found.kept = True
            return
        transaction = self.connections[0].transaction()
        await transaction.start()
        try:
            yield
        except BaseException:
            await transaction.rollback()
            raise
        self.found.kept = self.extent is Extent.ALL_OR_NOTHING and not self.found.bad
        await (transaction.commit() if self.found.kept else transaction.rollback())

    async def _batches(self, forms: Iterable[FormLine | FormFault]) -> AsyncIterator[_Batch]:
        """Give the forms in batches in which no form is twice: each meets what came of the one before it.

        Reading gives way often, for PostgreSQL must not wait for its next question. A thread would have the
        interpreter change sides, and wait for it, at each answer.
        """
        batch, before = _Batch(), _Batch()
        for number, form in enumerate(forms):
            if number % AT_A_TIME == 0:
                await asyncio.sleep(0)
            key = form.reference if isinstance(form, FormLine) else None
            if len(batch.forms) >= BATCH or (key is not None and f"r{key}" in batch.named):
                batch.waits = not batch.named.isdisjoint(before.named)
                yield batch
                batch, before = _Batch(), batch
            batch.forms.append(form)
            if isinstance(form, FormLine):
                batch.named |= {f"r{form.reference}"} if form.reference else set()
                batch.named |= {f"a{form.author}"} if form.author else set()
        if batch.forms:
            batch.waits = not batch.named.isdisjoint(before.named)
            yield batch

    def _fault(self, fault: FormFault) -> None:
        self.tell(fault)
        if getattr(fault.fault, "severity", "error") == "advice" or fault.line == self._last_bad:
            return
        self._last_bad = fault.line
        self.found.bad += 1
