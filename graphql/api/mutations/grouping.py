"""Grouping: judge a resemblance, ask the authors, answer, merge, undo. One transaction each."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry
from strawberry import ID, Private, field

from api.answers import AnyRefusal
from api.context import Info
from api.enumerations import Channel
from api.grouping import Grouping, grouping_of
from api.mutations.addressing import mutation_of
from api.mutations.owning import OwnContributionInput, contribution_named, transacted
from api.naming import named
from api.performing import refuse
from api.snapshot import Snapshot
from domain import grouping as domain
from domain.grouping import Act
from domain.moderation import Hand
from domain.refusals import Code
from domain.rights import Scope, mandate_for, may
from store.contributions import Contribution
from store.grouping import Request, carry_out
from store.grouping_log import Entry

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
    description="For which contribution: exactly one of these. One's own; or, for a clerk, one that did not come "
    "online and whose author told them.",
)
class ConsentingInput(OwnContributionInput):
    pass


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
    seat = mandate_for(at.process, member, "group_contributions", at.now, scope)
    if seat is None or member is None:
        raise refuse(Code.NOT_ALLOWED, act="group_contributions")
    return Hand(member, seat.on_behalf_of)


async def _keeper(info: Info, at: Snapshot, contribution: str) -> Hand:
    _hand(info, at, None)
    place = await info.context.reading.moderation.whereabouts(contribution)
    if place is None or place.concertation != at.id:
        raise refuse(Code.UNKNOWN_CONTRIBUTION, "contribution_id")
    return _hand(info, at, place.stage)


async def _accepted(info: Info, at: Snapshot, request: Request, of: str | None = None) -> GroupingAccepted:
    done = await transacted(info, lambda connection: carry_out(connection, request))
    entry = await info.context.reading.grouping.entry(done.grouping.id) if done.grouping else None
    assert entry is not None
    return GroupingAccepted(at=at, entry=entry, of=of)


async def _judge(info: Info, input: JudgeResemblanceInput) -> ResemblanceAccepted:
    at, (one, other) = await _contributions(info, [input.contribution_id, input.other_id], "contribution_id")
    by = await _keeper(info, at, one)
    act = domain.Judge(one=one, other=other, same=input.same)
    request = Request(concertation=at.id, act=act, by=by, key=input.idempotency_key)
    await transacted(info, lambda connection: carry_out(connection, request))
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
    viewer = info.context.viewer
    _, row = await contribution_named(info, answering)
    if row.id not in entry.grouping.parts:
        raise refuse(Code.UNKNOWN_CONTRIBUTION, answering.path)
    if answering.receipt_code or row.member == viewer.member:
        return row, False
    scope = Scope(college=row.college, territory=row.territory)
    by_clerk = may(viewer, "answer_grouping_for_author", at.process, at.now, scope)
    if row.channel is Channel.ONLINE or not by_clerk:
        raise refuse(Code.NOT_ALLOWED, act="answer_grouping")
    return row, True


async def _merge(info: Info, input: MergeGroupingInput) -> GroupingAccepted:
    return await _decide(info, input, domain.Merge())


async def _undo(info: Info, input: UndoGroupingInput) -> GroupingAccepted:
    return await _decide(info, input, domain.Undo(text=input.reason))


async def _decide(info: Info, input: MergeGroupingInput | UndoGroupingInput, act: Act) -> GroupingAccepted:
    at, entry = await _entry(info, input.grouping_id)
    by = _hand(info, at, entry.stage)
    key, grouping = input.idempotency_key, entry.grouping.id
    return await _accepted(info, at, Request(concertation=at.id, act=act, by=by, key=key, grouping=grouping))


@strawberry.type
class GroupingMutations:
    """Fields of the type Mutation."""

    judge_resemblance = mutation_of(
        JudgeResemblanceInput,
        _judge,
        JudgeResemblanceResult,
        "Confirm or reject a suggestion of the machine. Nothing is merged by it.",
    )
    ask_for_grouping = mutation_of(
        AskForGroupingInput,
        _ask,
        AskForGroupingResult,
        "Ask the authors of contributions that say the same for their consent to a merge.",
    )
    answer_grouping = mutation_of(
        AnswerGroupingInput,
        _answer,
        AnswerGroupingResult,
        "Agree to a grouping or not, as an author; until it is merged one may think again.",
    )
    merge_grouping = mutation_of(
        MergeGroupingInput,
        _merge,
        MergeGroupingResult,
        "Merge the contributions whose authors agreed: the kept one and one other at least.",
    )
    undo_grouping = mutation_of(
        UndoGroupingInput,
        _undo,
        UndoGroupingResult,
        "Give a grouping up, or take it apart: each contribution then stands for itself again.",
    )
