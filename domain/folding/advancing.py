"""Folding the course of things: stages open, close, are sealed and concluded; rounds; the end."""

from __future__ import annotations

from domain import events as ev
from domain.change import changed
from domain.events import Event
from domain.folding.changes import Changes, Fold, change_opinion, change_run, place
from domain.process import Phase, Process, Seal, StageRun, State, stage_in_round


def _round_opened(process: Process, event: Event, fact: ev.RoundOpened) -> Changes:
    runs = dict(process.runs)
    past: list[StageRun] = []
    for key in process.stages:
        if key not in fact.calendar:
            continue
        planned, run = fact.calendar[key], runs[key]
        if run.state is State.CONCLUDED:
            past.append(run)
        elif run.round != fact.number:
            past.append(changed(run, state=State.SUPERSEDED, gate_ballot=None))
        runs[key] = StageRun(
            key=key,
            round=fact.number,
            planned_opens_at=planned.opens_at,
            planned_closes_at=planned.closes_at,
        )
    return {"round": max(process.round, fact.number), "runs": runs, "past_runs": (*process.past_runs, *past)}


def _stage_awaits_opening(process: Process, event: Event, fact: ev.StageAwaitsOpening) -> Changes:
    return change_run(process, event, state=State.AWAITING_OPENING, opening_passed=False, gate_ballot=None)


def _stage_opened(process: Process, event: Event, fact: ev.StageOpened) -> Changes:
    return change_run(
        process,
        event,
        state=State.OPEN,
        opens_at=fact.opens_at,
        closes_at=fact.closes_at,
        entry_closes_at=fact.entry_closes_at,
        gate_ballot=None,
    )


def _stage_overdue(process: Process, event: Event, fact: ev.StageOverdue) -> Changes:
    return change_run(process, event, overdue_since=event.at)


def _stage_closed(process: Process, event: Event, fact: ev.StageClosed) -> Changes:
    return change_run(process, event, state=State.CLOSED, closes_at=fact.closes_at, closed_at=event.at)


def _sealing_begun(process: Process, event: Event, fact: ev.SealingBegun) -> Changes:
    return change_run(process, event, state=State.SEALING, gate_ballot=None)


def _quorum_missed(process: Process, event: Event, fact: ev.QuorumMissed) -> Changes:
    return change_run(process, event, quorum_missed=fact.reached)


def _stage_sealed(process: Process, event: Event, fact: ev.StageSealed) -> Changes:
    run = process.runs[place(event)[1]]
    seal = Seal(at=event.at, figures=fact.figures, supplementary=fact.supplementary)
    concluded = run.concluded_at is not None
    return change_run(
        process,
        event,
        state=State.CONCLUDED if concluded else State.SEALED,
        seals=(*run.seals, seal),
        rectifying_until=None,
        conclusion_passed=run.conclusion_passed and concluded,
        gate_returned=False,
    )


def _stage_awaits_conclusion(process: Process, event: Event, fact: ev.StageAwaitsConclusion) -> Changes:
    return change_run(process, event, state=State.AWAITING_CONCLUSION)


def _gate_passed(process: Process, event: Event, fact: ev.GatePassed) -> Changes:
    passed = {"opening_passed": True} if fact.gate == "opening" else {"conclusion_passed": True}
    return change_run(process, event, gate_ballot=None, gate_returned=False, **passed)


def _gate_returned(process: Process, event: Event, fact: ev.GateReturned) -> Changes:
    return change_run(process, event, gate_ballot=None, gate_returned=True)


def _stage_concluded(process: Process, event: Event, fact: ev.StageConcluded) -> Changes:
    return change_run(process, event, state=State.CONCLUDED, concluded_at=event.at)


def _last_resort_applied(process: Process, event: Event, fact: ev.LastResortApplied) -> Changes:
    name = stage_in_round(*place(event))
    changes: Changes = {"last_resorts": (*process.last_resorts, name)}
    if name in process.opinions and process.runs[place(event)[1]].state is State.OPEN:
        changes |= change_opinion(process, event, given_up=True)
    return changes


def _concertation_ended(process: Process, event: Event, fact: ev.ConcertationEnded) -> Changes:
    return {"phase": Phase.ENDED, "outcome": fact.outcome, "ended_at": event.at}


FOLDS: dict[type, Fold] = {
    ev.RoundOpened: _round_opened,
    ev.StageAwaitsOpening: _stage_awaits_opening,
    ev.StageOpened: _stage_opened,
    ev.StageOverdue: _stage_overdue,
    ev.StageClosed: _stage_closed,
    ev.SealingBegun: _sealing_begun,
    ev.QuorumMissed: _quorum_missed,
    ev.StageSealed: _stage_sealed,
    ev.StageAwaitsConclusion: _stage_awaits_conclusion,
    ev.GatePassed: _gate_passed,
    ev.GateReturned: _gate_returned,
    ev.StageConcluded: _stage_concluded,
    ev.LastResortApplied: _last_resort_applied,
    ev.ConcertationEnded: _concertation_ended,
}
