"""Grouping: judge a resemblance, ask the authors, answer, merge, undo. One transaction each."""

from __future__ import annotations

from typing import Annotated, Any, get_args

import strawberry
from strawberry import ID, Private, argument, field

from api.answers import AnyRefusal
from api.context import Info
from api.enumerations import Channel
from api.grouping import Grouping, grouping_of
from api.naming import named
from api.performing import Refusing, refuse
from api.refusals import refusal_of
from api.snapshot import Snapshot
from domain import grouping as domain
from domain.grouping import Act
from domain.moderation import Hand
from domain.receipts import read_code
from domain.refusals import Code, Refusal
from domain.rights import ROLES, Scope, mandate, may
from store.contributions import Contribution
from store.faults import StoreUnreachable
from store.grouping import Grouped, Request, carry_out
from store.grouping_log import Entry
from store.pool import Connection
from workflows.commanding import OutcomeUnknown

_KEY = "Chosen by the client, 200 characters at most. Sent again with the same content: the same answer."


@strawberry.input(description="Say of two contributions of one stage whether they say the same.")
class JudgeResemblanceInput:
    idempotency_key: str = field(description=_KEY)
    contribution_id: ID = field(description="One of them.")
    other_id: ID = field(description="The other one.")
    same: bool = field(description="Whether they do. Where they do not, the machine suggests it no more.")


@strawberry.input(
    description="Ask the authors of contributions to have them merged under one of them. It says that they say the "
    "same, too. The contributions must be published: nobody agrees to what they cannot read."
)
class AskForGroupingInput:
    idempotency_key: str = field(description=_KEY)
    kept_id: ID = field(description="The contribution whose text is to stand for all.")
    contribution_ids: list[ID] = field(description="The others, 100 at most.")


@strawberry.input(
    one_of=True,
    description="For which contribution: exactly one of these. The code serves those without an account.",
)
class ConsentingInput:
    contribution_id: ID | None = field(
        default=strawberry.UNSET,
        description="One's own contribution; or, for a clerk, one that did not come online and whose author told them.",
    )
    receipt_code: str | None = field(default=strawberry.UNSET, description="Or the code of its receipt.")


@strawberry.input(description="Agree to a grouping, or not. The latest answer before the merge counts.")
class AnswerGroupingInput:
    idempotency_key: str = field(description=_KEY)
    grouping_id: ID = field(description="The grouping.")
    answering: ConsentingInput = field(description="For which contribution.")
    consents: bool = field(description="Whether its author agrees.")


@strawberry.input(description="Merge those whose authors agreed; the others stay as they are.")
class MergeGroupingInput:
    idempotency_key: str = field(description=_KEY)
    grouping_id: ID = field(description="The grouping.")


@strawberry.input(description="Give a grouping up, or take it apart.")
class UndoGroupingInput:
    idempotency_key: str = field(description=_KEY)
    grouping_id: ID = field(description="The grouping.")
    reason: str = field(description="Why; everybody reads it.")


@strawberry.type(description="It was judged.")
class ResemblanceAccepted:
    same: bool = field(description="What was said.")


@strawberry.type(description="Done, for a grouping.")
class GroupingAccepted:
    at: Private[Snapshot]
    entry: Private[Entry]
    of: Private[str | None]

    @field(description="The grouping as it stands now.")
    def grouping(self) -> Grouping:
        return grouping_of(self.at, self.entry, of=self.of)


def _result(accepted: Any, name: str, mutation: str) -> Any:
    return Annotated[accepted | AnyRefusal, strawberry.union(name, description=f"What `{mutation}` answers.")]


JudgeResemblanceResult = _result(ResemblanceAccepted, "JudgeResemblanceResult", "judgeResemblance")
AskForGroupingResult = _result(GroupingAccepted, "AskForGroupingResult", "askForGrouping")
AnswerGroupingResult = _result(GroupingAccepted, "AnswerGroupingResult", "answerGrouping")
MergeGroupingResult = _result(GroupingAccepted, "MergeGroupingResult", "mergeGrouping")
UndoGroupingResult = _result(GroupingAccepted, "UndoGroupingResult", "undoGrouping")
_MEMBERS = (ResemblanceAccepted, GroupingAccepted, *get_args(AnyRefusal))


