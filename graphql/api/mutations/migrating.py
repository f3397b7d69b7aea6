"""Moving a running concertation to a later version of its procedure."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import field

from api.accepting import ConcertationAccepted, SignOffPending
from api.answers import AnyRefusal
from api.performing import ActInput, Making, mutation, refuse
from api.refusals import ImpactChanged, MigrationRefused, ProcedureInvalid
from domain.acts import Act, MigrateProcedure
from domain.refusals import Code


@strawberry.input(description="A later published version of its procedure for a running concertation.")
class MigrateProcedureInput(ActInput):
    version: int = field(description="The version of the procedure that it follows.")
    impact_digest: str = field(description="The digest of the report that its author read.")
    reason: str = field(description="Why.")

    async def act(self, making: Making) -> Act:
        current = making.at.process.procedure if making.at else None
        key = current.id if current else ""
        known = await making.context.reading.procedure(key, self.version)
        if known is None:
            raise refuse(Code.UNKNOWN_PROCEDURE, "version", procedure=f"{key} {self.version}")
        return MigrateProcedure(
            procedure=known.definition,
            procedure_digest=known.digest,
            impact_digest=self.impact_digest,
            reason=self.reason,
        )


MigrateProcedureResult = Annotated[
    ConcertationAccepted | SignOffPending | ImpactChanged | MigrationRefused | ProcedureInvalid | AnyRefusal,
    strawberry.union("MigrateProcedureResult", description="What `migrateProcedure` answers."),
]


@strawberry.type
class MigratingMutations:
    """Fields of the type Mutation."""

    migrate_procedure = mutation(
        MigrateProcedureInput,
        MigrateProcedureResult,
        ConcertationAccepted,
        "Move a running concertation to a later version of its procedure, as the report on it says that was read.",
    )
