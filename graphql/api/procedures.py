"""Procedures: what a concertation follows. Published in versions, checked, laid out as a calendar."""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry import Private, field
from strawberry.scalars import JSON

from api.context import Info
from api.enumerations import Kind, Severity
from api.ids import global_id
from api.nodes import Labelled, Node
from api.scalars import Multilingual
from api.structure import LocalTime
from domain import procedure as model
from domain.process import PlannedStage
from domain.refusals import Finding as Found
from domain.texts import text


@strawberry.type(description="One finding of a check, with the path into what was checked.")
class Finding:
    code: str = field(description="What was found: a code that never changes its meaning.")
    path: list[str] = field(description="Where: keys and positions into what was checked.")
    severity: Severity = field(description="How much it weighs.")
    source: str = field(description="The law article, decree or practice that the rule comes from.")
    message: str = field(description="What is wrong and what to do, in the language of the request.")


def finding_of(info: Info, found: Found) -> Finding:
    """Make a finding."""
    return Finding(
        code=found.code,
        path=[str(step) for step in found.path],
        severity=Severity(found.severity),
        source=found.source,
        message=text(f"finding.{found.code}", info.context.languages, **found.args),
    )


@strawberry.type(description="A reason for which contributions may be set aside from a synthesis.")
class SetAsideReason(Labelled):
    key: str = field(description="Its name, which `setAside` asks for: its French text.")


@strawberry.type(description="A procedure in one of its versions. Published versions never change.")
class Procedure(Node, Labelled):
    procedure: Private[model.Procedure]
    key: str = field(description="Its name.")
    version: int = field(description="Its version, from 1.")
    digest: str = field(description="SHA-256 of its canonical content.")
    sandbox: bool = field(description="Whether it runs in seconds, for demonstrations.")
    legal_profile: str = field(description="The legal frame that it is checked against.")
    published_at: datetime | None = field(description="When this version was published.")

    @field(description="What it is for, in every language given.")
    def summaries(self) -> Multilingual | None:
        return Multilingual(self.procedure.summary) if self.procedure.summary else None

    @field(description="The reasons for which contributions may be set aside.")
    def set_aside_reasons(self) -> list[SetAsideReason]:
        reasons = self.procedure.labels_of_reasons()
        return [SetAsideReason(key=key, labels=Multilingual(label)) for key, label in reasons.items()]

    @field(description="The whole definition, as JSON.")
    def definition(self) -> JSON:
        return JSON(self.procedure.model_dump(mode="json"))


def procedure_of(definition: model.Procedure, digest: str, published_at: datetime | None) -> Procedure:
    """Make a procedure."""
    return Procedure(
        id=global_id("Procedure", definition.id, definition.version),
        procedure=definition,
        key=definition.id,
        labels=Multilingual(definition.label),
        version=definition.version,
        digest=digest,
        sandbox=definition.sandbox,
        legal_profile=definition.legal_profile,
        published_at=published_at,
    )


@strawberry.type(description="What a check of a procedure found: everything at once.")
class ProcedureCheck:
    valid: bool = field(description="Whether nothing holds it back.")
    findings: list[Finding] = field(description="Everything that was found.")


@strawberry.type(description="The dates of a stage as they would be announced.")
class PlannedDates(Labelled):
    key: str = field(description="The key of the stage.")
    kind: Kind = field(description="The kind of the stage.")
    lane: str | None = field(description="The axis of the stage.")
    gate_opens_at: datetime | None = field(description="When the ballot before the opening begins.")
    opens_at: datetime = field(description="The opening.")
    closes_at: datetime = field(description="The closing: the first instant that is too late.")
    concludes_at: datetime = field(description="The conclusion, if every window is used to its end.")
    local_opens_at: list[LocalTime] = field(description="The opening on the clocks of the territories.")
    local_closes_at: list[LocalTime] = field(description="The closing on the clocks of the territories.")


def planned_of(
    key: str,
    stage: model.Stage,
    planned: PlannedStage,
    opens: list[LocalTime],
    closes: list[LocalTime],
) -> PlannedDates:
    """Make planned dates."""
    return PlannedDates(
        key=key,
        labels=Multilingual(stage.label),
        kind=stage.kind,
        lane=stage.lane,
        gate_opens_at=planned.gate_opens_at,
        opens_at=planned.opens_at,
        closes_at=planned.closes_at,
        concludes_at=planned.concludes_at,
        local_opens_at=opens,
        local_closes_at=closes,
    )


@strawberry.type(description="The calendar that a procedure would give: nothing is written.")
class CalendarPreview:
    stages: list[PlannedDates] = field(description="The planned dates, stage by stage.")
    findings: list[Finding] = field(description="What a check of the procedure found.")
