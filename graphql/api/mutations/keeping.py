"""Around a contribution: its withdrawal, its draft before it is sent, and the batch that forms arrive in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, get_args

import strawberry
from strawberry import ID, argument, field
from strawberry.scalars import JSON

from api.answers import AnyRefusal, WorkRefusal
from api.batches import Batch, batch_of
from api.context import Info
from api.drafts import ContributionDraft, draft_of
from api.enumerations import Channel
from api.ids import concertation_key
from api.mutations.entering import accepted_or_refused, check_clerk, made_for, save_draft
from api.performing import Making, Refusing, refuse
from api.refusals import refusal_of, with_round
from api.snapshot import Snapshot
from domain.process import HearingState
from domain.refusals import Code, Refusal
from store import batches, drafts, versions
from store.faults import StoreUnreachable
from store.pool import Connection
from workflows.commanding import OutcomeUnknown


@strawberry.input(description="What a person asks around their contribution.")
class AskedInput:
    idempotency_key: str = field(
        description="Chosen by the client, 200 characters at most. Sent again with the same content: the same answer."
    )
    concertation_id: ID = field(description="The concertation.")


@strawberry.input(description="A contribution, withdrawn by its author.")
class WithdrawContributionInput(AskedInput):
    contribution_id: ID = field(description="Its live version.")


@strawberry.input(description="What the viewer has begun to write.")
class SaveDraftInput(AskedInput):
    stage: str = field(description="The key of the stage.")
    round: int = field(description="Its round.")
    body: str = field(default="", description="The text so far; empty perhaps.")
    answers: JSON | None = field(
        default=None, description="The answers so far, keyed by question; not validated."
    )
    themes: list[str] = field(default_factory=list, description="The keys of its themes.")
    college: str | None = field(default=None, description="The college in whose name.")


@strawberry.input(description="A draft to be forgotten.")
class DiscardDraftInput(AskedInput):
    stage: str = field(description="The key of the stage.")
    round: int = field(description="Its round.")


@strawberry.input(description="Forms that arrived together.")
class OpenBatchInput(AskedInput):
    stage: str = field(description="The key of the stage.")
    round: int = field(description="Its round.")
    channel: Channel = field(description="How they arrived; not online.")
    announced: int = field(description="How many they are.")
    territory: str | None = field(
        default=None,
        description="The code of the territory that they come from, of which the viewer is a clerk.",
    )
    reference: str | None = field(default=None, description="What the clerk's service calls it.")
    hearing_id: ID | None = field(
        default=None,
        description="The hearing at which it was said, by the channel `HEARING`. What is said once the call for input "
        "is over stands in the record of the hearing alone.",
    )


@strawberry.type(
    description="The contribution was withdrawn: its author alone reads it on. Its leaf stays in the sealed set."
)
class WithdrawalAccepted:
    withdrawn_at: datetime = field(description="When.")


@strawberry.type(description="The draft was saved, in the place of the one before.")
class DraftAccepted:
    draft: ContributionDraft = field(description="The draft.")


@strawberry.type(description="There is no draft any more.")
class DiscardAccepted:
    discarded: bool = field(description="Whether there was one.")


@strawberry.type(description="The batch was announced, or was before with the same content.")
class BatchAccepted:
    batch: Batch = field(description="The batch.")


WithdrawContributionResult = Annotated[
    WithdrawalAccepted | WorkRefusal,
    strawberry.union("WithdrawContributionResult", description="What `withdrawContribution` answers."),
]
SaveDraftResult = Annotated[
    DraftAccepted | WorkRefusal,
    strawberry.union("SaveDraftResult", description="What `saveDraft` answers."),
]
DiscardDraftResult = Annotated[
    DiscardAccepted | AnyRefusal,
    strawberry.union("DiscardDraftResult", description="What `discardDraft` answers."),
]
OpenBatchResult = Annotated[
    BatchAccepted | WorkRefusal,
    strawberry.union("OpenBatchResult", description="What `openBatch` answers."),
]


async def _answer(info: Info, input: AskedInput, do: Any) -> Any:
    members: Sequence[type] = get_args(WorkRefusal)
    making: Making | None = None
    try:
        making = await made_for(info, concertation_key(input.concertation_id), input.idempotency_key)
        return await do(making)
    except Refusing as refused:
        at, told = making.at if making else None, refused.refusal
        if isinstance(input, SaveDraftInput | OpenBatchInput):
            told = with_round(told, at, input.stage, input.round)
        return refusal_of(info, told, at, members)
    except StoreUnreachable as fault:
        raise (OutcomeUnknown(fault) if making else fault) from fault


async def _withdraw(info: Info, input: WithdrawContributionInput, making: Making) -> WithdrawalAccepted:
    key = making.read(input.contribution_id, "Contribution", Code.UNKNOWN_CONTRIBUTION, "contribution_id")
    gone = accepted_or_refused(
        await info.context.reading.ask(
            lambda connection: versions.withdraw(
                connection, making.concertation, key, making.member, making.key
            )
        )
    )
    info.context.changed = True
    return WithdrawalAccepted(withdrawn_at=gone.withdrawn_at)


async def _save(info: Info, input: SaveDraftInput, making: Making) -> DraftAccepted:
    if input.answers is not None and not isinstance(input.answers, dict):
        raise refuse(Code.INPUT_INVALID, "answers")
    begun = drafts.Draft(
        body=input.body, college=input.college, themes=tuple(input.themes), answers=input.answers
    )
    assert making.at is not None
    at: Snapshot = making.at

    async def question(connection: Connection) -> drafts.Draft | Refusal:
        return await save_draft(connection, at, making.member, input.round, input.stage, begun, making.key)

    saved = accepted_or_refused(await info.context.reading.ask(question))
    return DraftAccepted(draft=draft_of(at, saved))


async def _discard(info: Info, input: DiscardDraftInput, making: Making) -> DiscardAccepted:
    place = (making.concertation, input.round, input.stage)
    was = await info.context.reading.ask(
        lambda connection: drafts.discard(connection, making.member, *place, making.key)
    )
    return DiscardAccepted(discarded=accepted_or_refused(was))


def _hearing(making: Making, at: Snapshot, id: ID | None) -> str | None:
    """Give the key of a hearing of this concertation that was not cancelled."""
    if id is None:
        return None
    key = making.read(id, "Hearing", Code.UNKNOWN_HEARING, "hearing_id")
    found = at.process.hearings.get(key)
    if found is None:
        raise refuse(Code.UNKNOWN_HEARING, "hearing_id", hearing=key)
    if found.state is HearingState.CANCELLED:
        raise refuse(Code.HEARING_WRONG_STATE, "hearing_id", hearing=key, state=found.state)
    return key


async def _open(info: Info, input: OpenBatchInput, making: Making) -> BatchAccepted:
    assert making.at is not None
    check_clerk(making, making.at, input.territory)
    hearing = _hearing(making, making.at, input.hearing_id)
    opened = accepted_or_refused(
        await info.context.reading.ask(
            lambda connection: batches.open_batch(
                connection,
                concertation=making.concertation,
                round=input.round,
                stage=input.stage,
                actor=making.member,
                channel=input.channel,
                announced=input.announced,
                key=making.key,
                territory=input.territory,
                reference=input.reference,
                hearing=hearing,
            )
        )
    )
    return BatchAccepted(batch=batch_of(making.at, opened))


@strawberry.type
class KeepingMutations:
    """Fields of the type Mutation."""

    @strawberry.mutation(
        description="Withdraw one's contribution, or that of the organisation that one represents, until the stage "
        "closes.",
        graphql_type=WithdrawContributionResult,
    )
    async def withdraw_contribution(
        self,
        info: Info,
        input: Annotated[WithdrawContributionInput, argument(description="What is asked for.")],
    ) -> Any:
        return await _answer(info, input, lambda making: _withdraw(info, input, making))

    @strawberry.mutation(
        description="Save what the viewer has begun to write. It is theirs alone, and gone once it is sent. "
        "Its key is remembered for seven days.",
        graphql_type=SaveDraftResult,
    )
    async def save_draft(
        self, info: Info, input: Annotated[SaveDraftInput, argument(description="What is asked for.")]
    ) -> Any:
        return await _answer(info, input, lambda making: _save(info, input, making))

    @strawberry.mutation(
        description="Forget the viewer's draft. The key is remembered for seven days.",
        graphql_type=DiscardDraftResult,
    )
    async def discard_draft(
        self, info: Info, input: Annotated[DiscardDraftInput, argument(description="What is asked for.")]
    ) -> Any:
        return await _answer(info, input, lambda making: _discard(info, input, making))

    @strawberry.mutation(
        description="Announce forms that arrived together: a clerk, within their territory.",
        graphql_type=OpenBatchResult,
    )
    async def open_batch(
        self, info: Info, input: Annotated[OpenBatchInput, argument(description="What is asked for.")]
    ) -> Any:
        return await _answer(info, input, lambda making: _open(info, input, making))
