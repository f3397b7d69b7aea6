"""Whom a review concerns, and which members of the council have a declared interest there (CRPA R133-12).

An organisation is concerned by a review where one who represents it is called to a hearing of the round, or holds an
office that will have to answer. Who declared an interest in it is proposed to withdraw: the engine proposes, the member
decides, the chair may recuse.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from domain.deciding.seats import stands_aside
from domain.procedure import Kind, Role
from domain.process import (
    HearingState,
    OfficeHeld,
    Process,
    ProposedWithdrawal,
    StageRun,
    State,
)
from domain.rights import COUNCIL

_OVER = (State.CONCLUDED, State.SUPERSEDED)


def organisations_concerned(process: Process, run: StageRun) -> frozenset[str]:
    """Give the organisations that a review concerns in its round."""
    lane = process.stages[run.key].lane
    return frozenset(_organisations(process, (*_witnesses(process, run, lane), *_answering(process, lane))))


def _witnesses(process: Process, run: StageRun, lane: str | None) -> Iterator[str]:
    for hearing in process.hearings.values():
        if hearing.round == run.round and hearing.state is not HearingState.CANCELLED:
            of = process.stages[hearing.stage].lane
            if lane is None or of is None or of == lane:
                yield from hearing.witnesses


def _answering(process: Process, lane: str | None) -> Iterator[str]:
    for office in process.offices.values():
        if office.role is Role.ADDRESSEE and (lane is None or office.lane in (None, lane)):
            yield from _holders(office)


def _holders(office: OfficeHeld) -> Iterator[str]:
    """Give who holds an office or will: who hold it no more have a recorded end."""
    return (term.member for term in office.terms if term.cause is None)


def _organisations(process: Process, members: Iterable[str]) -> Iterator[str]:
    for member in members:
        known = process.members.get(member)
        if known is not None and known.organisation is not None:
            yield known.organisation


def conflicts(process: Process) -> Iterator[tuple[StageRun, str, str]]:
    """Give each review that is not over, member of its council and organisation that meet, if nobody said so yet.

    Who stands aside already has drawn the consequence.
    """
    if not any(interest.organisation_ids for interest in process.interests.values()):
        return
    known = {(p.round, p.stage, p.member, p.organisation) for p in process.proposed_withdrawals}
    for run in process.runs.values():
        if process.stages[run.key].kind is not Kind.SCIENTIFIC_REVIEW or run.state in _OVER:
            continue
        concerned = organisations_concerned(process, run)
        for member in council_of(process, run.key):
            interest = process.interests.get(member)
            if interest is None or stands_aside(process, member, run.key) is not None:
                continue
            for organisation in interest.organisation_ids:
                if organisation in concerned and (run.round, run.key, member, organisation) not in known:
                    yield run, member, organisation


def council_of(process: Process, stage: str) -> tuple[str, ...]:
    """Give the members who sit on the council of a stage, or will."""
    lane = process.stages[stage].lane
    found = dict.fromkeys(
        holder
        for office in process.offices.values()
        if office.role in COUNCIL and (office.lane is None or lane is None or office.lane == lane)
        for holder in _holders(office)
    )
    return tuple(found)


def pending(process: Process, run: StageRun) -> tuple[ProposedWithdrawal, ...]:
    """Give the proposals on a review that their members have neither followed nor declined."""
    council = council_of(process, run.key)
    return tuple(
        proposed
        for proposed in process.proposed_withdrawals
        if (proposed.stage, proposed.round) == (run.key, run.round)
        and proposed.declined_at is None
        and proposed.member in council
        and stands_aside(process, proposed.member, run.key) is None
    )
