"""Contributions: sent by their authors or entered by a clerk, and revised. In one transaction, around the workflow."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, get_args

import strawberry
from strawberry import ID, argument, field

from api.accepting import ContributionAccepted
from api.answers import WorkRefusal
from api.context import Context, Info
from api.drafts import ContributionDraft, draft_of
from api.enumerations import Channel
from api.ids import concertation_key
from api.inputs import made_as_given
from api.mutations.entering import (
    AnswersRefused,
    SaidInput,
    SupersedeInput,
    answering,
    author_of,
    batch_key,
    check_clerk,
    made_for,
    save_draft,
    scan_key,
    with_answers,
)
from api.mutations.entering import AuthorInput as AuthorInput
from api.performing import Making, Refusing
from api.questionnaires import AnswerProblem, problem_of
from api.receipts import receipt_of
from api.refusals import AlreadyContributed, refusal_of, with_round
from api.refusals import Refusal as RefusalType
from api.snapshot import Snapshot
from domain.process import Phase
from domain.refusals import Code, Refusal
from domain.rights import holds
from domain.texts import text
from store import contributions, drafts, questionnaires
from store.committed_together import NotTogether
from store.contributions import Submission
from store.enclosing import submit_with_files
from store.faults import StoreUnreachable
from store.pool import Connection
from workflows.commanding import OutcomeUnknown


@made_as_given
@strawberry.input(description="A contribution, sent by its author.")
class SubmitContributionInput(SaidInput):
    stage: str = field(description="The key of the stage, as its author saw it.")
    round: int = field(description="The round of the stage, as its author saw it.")
    college: str | None = field(default=None, description="The college in whose name; the author's if unset.")


@strawberry.input(description="A contribution that arrived on paper, at the counter or by telephone.")
class RecordContributionInput(SubmitContributionInput):
    channel: Channel = field(description="How it arrived; not online.")
    author: AuthorInput = field(description="Whose contribution it is.")
    posted_at: datetime | None = field(
        default=None, description="The postmark: what was posted in time is in time."
    )
    received_at: datetime | None = field(default=None, description="When it was handed in or heard.")
    place: str | None = field(default=None, description="Where it was handed in or heard.")
    reference: str | None = field(default=None, description="What the clerk's service calls the form.")
    batch_id: ID | None = field(default=None, description="The announced batch that it arrived in.")
    scan_id: ID | None = field(
        default=None, description="The scan of the form: a PDF or an image that the clerk sent."
    )
    supersede: SupersedeInput | None = field(
        default=None,
        description="Given: it takes the place of what its author has contributed by another way.",
    )


@strawberry.input(
    description="A better version of a contribution, by its author, by who represents the same organisation, or by the "
    "clerk who typed it."
)
class ReviseContributionInput(SaidInput):
    contribution_id: ID = field(description="The version that was read, and is to be replaced.")
    stage: str = field(description="The key of the stage, as its author saw it.")
    round: int = field(description="The round of the stage, as its author saw it.")
    posted_at: datetime | None = field(default=None, description="A clerk: the postmark; as before if unset.")
    received_at: datetime | None = field(
        default=None, description="A clerk: when it was handed in; as before if unset."
    )
    place: str | None = field(default=None, description="A clerk: where; as before if unset.")
    reference: str | None = field(default=None, description="A clerk: the reference; as before if unset.")
    scan_id: ID | None = field(default=None, description="A clerk: the scan of the form; as before if unset.")


@strawberry.type(description="Answers that the questionnaire does not take: every problem at once.")
class AnswersInvalid(RefusalType):
    problems: list[AnswerProblem] = field(description="The problems, in the order of the questions.")
    draft: ContributionDraft | None = field(
        description="The answers as they were sent, kept as the author's draft; nothing of a clerk's entry."
    )


SubmitContributionResult = Annotated[
    ContributionAccepted | AlreadyContributed | AnswersInvalid | WorkRefusal,
    strawberry.union("SubmitContributionResult", description="What `submitContribution` answers."),
]
RecordContributionResult = Annotated[
    ContributionAccepted | AlreadyContributed | AnswersInvalid | WorkRefusal,
    strawberry.union("RecordContributionResult", description="What `recordContribution` answers."),
]
ReviseContributionResult = Annotated[
    ContributionAccepted | AlreadyContributed | AnswersInvalid | WorkRefusal,
    strawberry.union("ReviseContributionResult", description="What `reviseContribution` answers."),
]
_MEMBERS = (ContributionAccepted, AlreadyContributed, AnswersInvalid, *get_args(WorkRefusal))


async def _take_together(info: Info, input: SubmitContributionInput) -> ContributionAccepted | None:
    """Take a contribution with others that come now, as other requests know its concertation.

    Where that is not enough, or it is refused, nothing is changed: `None` says to take the long way, which tells why.
    """
    reading, viewer = info.context.reading, info.context.viewer
    concertation = concertation_key(input.concertation_id)
    known = reading.lately(concertation) if concertation else None
    if known is None or viewer.member is None or known.process.phase is not Phase.LAUNCHED:
        return None
    at_hand, kept = questionnaires.known_for(known.process, input.stage)
    if not at_hand:
        return None
    try:
        said = _said(input, known.process.id, viewer.member)
        submission = answering(kept, replace(said, college=input.college), input.answers)
        receipt = await reading.submit_together(submission, known.head)
    except (NotTogether, Refusing, AnswersRefused):
        return None
    except StoreUnreachable as fault:
        raise OutcomeUnknown(fault) from fault
    if isinstance(receipt, Refusal):
        return None
    info.context.changed = True
    return _accepted(Snapshot(known.process, receipt.submitted_at), receipt, submission)


async def _take(info: Info, input: SubmitContributionInput | ReviseContributionInput) -> Any:
    making: Making | None = None
    try:
        making = await made_for(info, concertation_key(input.concertation_id), input.idempotency_key)
        assert making.at is not None
        submission = _submission(input, making, making.at)
        taken = await _submit(info.context, making, submission, input.answers)
        if isinstance(taken, Refusal):
            raise Refusing(taken)
    except Refusing as refused:
        at = making.at if making else None
        return refusal_of(info, with_round(refused.refusal, at, input.stage, input.round), at, _MEMBERS)
    except AnswersRefused as refused:
        assert making is not None
        assert making.at is not None
        return await _answers_invalid(info, making.at, refused, input.answers)
    info.context.changed = True
    return _accepted(making.at, *taken)


async def _submit(
    context: Context, making: Making, submission: Submission, answers: Any
) -> tuple[contributions.Receipt, Submission] | Refusal:
    begun = False
    assert making.at is not None
    at: Snapshot = making.at

    async def question(connection: Connection) -> tuple[contributions.Receipt, Submission] | Refusal:
        nonlocal begun
        answered = await with_answers(connection, at, submission, answers)
        unprepared = await making.prepare(connection)
        if unprepared is not None:
            return unprepared
        begun = True
        receipt = await submit_with_files(connection, answered)
        return receipt if isinstance(receipt, Refusal) else (receipt, answered)

    try:
        return await context.reading.ask(question)
    except StoreUnreachable as fault:
        raise (OutcomeUnknown(fault) if begun else fault) from fault


def _said(
    input: SubmitContributionInput | ReviseContributionInput, concertation: str, member: str
) -> Submission:
    return Submission(
        concertation=concertation,
        round=input.round,
        stage=input.stage,
        actor=member,
        author=member,
        key=input.idempotency_key,
        body=input.body or "",
        themes=tuple(input.themes),
    )


def _submission(
    input: SubmitContributionInput | ReviseContributionInput, making: Making, at: Snapshot
) -> Submission:
    said = _said(input, at.id, making.member)
    if isinstance(input, ReviseContributionInput):
        return _revision(input, making, at, said)
    said = replace(said, college=input.college)
    if not isinstance(input, RecordContributionInput):
        return said
    author = author_of(input.author, making)
    member = at.process.members.get(author)
    check_clerk(making, at, member.territory if member else None)
    return replace(
        said,
        author=author,
        channel=input.channel,
        posted_at=input.posted_at,
        received_at=input.received_at,
        place=input.place,
        reference=input.reference,
        batch=batch_key(input.batch_id, making),
        scan=scan_key(input.scan_id, making),
        supersede_reason=input.supersede.reason if input.supersede else None,
    )


def _revision(input: ReviseContributionInput, making: Making, at: Snapshot, said: Submission) -> Submission:
    key = making.read(input.contribution_id, "Contribution", Code.UNKNOWN_CONTRIBUTION, "contribution_id")
    # Whether the viewer wrote or typed it, the store knows. Who is no clerk any more corrects their own alone.
    is_clerk = holds(making.context.viewer, "record_contribution", at.process, at.now)
    scan = scan_key(input.scan_id, making)
    said = replace(said, revises=key, author="" if is_clerk else making.member, scan=scan)
    if not is_clerk:
        return said
    return replace(
        said,
        posted_at=input.posted_at,
        received_at=input.received_at,
        place=input.place,
        reference=input.reference,
    )


async def _answers_invalid(
    info: Info, at: Snapshot, refused: AnswersRefused, answers: Any
) -> AnswersInvalid | Any:
    """Tell the problems, having kept the answers as a draft; or, first, why they could not be taken anyhow."""
    submission, kept = refused.submission, None
    if submission.actor == submission.author and isinstance(answers, dict):
        begun = drafts.Draft(body="", college=submission.college, themes=submission.themes, answers=answers)
        saved = await info.context.reading.ask(
            lambda connection: save_draft(
                connection, at, submission.author, submission.round, submission.stage, begun
            )
        )
        if isinstance(saved, Refusal):
            told = with_round(saved, at, submission.stage, submission.round)
            return refusal_of(info, told, at, _MEMBERS)
        kept = draft_of(at, saved)
    said = {"savedAt": kept.saved_at} if kept and kept.saved_at else {}
    return AnswersInvalid(
        code=Code.ANSWERS_INVALID.value,
        message=text(f"refusal.{Code.ANSWERS_INVALID}", info.context.languages, **said),
        path=["answers"],
        problems=[problem_of(info, problem) for problem in refused.problems],
        draft=kept,
    )


def _accepted(at: Snapshot, receipt: contributions.Receipt, submission: Submission) -> ContributionAccepted:
    row = contributions.Contribution(
        id=receipt.contribution,
        concertation=at.id,
        round=receipt.round,
        stage=receipt.stage,
        member=receipt.member,
        college=receipt.college,
        organisation=receipt.organisation,
        territory=receipt.territory,
        channel=receipt.channel,
        themes=submission.themes,
        body=submission.body,
        posted_at=receipt.posted_at,
        received_at=receipt.received_at,
        submitted_at=receipt.submitted_at,
        digest=receipt.digest,
        receipt=receipt.code,
        hidden_at=receipt.hidden_at,
    )
    return ContributionAccepted(at=at, receipt=receipt_of(at, row, receipt.code, receipt.version))


@strawberry.type
class ContributionMutations:
    """Fields of the type Mutation."""

    @strawberry.mutation(
        description="Send a contribution. One live contribution per person, organisation, stage and college, by any "
        "channel.",
        graphql_type=SubmitContributionResult,
    )
    async def submit_contribution(
        self,
        info: Info,
        input: Annotated[SubmitContributionInput, argument(description="What is asked for.")],
    ) -> Any:
        return await _take_together(info, input) or await _take(info, input)

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

    @strawberry.mutation(
        description="Send a better version, until the stage closes; a clerk corrects their own typing until the seal. "
        "The latest counts, every version keeps its receipt.",
        graphql_type=ReviseContributionResult,
    )
    async def revise_contribution(
        self,
        info: Info,
        input: Annotated[ReviseContributionInput, argument(description="What is asked for.")],
    ) -> Any:
        return await _take(info, input)
