"""Folding a migration: stages, offices and dates as the later version has them; what people did stays."""

from __future__ import annotations

from domain import events as ev
from domain.change import changed
from domain.events import Event
from domain.folding.changes import Changes, Fold
from domain.folding.drafting import in_order
from domain.graph import expand
from domain.migrating.following import offices_after
from domain.procedure import Stage
from domain.process import PlannedStage, Process, RemovedStage, StageRun, State
from domain.process.people import offices_by_member


def _procedure_migrated(process: Process, event: Event, fact: ev.ProcedureMigrated) -> Changes:
    procedure = fact.procedure
    lanes = in_order(fact.lanes, (lane.id for lane in procedure.lanes))
    stages = expand(procedure, lanes)
    offices = offices_after(process, procedure.offices)
    gates = {process.ballots[ballot].stage for ballot in fact.anew}
    runs: dict[str, StageRun] = {}
    for key, stage in stages.items():
        run = process.runs.get(key)
        planned = fact.calendar.get(key)
        if run is None:
            assert planned is not None
            runs[key] = _new(key, stage, runs | process.runs, planned)
            continue
        if planned is not None:
            run = changed(run, planned_opens_at=planned.opens_at, planned_closes_at=planned.closes_at)
        runs[key] = changed(run, gate_ballot=None) if key in gates else run
    kept = {key: gone for key, gone in (process.removed or {}).items() if key not in stages}
    gone = {
        key: RemovedStage(stage=process.stages[key], run=changed(run, state=State.SUPERSEDED))
        for key, run in process.runs.items()
        if key not in stages
    }
    return {
        "procedure": procedure,
        "procedure_digest": fact.procedure_digest,
        "lanes": lanes,
        "themes": in_order(fact.themes, (theme.id for theme in procedure.themes)),
        "territories": fact.territories,
        "stages": stages,
        "offices": offices,
        "offices_of": offices_by_member(offices),
        "runs": runs,
        "removed": {**kept, **gone} or None,
    }


def _new(key: str, stage: Stage, runs: dict[str, StageRun], planned: PlannedStage) -> StageRun:
    """Begin a new stage in the highest round of what it comes after."""
    before = [runs[name].round for name in stage.after or () if name in runs]
    return StageRun(
        key=key,
        round=max(before, default=1),
        planned_opens_at=planned.opens_at,
        planned_closes_at=planned.closes_at,
    )


FOLDS: dict[type, Fold] = {ev.ProcedureMigrated: _procedure_migrated}
