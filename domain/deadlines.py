"""When time next brings something about: the instant that the workflow sleeps until."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from domain.deciding.balloting import is_frozen
from domain.deciding.counting import count, has_quorum
from domain.deciding.seats import all_have_voted
from domain.deciding.works import CLOSED_BY_TIME, answers_due_at, is_blocked, is_delivered, is_owed_in_time
from domain.procedure import Gate, Kind, Stage
from domain.process import Ballot, BallotState, Phase, Process, Purpose, StageRun, State

_LIVING = (Phase.LAUNCHED, Phase.DRAFT)
"""Before and after these nothing is due."""


def next_deadline(process: Process) -> datetime | None:
    """Give the next instant at which `Tick` has something to do; `None` where only people, or nobody, can act."""
    if process.phase not in _LIVING:
        return None
    deadlines = [*_ballot_deadlines(process)] if process.running else []
    if process.terms_end_at is not None:
        deadlines.append(process.terms_end_at)
    if process.embargo_ends_at is not None:
        deadlines.append(process.embargo_ends_at)
    if process.phase is Phase.LAUNCHED and process.suspended_at is None:
        for key in process.live:
            run = process.runs[key]
            if run.suspended_at is None:
                deadline = _stage_deadline(process, run)
                if deadline is not None:
                    deadlines.append(deadline)
        if process.commitment_due_at is not None:
            deadlines.append(process.commitment_due_at)
    return min(deadlines, default=None)


def _ballot_deadlines(process: Process) -> Iterator[datetime]:
    for name in process.running:
        ballot = process.ballots[name]
        if is_frozen(process, ballot):
            continue
        if ballot.state is BallotState.OPEN:
            yield _ballot_deadline(process, ballot)
        elif ballot.rule.secret and _has_secret_quorum(process, ballot):
            yield _latest(process)


def _ballot_deadline(process: Process, ballot: Ballot) -> datetime:
    """A secret ballot in which all have voted ends with the next tick, which brings the store's tally."""
    assert ballot.closes_at is not None
    if ballot.rule.secret and ballot.rule.early_end and ballot.votes:
        latest = _latest(process)
        if latest < ballot.closes_at and all_have_voted(process, ballot, latest):
            return latest
    return ballot.closes_at


def _has_secret_quorum(process: Process, ballot: Ballot) -> bool:
    return bool(ballot.votes) and has_quorum(count(process, ballot, _latest(process)))


def _latest(process: Process) -> datetime:
    """Give the instant of the last event: what is due because of it is due since then."""
    assert process.at is not None
    return process.at


def _stage_deadline(process: Process, run: StageRun) -> datetime | None:
    stage = process.stages[run.key]
    match run.state:
        case State.OPEN:
            closes_at = _closing_deadline(process, stage, run)
            if not is_owed_in_time(process, run):
                return closes_at
            return min((at for at in (answers_due_at(process, run), closes_at) if at), default=None)
        case State.PENDING:
            gate = stage.approval(Gate.OPENING)
            if gate is not None:
                return run.planned_opens_at - gate.within
            return None if is_blocked(process, run.key) else run.planned_opens_at
        case State.AWAITING_OPENING:
            return run.planned_opens_at if run.opening_passed and not is_blocked(process, run.key) else None
        case State.CLOSED:
            return run.entry_closes_at if stage.kind is Kind.CALL_FOR_INPUT else None
        case State.SEALED | State.AWAITING_CONCLUSION | State.CONCLUDED:
            return run.rectifying_until
        case _:
            return None


def _closing_deadline(process: Process, stage: Stage, run: StageRun) -> datetime | None:
    """Give when an open stage closes, or is overdue; `None` where its work alone is awaited."""
    if stage.kind in CLOSED_BY_TIME:
        return run.closes_at
    if run.overdue_since is not None:
        return None
    if stage.concludes == "when_delivered" and is_delivered(process, run):
        assert run.opens_at is not None
        assert run.closes_at is not None
        return min(run.closes_at, run.opens_at + stage.duration.minimum + run.suspended_for)
    return run.closes_at


def is_secret_due(process: Process, ballot: Ballot, now: datetime) -> bool:
    """Say whether a secret ballot can be counted now, so that a tick should bring its tally."""
    if not ballot.rule.secret or ballot.state is BallotState.CLOSED or is_frozen(process, ballot):
        return False
    if ballot.purpose is Purpose.SIGNATURES or not ballot.votes:
        return False
    if ballot.state is BallotState.HELD:
        return _has_secret_quorum(process, ballot)
    return _ballot_deadline(process, ballot) <= now
