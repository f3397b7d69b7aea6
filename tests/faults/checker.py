"""Compares what clients were told with what is there, once all is healed. Pure: what is there comes from `found`."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from tests.faults.history import History, Operation
from tests.faults.tally import Tally

WRITING = ("SubmitContribution", "ReviseContribution")
FORESEEN = frozenset({"STAGE_NOT_OPEN", "CONCERTATION_OVER", "ROUND_CHANGED"})
"""Refusals that the workload brings about by being late. Any other says that a key, person or stage was mixed up."""
LATE = frozenset(
    {
        "BALLOT_CLOSED",
        "BEYOND_MAXIMUM",
        "DATE_IN_PAST",
        "DATE_NOT_LATER",
        "NOTICE_TOO_SHORT",
        "STAGE_CHANGED",
        "STAGE_WRONG_STATE",
    }
)
"""The same of commands, which were sent again until their time was over."""
ONE_EVENT = {
    "EnrolMember": "member_enrolled",
    "AttachDocument": "document_attached",
    "CastVote": "vote_cast",
    "PostponeStage": "stage_postponed",
    "Launch": "concertation_launched",
    "DraftConcertation": "concertation_drafted",
}
"""The event of which each acknowledged command of a kind leaves exactly one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A version of a contribution that is there."""

    #: What its key is known by (`command_of`).
    command: bytes
    concertation: str
    member: str
    version: int
    #: Code and digest of its receipt.
    receipt: str
    digest: str
    submitted_at: datetime
    withdrawn: bool
    #: The interval in which its stage took contributions.
    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the database holds of the concertations of a run."""

    concertations: tuple[str, ...] = ()
    contributions: tuple[Written, ...] = ()
    #: Concertation, actor and key of each accepted command.
    commands: tuple[tuple[str, str, str], ...] = ()
    #: How many events of each kind each concertation has.
    events: dict[tuple[str, str], int] = field(default_factory=dict)
    #: The text of each draft, by concertation and member.
    drafts: dict[tuple[str, str], str] = field(default_factory=dict)


def command_of(concertation: str, actor: str, key: str) -> bytes:
    """Give what a contribution's key is known by: see the column contribution.command."""
    return hashlib.sha256("\x1f".join((concertation, actor, key)).encode()).digest()[:16]


def checked(history: History, found: Found) -> Tally:
    """Say what was lost and doubled, and what else does not hold."""
    operations = history.operations
    lost = [
        *_contributions_lost(history, found),
        *_commands_lost(history, found),
        *_drafts_lost(history, found),
    ]
    doubled = [*_contributions_doubled(history, found), *_commands_doubled(history, found)]
    open_ = [one for one in operations if not one.is_done and not one.is_refused]
    return Tally(
        operations=len(operations),
        acknowledged=sum(one.is_done for one in operations),
        refused=sum(one.is_refused for one in operations),
        unknown=sum(one.was_unknown for one in operations),
        lost=len(lost),
        doubled=len(doubled),
        broken=(
            *(f"lost: {said}" for said in lost),
            *(f"doubled: {said}" for said in doubled),
            *(f"{one.kind} {one.key} was never answered" for one in open_),
            *_refusals_unforeseen(operations),
            *_late(found),
            *(
                f"an answer without a code of use, {number} times: {said}"
                for said, number in history.untyped.items()
            ),
        ),
    )


def _contributions_lost(history: History, found: Found) -> Iterator[str]:
    there = {one.command: one for one in found.contributions}
    for one in history.done(*WRITING):
        assert one.answer is not None
        written = there.get(command_of(one.concertation, one.actor, one.key))
        receipt = one.answer.data["receipt"]
        if written is None:
            yield f"{one.kind} {one.key}, receipt {receipt['code']}"
        elif (written.receipt, written.digest, written.version) != (
            receipt["code"],
            receipt["digest"],
            receipt["version"],
        ):
            yield f"{one.kind} {one.key} was told receipt {receipt['code']}, and {written.receipt} is there"
    for one in history.done("WithdrawContribution"):
        theirs = _last_of(found, one)
        if theirs is None or not theirs.withdrawn:
            yield f"{one.kind} {one.key}"


