"""Going along a published ledger: the chain, the fold, every batch decided again, every ballot counted again.

What is not public is taken as it stands. Where it keeps something from being told, that is counted, and no fault.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain.acts import SYSTEM
from domain.chaining import GENESIS
from domain.closing.chronicle import Chronicle
from domain.closing.recounting import holds_without, recount
from domain.closing.replaying import replay
from domain.closing.rows import Row, RowUnfit
from domain.events import BallotClosed, Event

_UNFIT = (RowUnfit, LookupError, ValueError, TypeError, AttributeError, AssertionError, ArithmeticError)
"""What folding raises where an event does not follow from those before it."""


@dataclass(slots=True)
class Count:
    """How many times something held, how many times it could not be told, and where it did not hold first."""

    held: int = 0
    untold: int = 0
    fault: str | None = None

    def note(self, holds: bool | None, where: str) -> None:
        """Note one more."""
        if holds is None:
            self.untold += 1
        elif holds:
            self.held += 1
        else:
            self.fault = self.fault or where


class Walk:
    """What was found on the way."""

    def __init__(self, concertation: str, without: str | None = None) -> None:
        """Begin before the first row; `without`: a member, without whom ballots are counted once more."""
        self.told = Chronicle(concertation)
        self.seq = 0
        self.head = GENESIS
        #: Rows of the chain; events that were decided again; ballots; ballots without the member.
        self.chain, self.events, self.ballots, self.spared = Count(), Count(), Count(), Count()
        #: How many commands of people, or of the engine, brought the events about.
        self.commands = 0
        #: How many of the ballots were secret: positions are known by their numbers alone.
        self.secret = 0
        #: The number of the first row that cannot be folded.
        self.unfolded: int | None = None
        self._concertation = concertation
        self._without = without
        self._batch: list[tuple[Row, Event | None]] = []

    def go(self, row: Row) -> None:
        """Take the next row."""
        follows = (row.seq, row.previous) == (self.seq + 1, self.head)
        self.chain.note(follows and row.is_whole(self._concertation), str(row.seq))
        self.seq, self.head = row.seq, row.hash
        if self.unfolded is not None:
            return
        try:
            if self._batch and self._batch[-1][0].at != row.at:
                self._decide_again()
            self._batch.append((row, self.told.read(row)))
        except _UNFIT:
            self.unfolded = row.seq

    def end(self) -> None:
        """Take the end: the last batch is whole."""
        if self.unfolded is None and self._batch:
            self._decide_again()

    def _decide_again(self) -> None:
        batch, self._batch = self._batch, []
        events = [event for _, event in batch if event is not None]
        whole = len(events) == len(batch)
        held, fault = self._replay(events) if whole else (0, 0)
        for number, (row, event) in enumerate(batch):
            if fault is not None and number >= fault:
                self.events.note(None if self._is_uncertain(batch) else False, str(row.seq))
            try:
                self._count_again(event, row)
                self.told.fold(event, row)
            except _UNFIT:
                self.unfolded = row.seq
                return
        self.events.held += held

    def _replay(self, events: Sequence[Event]) -> tuple[int, int | None]:
        """Give how many events were decided again, and the place of the first that was not."""
        try:
            replayed = replay(self.told.process, events)
        except _UNFIT:
            return 0, 0
        self.commands += sum(1 for command in replayed.commands if command.actor.member != SYSTEM)
        return replayed.reproduced, None if replayed.fault is None else replayed.reproduced

    def _is_uncertain(self, batch: Sequence[tuple[Row, Event | None]]) -> bool:
        """Say whether something that is not public may have had a part in a batch, as a vote in a ballot that runs."""
        running = self.told.uncertain.intersection(self.told.process.running)
        return bool(running) or any(
            row.content is None
            or event is None
            or event.stage in self.told.uncertain
            or getattr(event.fact, "ballot", None) in self.told.uncertain
            for row, event in batch
        )

    def _count_again(self, event: Event | None, row: Row) -> None:
        if event is None or not isinstance(event.fact, BallotClosed) or event.fact.count is None:
            return
        process, fact = self.told.process, event.fact
        unknown = fact.ballot in self.told.uncertain
        self.secret += process.ballots[fact.ballot].rule.secret
        self.ballots.note(None if unknown else recount(process, fact, row.at), fact.ballot)
        if self._without is not None:
            holds = None if unknown else holds_without(process, fact, self._without, row.at)
            self.spared.note(holds, fact.ballot)
