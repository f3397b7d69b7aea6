"""Draft and launch: procedures, the concertation, its offices and papers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, get_args

import strawberry
from strawberry import ID, argument, field

from api.accepting import (
    ConcertationAccepted,
    OfficeAccepted,
    ProcedureAccepted,
    SignOffPending,
)
from api.answers import AnyRefusal
from api.context import Info
from api.enumerations import Appointment, Role
from api.ids import concertation_key
from api.performing import ActInput, Making, Refusing, carry_out, mutation, refuse
from api.procedures import procedure_of
from api.refusals import LaunchNotReady, ProcedureInvalid, refusal_of
from api.scalars import Multilingual
from api.snapshot import Snapshot
from domain.acts import (
    Act,
    AmendDraft,
    Command,
    CreateOffice,
    DraftConcertation,
    Launch,
)
from domain.free_text import key_fault
from domain.procedure import Office as OfficeModel
from domain.reading import read
from domain.refusals import Code, Refusal
from domain.rights import may
from store import procedures


@strawberry.input(description="A key with its text, for an axis or a theme of one concertation.")
class NamedInput:
    key: str = field(description="The key: lower-case ASCII.")
    label: Multilingual = field(description="The label.")


@strawberry.input(description="A concertation to begin as a draft.")
class DraftConcertationInput:
    idempotency_key: str = field(
        description="Chosen by the client, 200 characters at most. Sent again with the same content: the same answer."
    )
    slug: str = field(description="Its name in addresses: lower-case ASCII, not taken.")
    title: Multilingual = field(description="Its title.")
    procedure: str | None = field(
        default=None, description="The key of the procedure; none where a copy is made."
    )
    version: int | None = field(
        default=None, description="The version of the procedure; the latest if unset."
    )
    lanes: list[NamedInput] | None = field(
        default=None, description="Its axes; those of the procedure if unset."
    )
    themes: list[NamedInput] | None = field(
        default=None, description="Its themes; those of the procedure if unset."
    )
    territories: list[str] | None = field(
        default=None, description="The codes of its territories; those of the procedure if unset."
    )
    parent_id: ID | None = field(default=None, description="The concertation that it is a part of.")
    copy_from_id: ID | None = field(
        default=None,
        description="The concertation whose procedure, axes, themes and territories are taken over.",
    )


DraftConcertationResult = Annotated[
    ConcertationAccepted | ProcedureInvalid | AnyRefusal,
    strawberry.union("DraftConcertationResult", description="What `draftConcertation` answers."),
]


async def draft_concertation(info: Info, input: DraftConcertationInput) -> Any:
    """Begin a concertation whose id comes from the key, so that a repeated command finds it again."""
    members = (ConcertationAccepted, ProcedureInvalid, *get_args(AnyRefusal))
    making = Making(context=info.context, concertation="", key=input.idempotency_key)
    try:
        if fault := key_fault(input.idempotency_key):
            raise Refusing(fault)
        if info.context.viewer.member is None:
            raise refuse(Code.NOT_ALLOWED)
        making.concertation = making.made("concertation")
        command = Command(
            id=making.key,
            concertation=making.concertation,
            actor=info.context.viewer.actor(),
            act=await _draft(info, input),
        )
        outcome = await carry_out(info.context, command, making)
    except Refusing as refused:
        return refusal_of(info, refused.refusal, None, members)
    return ConcertationAccepted(outcome=outcome)


async def _draft(info: Info, input: DraftConcertationInput) -> DraftConcertation:
    model = await _copied(info, input.copy_from_id, "copy_from_id")
    parent = await _copied(info, input.parent_id, "parent_id")
    if input.procedure is not None:
        published = await info.context.reading.procedure(input.procedure, input.version)
        if published is None:
            raise refuse(Code.UNKNOWN_PROCEDURE, "procedure", procedure=input.procedure)
        procedure, digest = published.definition, published.digest
    elif model is not None and model.process.procedure is not None:
        procedure, digest = model.process.procedure, model.process.procedure_digest
    else:
        raise refuse(Code.UNKNOWN_PROCEDURE, "procedure", procedure="")
    copied = model.process if model else None
    return DraftConcertation(
        slug=input.slug,
        title=dict(input.title),
        procedure=procedure,
        procedure_digest=digest,
        lanes=_named(input.lanes) if input.lanes is not None else copied.lanes if copied else None,
        themes=_named(input.themes) if input.themes is not None else copied.themes if copied else None,
        territories=tuple(input.territories)
        if input.territories is not None
        else copied.territories
        if copied
        else None,
        parent=parent.id if parent else None,
        copied_from=model.id if model else None,
    )


def _named(given: list[NamedInput]) -> dict[str, dict[str, str]]:
    return {item.key: dict(item.label) for item in given}


async def _copied(info: Info, id: ID | None, path: str) -> Snapshot | None:
    if id is None:
        return None
    key = concertation_key(id)
    at = await info.context.reading.snapshot(key) if key else None
    if at is None:
        raise refuse(Code.UNKNOWN_CONCERTATION, path)
    return at


@strawberry.input(description="Change what a draft says of itself. Unset means unchanged.")
class AmendDraftInput(ActInput):
    title: Multilingual | None = field(default=None, description="The new title.")
    territories: list[str] | None = field(default=None, description="The codes of the territories.")

    async def act(self, making: Making) -> Act:
        return AmendDraft(
            title=dict(self.title) if self.title else None,
            territories=None if self.territories is None else tuple(self.territories),
        )


AmendDraftResult = Annotated[
    ConcertationAccepted | AnyRefusal,
    strawberry.union("AmendDraftResult", description="What `amendDraft` answers."),
]


@strawberry.input(description="An office beyond those of the procedure: an addressee, say.")
class CreateOfficeInput(ActInput):
    key: str = field(description="Its key: lower-case ASCII, not taken.")
    role: Role = field(description="What it entitles to.")
    label: Multilingual = field(description="Its label.")
    seats: int = field(default=1, description="Its number of seats.")
    required: int = field(default=1, description="How many seats must be held before the launch.")
    college: str | None = field(default=None, description="The key of the college that it speaks for.")
    lane: str | None = field(default=None, description="The key of the axis that it is limited to.")
    territory: str | None = field(
        default=None, description="The code of the territory that it is limited to."
    )
    appointment: Appointment = field(default=Appointment.BY_FUNCTION, description="How holders come to it.")

    async def act(self, making: Making) -> Act:
        try:
            office = OfficeModel(
                id=self.key,
                role=self.role,
                label=dict(self.label),
                seats=self.seats,
                required=self.required,
                college=self.college,
                lane=self.lane,
                territory=self.territory,
                appointment=self.appointment,
            )
        except ValueError as fault:
            raise refuse(Code.INPUT_INVALID, "key") from fault
        return CreateOffice(office=office)


CreateOfficeResult = Annotated[
    OfficeAccepted | AnyRefusal,
    strawberry.union("CreateOfficeResult", description="What `createOffice` answers."),
]


@strawberry.input(description="Announce the concertation. Everything then runs by its calendar.")
class LaunchInput(ActInput):
    opens_at: datetime = field(description="The first opening.")

    async def act(self, making: Making) -> Act:
        return Launch(opens_at=self.opens_at)


LaunchResult = Annotated[
    ConcertationAccepted | SignOffPending | LaunchNotReady | AnyRefusal,
    strawberry.union("LaunchResult", description="What `launch` answers."),
]


@strawberry.input(description="A version of a procedure to publish. Published versions never change.")
class PublishProcedureInput:
    source: str = field(description="The procedure in YAML or JSON.")


PublishProcedureResult = Annotated[
    ProcedureAccepted | ProcedureInvalid | AnyRefusal,
    strawberry.union("PublishProcedureResult", description="What `publishProcedure` answers."),
]


async def publish_procedure(info: Info, input: PublishProcedureInput) -> Any:
    """Publish a version of a procedure, if nothing holds it back."""
    members = (ProcedureAccepted, ProcedureInvalid, *get_args(AnyRefusal))
    now = await info.context.reading.now()
    if not may(info.context.viewer, "publish_procedure", None, now):
        return refusal_of(info, Refusal(Code.NOT_ALLOWED, {"act": "publish_procedure"}), None, members)
    found = read(input.source)
    procedure = found.procedure
    if procedure is None or not found.is_sound:
        faults = tuple(f for f in found.findings if f.severity == "error")
        refusal = Refusal(Code.PROCEDURE_INVALID, {"count": len(faults)}, ("source",), faults)
        return refusal_of(info, refusal, None, members)
    by = info.context.viewer.member or ""
    published = await info.context.reading.ask(lambda c: procedures.publish(c, procedure, by))
    if isinstance(published, Refusal):
        return refusal_of(info, published, None, members)
    return ProcedureAccepted(
        procedure=procedure_of(published.definition, published.digest, published.published_at)
    )


@strawberry.type
class DraftingMutations:
    """Fields of the type Mutation."""

    @strawberry.mutation(description="Publish a version of a procedure.", graphql_type=PublishProcedureResult)
    async def publish_procedure(
        self,
        info: Info,
        input: Annotated[PublishProcedureInput, argument(description="What is asked for.")],
    ) -> Any:
        return await publish_procedure(info, input)

    @strawberry.mutation(
        description="Begin a concertation as a draft. Its author becomes its first coordinator.",
        graphql_type=DraftConcertationResult,
    )
    async def draft_concertation(
        self,
        info: Info,
        input: Annotated[DraftConcertationInput, argument(description="What is asked for.")],
    ) -> Any:
        return await draft_concertation(info, input)

    amend_draft = mutation(
        AmendDraftInput, AmendDraftResult, ConcertationAccepted, "Change the title or territories of a draft."
    )
    create_office = mutation(
        CreateOfficeInput, CreateOfficeResult, OfficeAccepted, "Add an office beyond those of the procedure."
    )
    launch = mutation(
        LaunchInput, LaunchResult, ConcertationAccepted, "Announce the concertation, with its first opening."
    )