async def _contributions(info: Info, ids: list[ID], path: str) -> tuple[Snapshot, list[str]]:
    """Read contributions of one concertation."""
    found = [await named(info, id, "Contribution", Code.UNKNOWN_CONTRIBUTION, path) for id in ids]
    if len({at.id for at, _ in found}) > 1:
        raise refuse(Code.UNKNOWN_CONTRIBUTION, path)
    return found[0][0], [key for _, key in found]


async def _entry(info: Info, id: ID) -> tuple[Snapshot, Entry]:
    at, key = await named(info, id, "Grouping", Code.UNKNOWN_GROUPING, "grouping_id")
    entry = await info.context.reading.grouping.entry(key)
    if entry is None or entry.concertation != at.id:
        raise refuse(Code.UNKNOWN_GROUPING, "grouping_id")
    return at, entry


def _hand(info: Info, at: Snapshot, stage: str | None) -> Hand:
    """Give who acts, by an office that covers the axis of the stage; theirs first, then a delegated one."""
    member = info.context.viewer.member
    found = at.process.stages.get(stage) if stage else None
    scope = Scope(lane=found.lane if found else None)
    seat = mandate(at.process, member, ROLES["group_contributions"], at.now, scope) if member else None
    if seat is None or member is None:
        raise refuse(Code.NOT_ALLOWED, act="group_contributions")
    return Hand(member, seat.on_behalf_of)


async def _keeper(info: Info, at: Snapshot, contribution: str) -> Hand:
    _hand(info, at, None)
    place = await info.context.reading.moderation.whereabouts(contribution)
    if place is None or place.concertation != at.id:
        raise refuse(Code.UNKNOWN_CONTRIBUTION, "contribution_id")
    return _hand(info, at, place.stage)


async def _done(info: Info, request: Request) -> Grouped:
    context, begun = info.context, False

    async def question(connection: Connection) -> Grouped | Refusal:
        nonlocal begun
        begun = True
        return await carry_out(connection, request)

    try:
        done = await context.reading.ask(question)
    except StoreUnreachable as fault:
        raise (OutcomeUnknown(fault) if begun else fault) from fault
    if isinstance(done, Refusal):
        raise Refusing(done)
    context.changed = True
    context.renew()
    return done


async def _accepted(info: Info, at: Snapshot, request: Request, of: str | None = None) -> GroupingAccepted:
    done = await _done(info, request)
    entry = await info.context.reading.grouping.entry(done.grouping.id) if done.grouping else None
    assert entry is not None
    return GroupingAccepted(at=at, entry=entry, of=of)


def _refused(info: Info, refused: Refusing) -> Any:
    return refusal_of(info, refused.refusal, None, _MEMBERS)


async def _judge(info: Info, input: JudgeResemblanceInput) -> ResemblanceAccepted:
    at, (one, other) = await _contributions(info, [input.contribution_id, input.other_id], "contribution_id")
    by = await _keeper(info, at, one)
    act = domain.Judge(one=one, other=other, same=input.same)
    await _done(info, Request(concertation=at.id, act=act, by=by, key=input.idempotency_key))
    return ResemblanceAccepted(same=input.same)


async def _ask(info: Info, input: AskForGroupingInput) -> GroupingAccepted:
    if len(input.contribution_ids) > domain.MOST_PARTS:
        raise refuse(Code.INPUT_INVALID, "contribution_ids", most=domain.MOST_PARTS)
    at, keys = await _contributions(info, [input.kept_id, *input.contribution_ids], "contribution_ids")
    by = await _keeper(info, at, keys[0])
    act = domain.Ask(kept=keys[0], others=tuple(keys[1:]))
    return await _accepted(info, at, Request(concertation=at.id, act=act, by=by, key=input.idempotency_key))


