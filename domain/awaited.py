"""Who is awaited, for what, since when: public, so that a stalled concertation never looks like a running one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from domain.deciding.balloting import is_frozen
from domain.deciding.seats import entitled, is_conducted, standing_vote
from domain.deciding.works import (
    is_delivered,
    missing_responses,
    record_was_refused,
    unfinished_hearings,
)
from domain.procedure import Gate, Kind, Role
from domain.process import HearingState, Phase, Process, StageRun, State, stage_in_round
from domain.rights import PRESIDENCY


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """Something that people, not time, must do."""

    what: str
    """`launch`, `vote`, `subject`, `resumption`, `hearing`, `record`, `opinion`, `chapter`, `synthesis`,
    `response`, `decision`, `implementation_report`, `appointment`, `seal`."""
    stage: str | None
    round: int | None
    roles: tuple[Role, ...] = ()
    seats: tuple[str, ...] = ()
    """Seats of a ballot, or offices, that are awaited; members for a record."""
    about: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def awaited(process: Process, now: datetime) -> tuple[Awaited, ...]:
    """Give everything that is awaited at `now`."""
    return tuple(_awaited(process, now))


def _awaited(process: Process, now: datetime) -> Iterator[Awaited]:
    if process.over or process.phase is Phase.VOID:
        return
    if not is_conducted(process, now):
        conduct = tuple(office.id for office in process.offices.values() if office.role is Role.COORDINATOR)
        yield Awaited(
            what="appointment", stage=None, round=None, roles=tuple(sorted(PRESIDENCY)), seats=conduct
        )
    if process.phase is Phase.DRAFT:
        yield Awaited(what="launch", stage=None, round=None, roles=(Role.COORDINATOR,))
    if process.suspended_at is not None:
        yield Awaited(
            what="resumption", stage=None, round=None, roles=(Role.COORDINATOR,), since=process.suspended_at
        )
    for name in process.running:
        ballot = process.ballots[name]
        if is_frozen(process, ballot):
            continue
        base = entitled(process, ballot, now)
        missing = tuple(seat for seat in base if standing_vote(process, ballot, seat) is None)
        if base and not missing:
            continue  # time, or the store's tally, does the rest
        yield Awaited(
            what="vote" if base else "appointment",
            stage=ballot.stage,
            round=ballot.round,
            roles=() if base else (Role.COORDINATOR,),
            seats=missing,
            about=ballot.id,
            since=ballot.opens_at,
            until=ballot.closes_at,
        )
    for run in process.runs.values():
        if run.suspended_at is not None:
            yield Awaited(
                what="resumption",
                stage=run.key,
                round=run.round,
                roles=(Role.COORDINATOR,),
                since=run.suspended_at,
            )
        elif process.suspended_at is None:
            yield from _stage_awaits(process, run)


def _stage_awaits(process: Process, run: StageRun) -> Iterator[Awaited]:
    stage = process.stages[run.key]
    gate = stage.approval(Gate.OPENING)
    if run.state is State.AWAITING_OPENING and run.gate_returned and gate is not None:
        yield Awaited(what="subject", stage=run.key, round=run.round, roles=(Role.COORDINATOR,))
    elif run.state is State.SEALING:
        yield Awaited(what="seal", stage=run.key, round=run.round)
    elif run.state is State.CLOSED and stage.kind is Kind.HEARINGS:
        for hearing in unfinished_hearings(process, run):
            if hearing.state is HearingState.SCHEDULED:
                yield _work("hearing", run, (Role.COORDINATOR,), about=hearing.id, since=hearing.ends_at)
            elif hearing.state is HearingState.HELD or record_was_refused(process, hearing):
                yield _work("record", run, (Role.COORDINATOR,), about=hearing.id, since=hearing.ends_at)
    elif run.state is State.OPEN and not is_delivered(process, run):
        yield from _open_stage_awaits(process, run)


def _open_stage_awaits(process: Process, run: StageRun) -> Iterator[Awaited]:
    stage = process.stages[run.key]
    match stage.kind:
        case Kind.SCIENTIFIC_REVIEW:
            yield _work("opinion", run, (Role.COUNCIL_CHAIR, Role.COUNCIL_MEMBER))
        case Kind.SYNTHESIS:
            synthesis = process.syntheses.get(stage_in_round(run.round, run.key))
            lanes = (stage.lane,) if stage.lane is not None else tuple(process.lanes) or (None,)
            missing = [lane for lane in lanes if synthesis is None or (lane or "") not in synthesis.chapters]
            for lane in missing:
                yield _work("chapter", run, (Role.RAPPORTEUR,), about=lane)
            if not missing:
                yield _work("synthesis", run, (Role.GENERAL_RAPPORTEUR,))
        case Kind.DECISION:
            owed = missing_responses(process)
            for recommendation, addressee in owed:
                yield _work("response", run, (Role.ADDRESSEE,), about=recommendation, seats=(addressee,))
            if not owed:
                yield _work("decision", run, (Role.DECIDING_AUTHORITY,))
        case Kind.FOLLOW_UP:
            yield _work("implementation_report", run, (Role.DECIDING_AUTHORITY, Role.COORDINATOR))
        case _:
            return


def _work(
    what: str,
    run: StageRun,
    roles: tuple[Role, ...],
    *,
    about: str | None = None,
    seats: tuple[str, ...] = (),
    since: datetime | None = None,
) -> Awaited:
    return Awaited(
        what=what,
        stage=run.key,
        round=run.round,
        roles=roles,
        seats=seats,
        about=about,
        since=since or run.opens_at,
        until=run.closes_at,
    )
