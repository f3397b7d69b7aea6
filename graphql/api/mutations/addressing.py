"""What mutations around the workflow have in common: the concertation, the right, the stage that is meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, get_args

import strawberry
from strawberry import ID, argument

from api.context import Info
from api.enumerations import Kind, State
from api.ids import concertation_key
from api.invitations import StageInvitationsInput
from api.performing import Refusing, refuse
from api.refusals import refusal_of
from api.snapshot import Snapshot
from domain.process import StageRun
from domain.refusals import Code
from domain.rights import WHOLE, refused


async def seen(info: Info, id: ID) -> Snapshot:
    """Give the concertation as the viewer may see it."""
    concertation = concertation_key(id)
    at = await info.context.reading.snapshot(concertation) if concertation else None
    if at is None:
        raise refuse(Code.UNKNOWN_CONCERTATION, "concertation_id")
    return at


def conducts(info: Info, at: Snapshot, action: str) -> str:
    """Give who asks, if they may do this for the whole concertation."""
    viewer = info.context.viewer
    if viewer.member is None:
        raise refuse(Code.NOT_ALLOWED, act=action)
    if refusal := refused(viewer, action, at.process, at.now, WHOLE):
        raise Refusing(refusal)
    return viewer.member


_ANSWERABLE = (State.PENDING, State.AWAITING_OPENING, State.OPEN)


def stage_meant(at: Snapshot, input: StageInvitationsInput) -> StageRun:
    """Give the stage that is meant, in the round that its author saw, while it may still be answered."""
    run = at.process.runs.get(input.stage)
    if run is None:
        raise refuse(Code.UNKNOWN_STAGE, "stage", stage=input.stage)
    kind = at.process.stages[input.stage].kind
    if kind is not Kind.CALL_FOR_INPUT:
        raise refuse(Code.STAGE_WRONG_KIND, "stage", stage=input.stage, kind=kind)
    if run.round != input.round:
        raise refuse(Code.ROUND_CHANGED, "round", stage=input.stage, seen=input.round, round=run.round)
    if run.state not in _ANSWERABLE:
        raise refuse(Code.STAGE_WRONG_STATE, "stage", stage=input.stage, state=run.state)
    return run


def mutation_of(asked: type, work: Any, union: Any, description: str) -> Any:
    """Make the field of a mutation: what `work` gives, or the refusal that it raises."""
    members: Sequence[type] = get_args(get_args(union)[0])

    async def resolver(info: Info, input: Any) -> Any:
        try:
            return await work(info, input)
        except Refusing as refused:
            concertation = concertation_key(getattr(input, "concertation_id", None) or ID(""))
            at = await info.context.reading.snapshot(concertation) if concertation else None
            return refusal_of(info, refused.refusal, at, members)

    described = Annotated[asked, argument(description="What is asked for.")]  # type: ignore[valid-type]  # made at run time
    resolver.__annotations__ = {"info": Info, "input": described, "return": union}
    return strawberry.mutation(resolver=resolver, description=description)
