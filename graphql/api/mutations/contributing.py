"""Contributions: sent by their authors, or entered by a clerk. They go around the workflow, in one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, get_args

import strawberry
from strawberry import ID, argument, field

from api.accepting import ContributionAccepted
from api.answers import WorkRefusal
from api.context import Context, Info
from api.enumerations import Channel
from api.ids import concertation_key
from api.performing import Making, Refusing, refuse
from api.receipts import receipt_of
from api.refusals import AlreadyContributed, refusal_of
from api.snapshot import Snapshot
from domain.refusals import Code, Refusal
from domain.rights import Scope, may
from store import contributions
from store.contributions import Submission
from store.faults import StoreUnreachable
from store.pool import Connection
from workflows.commanding import OutcomeUnknown


@strawberry.input(description="A contribution, sent by its author.")
class SubmitContributionInput:
    idempotency_key: str = field(
        description="Chosen by the client, 200 characters at most. Sent again with the same content: the same receipt."
    )
    concertation_id: ID = field(description="The concertation.")
    stage: str = field(description="The key of the stage, as its author saw it.")
    round: int = field(description="The round of the stage, as its author saw it.")
    body: str = field(description="What it says: plain text, 50,000 characters at most.")
    themes: list[str] = field(default_factory=list, description="The keys of its themes.")
    college: str | None = field(default=None, description="The college in whose name; the author's if unset.")


@strawberry.input(description="A person who is no member, where everybody may answer.")
class NewAuthorInput:
    name: str = field(description="Their name. It is kept apart, and never in the ledger.")


@strawberry.input(one_of=True, description="Whose contribution it is: exactly one of these.")
class AuthorInput:
    member_id: ID | None = field(default=strawberry.UNSET, description="A member.")
    person: NewAuthorInput | None = field(default=strawberry.UNSET, description="A person who is no member.")


@strawberry.input(description="A contribution that arrived on paper, at the counter or by telephone.")
class RecordContributionInput(SubmitContributionInput):
    channel: Channel = field(description="How it arrived; not online.")
    author: AuthorInput = field(description="Whose contribution it is.")
    posted_at: datetime | None = field(
        default=None, description="The postmark: what was posted in time is in time."
    )
    received_at: datetime | None = field(default=None, description="When it was handed in or heard.")


SubmitContributionResult = Annotated[
    ContributionAccepted | AlreadyContributed | WorkRefusal,
    strawberry.union("SubmitContributionResult", description="What `submitContribution` answers."),
]
RecordContributionResult = Annotated[
    ContributionAccepted | AlreadyContributed | WorkRefusal,
    strawberry.union("RecordContributionResult", description="What `recordContribution` answers."),
]
_MEMBERS = (ContributionAccepted, AlreadyContributed, *get_args(WorkRefusal))


async def _take(info: Info, input: SubmitContributionInput) -> Any:
    context = info.context
    at: Snapshot | None = None
    try:
        concertation = concertation_key(input.concertation_id)
        at = await context.reading.snapshot(concertation) if concertation else None
        if at is None:
            raise refuse(Code.UNKNOWN_CONCERTATION, "concertation_id")
        if context.viewer.member is None:
            raise refuse(Code.NOT_ALLOWED)
        making = Making(context=context, concertation=at.id, key=input.idempotency_key, at=at)
        submission = _submission(input, making, at)

        receipt = await _submit(context, making, submission)
        if isinstance(receipt, Refusal):
            raise Refusing(receipt)
    except Refusing as refused:
        return refusal_of(info, refused.refusal, at, _MEMBERS)
    context.changed = True
    return await _accepted(info, at, receipt, submission)


async def _submit(
    context: Context, making: Making, submission: Submission
) -> contributions.Receipt | Refusal:
    begun = False

    async def question(connection: Connection) -> contributions.Receipt | Refusal:
        nonlocal begun
        unprepared = await making.prepare(connection)
        if unprepared is not None:
            return unprepared
        begun = True
        return await contributions.submit(connection, submission)

    try:
        return await context.reading.ask(question)
    except StoreUnreachable as fault:
        raise (OutcomeUnknown(fault) if begun else fault) from fault


def _submission(input: SubmitContributionInput, making: Making, at: Snapshot) -> Submission:
    submission = Submission(
        concertation=at.id,
        round=input.round,
        stage=input.stage,
        actor=making.member,
        author=making.member,
        key=input.idempotency_key,
        body=input.body,
        themes=tuple(input.themes),
        college=input.college,
    )
    if not isinstance(input, RecordContributionInput):
        return submission
    author = _author(input.author, making)
    member = at.process.members.get(author)
    scope = Scope(territory=member.territory if member else None)
    if not may(making.context.viewer, "record_contribution", at.process, at.now, scope):
        raise refuse(Code.NOT_ALLOWED, act="record_contribution")
    return replace(
        submission,
        author=author,
        channel=input.channel,
        posted_at=input.posted_at,
        received_at=input.received_at,
    )


def _author(author: AuthorInput, making: Making) -> str:
    if author.member_id:
        return making.member_key(author.member_id, "author")
    return making.person(author.person.name if author.person else None, None)


async def _accepted(
    info: Info, at: Snapshot, receipt: contributions.Receipt, submission: Submission
) -> ContributionAccepted:
    row = contributions.Contribution(
        id=receipt.contribution,
        concertation=at.id,
        round=submission.round,
        stage=submission.stage,
        member=receipt.member,
        college=receipt.college,
        organisation=None,
        territory=None,
        channel=receipt.channel,
        themes=submission.themes,
        body=submission.body,
        posted_at=submission.posted_at,
        received_at=submission.received_at,
        submitted_at=receipt.submitted_at,
        digest=receipt.digest,
        receipt=receipt.code,
    )
    return ContributionAccepted(at=at, receipt=receipt_of(at, row, receipt.code))


@strawberry.type
class ContributionMutations:
    """Fields of the type Mutation."""

    @strawberry.mutation(
        description="Send a contribution. One live contribution per person, stage and college, by any channel.",
        graphql_type=SubmitContributionResult,
    )
    async def submit_contribution(
        self,
        info: Info,
        input: Annotated[SubmitContributionInput, argument(description="What is asked for.")],
    ) -> Any:
        return await _take(info, input)

    @strawberry.mutation(
        description="Enter what arrived on paper, at the counter or by telephone: the same receipt, the same weight.",
        graphql_type=RecordContributionResult,
    )
    async def record_contribution(
        self,
        info: Info,
        input: Annotated[RecordContributionInput, argument(description="What is asked for.")],
    ) -> Any:
        return await _take(info, input)