def _last_of(found: Found, one: Operation) -> Written | None:
    theirs = [
        written
        for written in found.contributions
        if (written.concertation, written.member) == (one.concertation, one.actor)
    ]
    return max(theirs, key=lambda written: written.version, default=None)


def _contributions_doubled(history: History, found: Found) -> Iterator[str]:
    done = {command_of(one.concertation, one.actor, one.key) for one in history.done(*WRITING)}
    for command, number in Counter(one.command for one in found.contributions).items():
        if number > 1:
            yield f"{number} contributions under one key ({command.hex()})"
    for one in found.contributions:
        if one.command not in done:
            yield f"a contribution that nobody was told of, receipt {one.receipt}"
    versions = Counter((one.concertation, one.member, one.version) for one in found.contributions)
    for (concertation, member, version), number in versions.items():
        if number > 1:
            yield f"{number} times version {version} of {member} in {concertation}"
    told = Counter(one.answer.data["receipt"]["code"] for one in history.done(*WRITING) if one.answer)
    yield from (f"receipt {code} was given {number} times" for code, number in told.items() if number > 1)


def _commands(history: History) -> Iterator[Operation]:
    aside = {*WRITING, "WithdrawContribution", "SaveDraft"}
    yield from (one for one in history.operations if one.kind not in aside)


def _commands_lost(history: History, found: Found) -> Iterator[str]:
    there = set(found.commands)
    for one in _commands(history):
        if one.is_done and (one.concertation, one.actor, one.key) not in there:
            yield f"{one.kind} {one.key}"


def _commands_doubled(history: History, found: Found) -> Iterator[str]:
    done = {(one.concertation, one.actor, one.key) for one in _commands(history) if one.is_done}
    drafted = {one.concertation for one in history.done("DraftConcertation")}
    yield from (
        f"concertation {one} was never acknowledged" for one in found.concertations if one not in drafted
    )
    yield from (f"command {key} was never acknowledged" for key in found.commands if key not in done)
    asked = Counter(
        (one.concertation, ONE_EVENT[one.kind])
        for one in _commands(history)
        if one.is_done and one.kind in ONE_EVENT
    )
    asked.update((one, "member_enrolled") for one in drafted)  # whoever drafts becomes a member
    for concertation, kind in sorted(
        {*asked, *(key for key in found.events if key[1] in ONE_EVENT.values())}
    ):
        there, wanted = found.events.get((concertation, kind), 0), asked[concertation, kind]
        if there > wanted:
            yield f"{there} events {kind} in {concertation}, of {wanted} commands"


def _drafts_lost(history: History, found: Found) -> Iterator[str]:
    last: dict[tuple[str, str], Operation] = {}
    for one in history.done("SaveDraft", *WRITING):
        last[one.concertation, one.actor] = one
    for whose, one in last.items():
        if one.kind == "SaveDraft" and found.drafts.get(whose) != one.input["body"]:
            yield f"{one.kind} {one.key}: the draft is {found.drafts.get(whose)!r}"


def _refusals_unforeseen(operations: list[Operation]) -> Iterator[str]:
    for one in operations:
        if one.is_refused and one.answer is not None:
            foreseen = (
                FORESEEN if one.kind in (*WRITING, "WithdrawContribution", "SaveDraft") else FORESEEN | LATE
            )
            if one.answer.code not in foreseen:
                yield f"{one.kind} {one.key} was refused: {one.answer.data}"


def _late(found: Found) -> Iterator[str]:
    for one in found.contributions:
        if not one.opens_at <= one.submitted_at < one.closes_at:
            yield (
                f"receipt {one.receipt} of {one.submitted_at} is outside of [{one.opens_at}, {one.closes_at}) "
                f"in {one.concertation}"
            )
