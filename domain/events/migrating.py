"""The fact that a concertation goes on under a later version of its procedure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from domain.procedure import Label, Procedure
from domain.process import PlannedStage


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureMigrated:
    """A later version of the procedure holds from now on; it carries it whole, so that the ledger is enough."""

    kind: Literal["procedure_migrated"] = "procedure_migrated"
    procedure: Procedure
    procedure_digest: str
    before_version: int
    before_digest: str
    impact_digest: str
    """Digest of the report that was read before."""
    reason: str
    lanes: dict[str, Label]
    themes: dict[str, Label]
    territories: tuple[str, ...]
    calendar: dict[str, PlannedStage]
    """The dates of stages that are to come, where they are new or moved."""
    anew: tuple[str, ...]
    """Ballots at gates where nobody had voted: they are opened again under the new rule."""


MigratingFact = ProcedureMigrated
