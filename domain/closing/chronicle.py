"""A published ledger, folded row by row: the public state of the concertation, and what its sections need besides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from domain.acts import Body
from domain.closing.rows import Row, depends_on, event_of
from domain.closing.treating import Treatments
from domain.delegated import delegations_of
from domain.events import (
    ConcertationDrafted,
    ConcertationLaunched,
    DocumentAttached,
    Event,
    ProcedureMigrated,
    RoundOpened,
)
from domain.evolve import evolve
from domain.process import Document, PlannedStage, Process


class Chronicle:
    """What the rows so far tell."""

    def __init__(self, concertation: str) -> None:
        """Begin before the first row of a concertation (its UUID)."""
        #: The public state: without positions that are not, for one.
        self.process = Process(id=concertation)
        #: The procedure as it was kept: the version that is followed.
        self.procedure: Any = None
        #: The versions that were followed before, each with its digest.
        self.earlier: list[dict[str, Any]] = []
        #: The calendars as they were announced: the round, and the dates of its stages.
        self.calendars: list[tuple[int, Mapping[str, PlannedStage]]] = []
        #: Every version of every document of the information file.
        self.documents: list[Document] = []
        #: What the synthesis says of each contribution.
        self.treatments = Treatments()
        #: By delegation of which offices texts were given, by their ids; documents by their digests.
        self.delegated: dict[str, tuple[str, ...]] = {}
        #: How many rows are not public.
        self.withheld = 0
        #: Ballots and stages that a row is about which is not public.
        self.uncertain: set[str] = set()

    def read(self, row: Row) -> Event | None:
        """Give the event of a row, and note what has to be kept of it to the letter.

        Raises:
            RowUnfit: it is none that this version knows.
        """
        event = event_of(row)
        if row.content is not None and event is not None:
            self._note_delegation(event)
        if row.content is None:
            self.withheld += 1
            self.uncertain |= depends_on(event, row.shown or {})
        match event:
            case Event(fact=ConcertationDrafted()) if row.content is not None:
                self.procedure = row.content["fact"]["procedure"]
            case Event(fact=ConcertationLaunched(calendar=calendar)):
                self.calendars.append((1, calendar))
            case Event(fact=RoundOpened(number=number, calendar=calendar)):
                self.calendars.append((number, calendar))
            case _:
                pass
        return event

    def _note_delegation(self, event: Event) -> None:
        offices = tuple(dict.fromkeys(found.office for found in delegations_of(self.process, event)))
        if offices:
            fact: Any = event.fact
            texts = (getattr(fact, part.name) for part in fields(fact))
            self.delegated |= {text.id: offices for text in texts if isinstance(text, Body)}
            if isinstance(fact, DocumentAttached):
                self.delegated[fact.digest] = offices

    def fold(self, event: Event | None, row: Row) -> None:
        """Go on to the state after an event; one of which nothing is shown only counts."""
        if event is None:
            self.process = replace(self.process, seq=self.process.seq + 1, at=row.at)
        else:
            before = self.process.procedure_digest
            self.process = evolve(self.process, event)
            if isinstance(event.fact, ProcedureMigrated):
                self._note_migration(event.fact, row, before)
            self.treatments.note(self.process, event)
            if isinstance(event.fact, DocumentAttached):
                self.documents.append(self.process.documents[event.fact.document])

    def _note_migration(self, fact: ProcedureMigrated, row: Row, before: str) -> None:
        """Keep the version that was followed, and the dates that were announced anew, round by round."""
        self.earlier.append({"digest": before, "procedure": self.procedure})
        if row.content is not None:
            self.procedure = row.content["fact"]["procedure"]
        runs = self.process.runs
        for number in sorted({runs[key].round for key in fact.calendar}):
            planned = {key: fact.calendar[key] for key in fact.calendar if runs[key].round == number}
            self.calendars.append((number, planned))

    def tell(self, row: Row) -> None:
        """Read a row and fold it.

        Raises:
            RowUnfit: it is none that this version knows.
        """
        self.fold(self.read(row), row)
