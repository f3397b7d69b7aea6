"""Folding the dates that people moved, and the clock that they stopped and started again."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain import events as ev
from domain.change import changed
from domain.events import Event
from domain.folding.changes import Changes, Fold, change_run, place
from domain.process import BallotState, Outcome, Phase, Process, Purpose, StageRun, State, stage_in_round


def _stage_closing_moved(
    process: Process, event: Event, fact: ev.StageExtended | ev.StageClosingAdvanced
) -> Changes:
    changes: Changes = {"closes_at": fact.closes_at, "entry_closes_at": fact.entry_closes_at}
    if isinstance(fact, ev.StageExtended):
        changes |= {"state": State.OPEN, "closed_at": None, "overdue_since": None}
        if fact.automatic:
            changes["automatic_extensions"] = process.runs[place(event)[1]].automatic_extensions + 1
    return change_run(process, event, **changes)


def _stage_postponed(process: Process, event: Event, fact: ev.StagePostponed) -> Changes:
    return change_run(process, event, planned_opens_at=fact.opens_at, planned_closes_at=fact.closes_at)


def _stage_reopened(process: Process, event: Event, fact: ev.StageReopened) -> Changes:
    round_, stage = place(event)
    run = process.runs[stage]
    changes = change_run(
        process,
        event,
        state=State.OPEN,
        closes_at=fact.closes_at,
        entry_closes_at=fact.entry_closes_at,
        closed_at=None,
        overdue_since=None,
        gate_ballot=None,
        gate_returned=False,
        conclusion_passed=False,
        rectifying_until=None,
        reopenings=run.reopenings + 1,
    )
    name = stage_in_round(round_, stage)
    if name in process.syntheses:
        reopened = changed(process.syntheses[name], assembled_at=None)
        changes["syntheses"] = {**process.syntheses, name: reopened}
    if name in process.opinions:
        opinion = changed(process.opinions[name], adopted_at=None, tacit=False, given_up=False, ballot=None)
        changes["opinions"] = {**process.opinions, name: opinion}
    return changes


def _rectification_opened(process: Process, event: Event, fact: ev.RectificationOpened) -> Changes:
    return change_run(process, event, rectifying_until=fact.until)


def _suspended(process: Process, event: Event, fact: ev.Suspended) -> Changes:
    if event.stage is None:
        return {"suspended_at": event.at}
    return change_run(process, event, suspended_at=event.at)


def _later(instant: datetime | None, now: datetime, by: timedelta) -> datetime | None:
    """Shift an instant that had not come when the clock stopped; leave one that had."""
    return None if instant is None else _shifted(instant, now, by)


def _shifted(instant: datetime, now: datetime, by: timedelta) -> datetime:
    return instant + by if instant > now - by else instant


def _shifted_run(run: StageRun, resumed_at: datetime, by: timedelta) -> StageRun:
    begun = run.opens_at is not None
    return changed(
        run,
        planned_opens_at=run.planned_opens_at if begun else _shifted(run.planned_opens_at, resumed_at, by),
        planned_closes_at=run.planned_closes_at if begun else _shifted(run.planned_closes_at, resumed_at, by),
        closes_at=_later(run.closes_at, resumed_at, by),
        entry_closes_at=_later(run.entry_closes_at, resumed_at, by),
        rectifying_until=_later(run.rectifying_until, resumed_at, by),
        suspended_for=run.suspended_for + (by if run.state is State.OPEN else timedelta(0)),
    )


def _resumed(process: Process, event: Event, fact: ev.Resumed) -> Changes:
    by = timedelta(seconds=fact.seconds)
    if event.stage is not None:
        runs = {**process.runs}
        runs[event.stage] = changed(_shifted_run(runs[event.stage], event.at, by), suspended_at=None)
        concerned = {event.stage}
        changes: Changes = {"runs": runs}
    else:
        concerned = {key for key, run in process.runs.items() if run.suspended_at is None}
        changes = {
            "suspended_at": None,
            "runs": {
                key: _shifted_run(run, event.at, by) if key in concerned else run
                for key, run in process.runs.items()
            },
        }
    changes["ballots"] = {
        ballot.id: changed(ballot, closes_at=_later(ballot.closes_at, event.at, by))
        if ballot.state is BallotState.OPEN
        and ballot.purpose is not Purpose.SIGNATURES
        and (ballot.stage in concerned or (event.stage is None and ballot.stage is None))
        else ballot
        for ballot in process.ballots.values()
    }
    return changes


def _concertation_abandoned(process: Process, event: Event, fact: ev.ConcertationAbandoned) -> Changes:
    return {"phase": Phase.ABANDONED, "outcome": Outcome.ABANDONED, "ended_at": event.at}


FOLDS: dict[type, Fold] = {
    ev.StageExtended: _stage_closing_moved,
    ev.StagePostponed: _stage_postponed,
    ev.StageClosingAdvanced: _stage_closing_moved,
    ev.StageReopened: _stage_reopened,
    ev.RectificationOpened: _rectification_opened,
    ev.Suspended: _suspended,
    ev.Resumed: _resumed,
    ev.ConcertationAbandoned: _concertation_abandoned,
}
