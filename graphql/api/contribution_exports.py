"""Exports of contributions: an address to fetch one from, for everybody or for operators."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import Private, argument, field

from api.context import Info
from api.snapshot import Snapshot
from domain.interchange.columns import Form, Variant
from domain.procedure import Kind
from domain.rights import may
from store.exporting import Asked

_VARIANTS = {
    Variant.PUBLIC: "For everybody: the live contributions of stages whose contributions are public, and nothing that "
    "tells who spoke.",
    Variant.COMPLETE: "For operators: every version of every contribution, with what it takes to verify and "
    "restore it.",
}
_FORMS = {
    Form.CSV: "CSV (RFC 4180): commas, UTF-8, a header.",
    Form.JSONL: "JSON Lines: an object a line.",
}
strawberry.enum(Variant, name="ExportVariant", description="Who an export is for.")
strawberry.enum(Form, name="ExportFormat", description="How an export is written.")
for _value in vars(Variant)["__strawberry_definition__"].values:
    _value.description = _VARIANTS[Variant(_value.value)]
for _value in vars(Form)["__strawberry_definition__"].values:
    _value.description = _FORMS[Form(_value.value)]


@strawberry.type(description="Leave to fetch an export for a short time.")
class ContributionExport:
    url: str = field(
        description="Where to fetch it: GET, without a token. Streamed, all of one instant; `concertation-rows` "
        "says how many lines it has. Relative to the address of the API unless the operator named one."
    )
    expires_at: datetime = field(description="Until when the download may begin.")
    schema_url: str = field(description="Its Table Schema: what each column is and means.")


@strawberry.type
class WithExports:
    at: Private[Snapshot]

    @field(
        description="Leave to fetch the contributions as a file. None where no call for input is meant, or where the "
        "viewer may not have this variant."
    )
    def contribution_export(
        self,
        info: Info,
        format: Annotated[Form, argument(description="How it is written.")] = Form.CSV,
        variant: Annotated[Variant, argument(description="Who it is for.")] = Variant.PUBLIC,
        stage: Annotated[str | None, argument(description="The key of a stage; all if unset.")] = None,
        round: Annotated[int | None, argument(description="A round; all if unset.")] = None,
    ) -> ContributionExport | None:
        return export_of(info, self.at, format, variant, stage, round)


def export_of(
    info: Info, at: Snapshot, form: Form, variant: Variant, stage: str | None, round: int | None
) -> ContributionExport | None:
    """Give the address of an export, if the viewer may have it."""
    definition = at.process.stages.get(stage) if stage is not None else None
    if stage is not None and (definition is None or definition.kind is not Kind.CALL_FOR_INPUT):
        return None
    if variant is Variant.COMPLETE and not may(info.context.viewer, "export_complete", at.process, at.now):
        return None
    asked = Asked(concertation=at.id, variant=variant, form=form, round=round, stage=stage)
    exporting = info.context.exporting
    until = at.now + exporting.within
    part = "-".join(
        filter(None, (at.process.slug, stage, str(round) if round is not None else "", variant.value))
    )
    return ContributionExport(
        url=exporting.tickets.address(asked, f"{part}.{form}", until),
        expires_at=until.replace(microsecond=0),
        schema_url=exporting.tickets.schema(variant),
    )