async def _answer(info: Info, input: AnswerGroupingInput) -> GroupingAccepted:
    at, entry = await _entry(info, input.grouping_id)
    row, for_author = await _answering(info, at, entry, input.answering)
    viewer = info.context.viewer.member
    request = Request(
        concertation=at.id,
        act=domain.Answer(contribution=row.id, consents=input.consents, for_author=for_author),
        by=Hand(viewer if for_author and viewer else row.member),
        key=input.idempotency_key,
        grouping=entry.grouping.id,
    )
    return await _accepted(info, at, request, of=row.id)


async def _answering(
    info: Info, at: Snapshot, entry: Entry, answering: ConsentingInput
) -> tuple[Contribution, bool]:
    """Give the contribution that is answered for, and whether a clerk answers for its author."""
    reading, viewer = info.context.reading, info.context.viewer
    if answering.receipt_code:
        code = read_code(answering.receipt_code)
        row = await reading.contribution_by_receipt(code) if code else None
        if row is None or row.id not in entry.grouping.parts:
            raise refuse(Code.UNKNOWN_CONTRIBUTION, "receipt_code")
        return row, False
    id = answering.contribution_id or ID("")
    _, key = await named(info, id, "Contribution", Code.UNKNOWN_CONTRIBUTION, "contribution_id")
    row = (await reading.contributions(at, [key])).get(key)
    if row is None or key not in entry.grouping.parts:
        raise refuse(Code.UNKNOWN_CONTRIBUTION, "contribution_id")
    if row.member == viewer.member:
        return row, False
    scope = Scope(college=row.college, territory=row.territory)
    if row.channel is Channel.ONLINE or not may(viewer, "record_contribution", at.process, at.now, scope):
        raise refuse(Code.NOT_ALLOWED, act="answer_grouping")
    return row, True


async def _decide(info: Info, id: ID, act: Act, key: str) -> GroupingAccepted:
    at, entry = await _entry(info, id)
    by = _hand(info, at, entry.stage)
    request = Request(concertation=at.id, act=act, by=by, key=key, grouping=entry.grouping.id)
    return await _accepted(info, at, request)


@strawberry.type
class GroupingMutations:
    """Fields of the type Mutation."""

    @strawberry.mutation(
        description="Confirm or reject a suggestion of the machine. Nothing is merged by it.",
        graphql_type=JudgeResemblanceResult,
    )
    async def judge_resemblance(
        self,
        info: Info,
        input: Annotated[JudgeResemblanceInput, argument(description="What is said.")],
    ) -> Any:
        try:
            return await _judge(info, input)
        except Refusing as refused:
            return _refused(info, refused)

    @strawberry.mutation(
        description="Ask the authors of contributions that say the same for their consent to a merge.",
        graphql_type=AskForGroupingResult,
    )
    async def ask_for_grouping(
        self, info: Info, input: Annotated[AskForGroupingInput, argument(description="What is asked for.")]
    ) -> Any:
        try:
            return await _ask(info, input)
        except Refusing as refused:
            return _refused(info, refused)

    @strawberry.mutation(
        description="Agree to a grouping or not, as an author; until it is merged one may think again.",
        graphql_type=AnswerGroupingResult,
    )
    async def answer_grouping(
        self, info: Info, input: Annotated[AnswerGroupingInput, argument(description="The answer.")]
    ) -> Any:
        try:
            return await _answer(info, input)
        except Refusing as refused:
            return _refused(info, refused)

    @strawberry.mutation(
        description="Merge the contributions whose authors agreed: the kept one and one other at least.",
        graphql_type=MergeGroupingResult,
    )
    async def merge_grouping(
        self, info: Info, input: Annotated[MergeGroupingInput, argument(description="What is asked for.")]
    ) -> Any:
        try:
            return await _decide(info, input.grouping_id, domain.Merge(), input.idempotency_key)
        except Refusing as refused:
            return _refused(info, refused)

    @strawberry.mutation(
        description="Give a grouping up, or take it apart: each contribution then stands for itself again.",
        graphql_type=UndoGroupingResult,
    )
    async def undo_grouping(
        self, info: Info, input: Annotated[UndoGroupingInput, argument(description="What is asked for.")]
    ) -> Any:
        try:
            act = domain.Undo(text=input.reason)
            return await _decide(info, input.grouping_id, act, input.idempotency_key)
        except Refusing as refused:
            return _refused(info, refused)
