"""The type Query."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import ID, argument, field

from api.batches import BatchQueries
from api.concertation import Concertation, concertation_of
from api.connections import After, Connection, First, connection, connection_of_list, limit, position
from api.context import Info
from api.enumerations import Phase
from api.faults import BadInput, InputFault
from api.files import FileQueries
from api.finding import FindingQueries
from api.ids import concertation_key
from api.lookup import find
from api.nodes import Node
from api.places import PlaceQueries
from api.procedures import (
    CalendarPreview,
    Procedure,
    ProcedureCheck,
    finding_of,
    planned_of,
    procedure_of,
)
from api.questionnaires import QuestionnaireQueries
from api.receipts import Receipt, find_receipt
from api.structure import local_in
from api.viewer import Viewer
from domain.calendar import plan
from domain.check import check
from domain.graph import expand
from domain.reading import read
from domain.territories import known
from store.concertations import Place


@strawberry.type(description="Everything that can be read.")
class Query(FileQueries, FindingQueries, PlaceQueries, QuestionnaireQueries, BatchQueries):
    @field(description="Who asks: what the token says, and nothing about anybody else.")
    def viewer(self, info: Info) -> Viewer:
        return Viewer(viewer=info.context.viewer)

    @field(
        description="Anything by its id; nothing where there is nothing, or nothing that the viewer may see."
    )
    async def node(
        self, info: Info, id: Annotated[ID, argument(description="The global id.")]
    ) -> Node | None:
        return await find(info, id)

    @field(description="One concertation, by its id or by its slug.")
    async def concertation(
        self,
        info: Info,
        id: Annotated[ID | None, argument(description="Its id.")] = None,
        slug: Annotated[str | None, argument(description="Its name in addresses.")] = None,
    ) -> Concertation | None:
        if (id is None) == (slug is None):
            raise BadInput(InputFault.ONE_OF, path=("id", "slug"))
        if slug is not None:
            at = await info.context.reading.snapshot_by_slug(slug)
        else:
            key = concertation_key(id or "")
            at = await info.context.reading.snapshot(key) if key else None
        return concertation_of(at) if at else None

    @field(description="Concertations, the newest first. Drafts are listed for their members alone.")
    async def concertations(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        phases: Annotated[list[Phase] | None, argument(description="Only those that stand here.")] = None,
        mine: Annotated[bool, argument(description="Only those that the viewer takes part in.")] = False,
    ) -> Connection[Concertation]:
        seen = position(after, str, str)
        try:
            place = Place(created_at=datetime.fromisoformat(seen[0]), id=seen[1]) if seen else None
        except ValueError as fault:
            raise BadInput(InputFault.CURSOR, path=("after",)) from fault
        rows, page = await info.context.reading.concertation_page(
            first=limit(first), after=place, phases=[p.value for p in phases] if phases else None, mine=mine
        )
        items = [([row.created_at.isoformat(), row.id], concertation_of(at)) for row, at in rows]
        return connection(items, more=page.more, total=page.total, after=after)

    @field(description="The procedures that a concertation can follow, each in its latest version.")
    async def procedures(self, info: Info, first: First = None, after: After = None) -> Connection[Procedure]:
        found = await info.context.reading.procedures()
        items = [(p.definition.id, procedure_of(p.definition, p.digest, p.published_at)) for p in found]
        return connection_of_list(items, first, after)

    @field(description="One procedure, in its latest version if none is named.")
    async def procedure(
        self,
        info: Info,
        key: Annotated[str, argument(description="Its key.")],
        version: Annotated[int | None, argument(description="Its version.")] = None,
    ) -> Procedure | None:
        found = await info.context.reading.procedure(key, version)
        return procedure_of(found.definition, found.digest, found.published_at) if found else None

    @field(
        description="What became of a contribution, for whoever knows the code of its receipt: no account is needed. "
        "Nothing for every code that there is not."
    )
    async def receipt(
        self,
        info: Info,
        code: Annotated[
            str,
            argument(
                description="The code, in any case, with or without dashes; O is read as 0, I and L as 1."
            ),
        ],
    ) -> Receipt | None:
        return await find_receipt(info, code)

    @field(description="Check a procedure without publishing it: every finding at once.")
    def check_procedure(
        self,
        info: Info,
        source: Annotated[str, argument(description="The procedure in YAML or JSON.")],
    ) -> ProcedureCheck:
        found = read(source)
        return ProcedureCheck(valid=found.is_sound, findings=[finding_of(info, f) for f in found.findings])

    @field(description="Lay out the dates that a procedure would give. Nothing is written.")
    async def preview_calendar(
        self,
        info: Info,
        opens_at: Annotated[datetime, argument(description="The first opening.")],
        procedure: Annotated[str | None, argument(description="The key of a procedure.")] = None,
        version: Annotated[int | None, argument(description="Its version; the latest if unset.")] = None,
        source: Annotated[str | None, argument(description="Or a procedure in YAML or JSON.")] = None,
        territories: Annotated[
            list[str] | None, argument(description="Codes of territories; those of the procedure if unset.")
        ] = None,
    ) -> CalendarPreview | None:
        if (procedure is None) == (source is None):
            raise BadInput(InputFault.ONE_OF, path=("procedure", "source"))
        if source is not None:
            read_ = read(source)
            definition, findings = read_.procedure, list(read_.findings)
            if not read_.is_sound or definition is None:
                return CalendarPreview(stages=[], findings=[finding_of(info, f) for f in findings])
        else:
            found = await info.context.reading.procedure(procedure or "", version)
            if found is None:
                return None
            definition, findings = found.definition, check(found.definition)
        places = tuple(territories) if territories is not None else definition.territories
        if len(places) > _MOST_TERRITORIES or not all(map(known, places)):
            raise BadInput(InputFault.TERRITORY, path=("territories",))
        stages = expand(definition)
        try:
            planned = plan(definition, stages, places, opens_at)
        except OverflowError as fault:
            raise BadInput(InputFault.TOO_FAR, path=("opensAt",)) from fault
        return CalendarPreview(
            stages=[
                planned_of(
                    key,
                    stages[key],
                    dates,
                    local_in(places, dates.opens_at),
                    local_in(places, dates.closes_at),
                )
                for key, dates in planned.items()
            ],
            findings=[finding_of(info, f) for f in findings],
        )

    @field(description="What time it is, by the only clock that counts.")
    async def server_time(self, info: Info) -> datetime:
        return await info.context.reading.now()


_MOST_TERRITORIES = 200
