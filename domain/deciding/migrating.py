"""Moving a running concertation to a later version of its procedure."""

from __future__ import annotations

from domain import events as ev
from domain.acts import MigrateProcedure
from domain.calendar import after_closing
from domain.deciding.act_rule import ActRule
from domain.deciding.balloting import supersede
from domain.deciding.turn import Turn
from domain.migrating.following import Followed
from domain.migrating.impact import Fate, Impact, Moved
from domain.migrating.reporting import finding_of, report
from domain.procedure import Gate
from domain.process import PlannedStage, State
from domain.refusals import Code, Refusal


def migrate_procedure(turn: Turn, act: MigrateProcedure) -> Refusal | None:
    """Go on under the later version, if the report is the one that was read and takes no exercised right away."""
    if not act.reason.strip():
        return Refusal(Code.REASON_REQUIRED, {}, ("reason",))
    reported = report(turn.process, act.procedure, act.procedure_digest, turn.now)
    if isinstance(reported, Refusal):
        return reported
    later, impact = reported
    if impact.digest != act.impact_digest:
        return Refusal(
            Code.IMPACT_CHANGED,
            {"seen": act.impact_digest, "actual": impact.digest, "version": act.procedure.version},
            ("impact_digest",),
        )
    if impact.refused:
        findings = tuple(map(finding_of, impact.refused))
        return Refusal(Code.MIGRATION_REFUSED, {"count": len(findings)}, ("version",), findings)
    _migrate(turn, act, later, impact)
    return None


def _migrate(turn: Turn, act: MigrateProcedure, later: Followed, impact: Impact) -> None:
    before = turn.process
    anew = tuple(open_.ballot for open_ in impact.ballots if open_.fate is Fate.OPENED_ANEW)
    turn.tell(
        ev.ProcedureMigrated(
            procedure=act.procedure,
            procedure_digest=act.procedure_digest,
            before_version=turn.procedure.version,
            before_digest=before.procedure_digest,
            impact_digest=act.impact_digest,
            reason=act.reason,
            lanes=later.lanes,
            themes=later.themes,
            territories=later.territories,
            calendar=_calendar(turn, later, impact),
            anew=anew,
        )
    )
    for ballot in anew:
        supersede(turn, ballot)
    for moved in impact.dates:
        run = before.runs.get(moved.stage)
        if run is not None and run.state is State.OPEN and moved.before and moved.after:
            turn.conclude(
                ev.StageExtended(
                    closes_at=moved.after.closes_at,
                    entry_closes_at=moved.after.closes_at + later.stages[moved.stage].entry_window,
                    before=moved.before.closes_at,
                    reason="procedure_migrated",
                ),
                moved.stage,
            )


def _calendar(turn: Turn, later: Followed, impact: Impact) -> dict[str, PlannedStage]:
    """Give the dates of what is to come, as they are announced anew."""
    return {
        moved.stage: _planned(later, moved)
        for moved in impact.dates
        if moved.after is not None
        and ((run := turn.process.runs.get(moved.stage)) is None or run.opens_at is None)
    }


def _planned(later: Followed, moved: Moved) -> PlannedStage:
    assert moved.after is not None
    stage, dates = later.stages[moved.stage], moved.after
    gate = stage.approval(Gate.OPENING)
    return PlannedStage(
        opens_at=dates.opens_at,
        closes_at=dates.closes_at,
        gate_opens_at=dates.opens_at - gate.within if gate else None,
        concludes_at=dates.closes_at + after_closing(stage),
    )


RULES: dict[type, ActRule] = {MigrateProcedure: ActRule(migrate_procedure)}
