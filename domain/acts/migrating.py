"""The act that moves a running concertation to a later version of its procedure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from domain.procedure import Procedure


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrateProcedure:
    """Go on under a later version of the procedure, as the report that its author read says."""

    kind: Literal["migrate_procedure"] = "migrate_procedure"
    procedure: Procedure
    procedure_digest: str
    impact_digest: str
    """Digest of the report that the author read: nobody migrates on one that no longer holds."""
    reason: str


MigratingAct = MigrateProcedure
