"""Who sees what, when: what a stage publishes live, at its close, at its conclusion, or when its round ends.

Before that, only those read who work on it: coordination, rapporteurs, council, guarantor.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from api.snapshot import Snapshot
from domain.events import Event, OpinionAdopted, OpinionDrafted, PositionStated, VoteCast
from domain.procedure import Visibility
from domain.process import Ballot, BallotState, StageRun, State
from domain.rights import Viewer, may

_DEFAULTS = {
    "figures": Visibility.LIVE,
    "hearings": Visibility.LIVE,
    "records": Visibility.AT_CONCLUSION,
    "positions": Visibility.AT_CONCLUSION,
    "opinion": Visibility.AT_CONCLUSION,
    "chapters": Visibility.AT_CONCLUSION,
    "recommendations": Visibility.AT_CONCLUSION,
    "synthesis": Visibility.AT_CONCLUSION,
    "votes": Visibility.AT_CONCLUSION,
}


def is_published(at: Snapshot, stage: str | None, round: int | None, kind: str) -> bool:
    """Say whether everybody may see objects of this kind of a stage in a round. Unknown stages publish nothing."""
    definition = at.process.stages.get(stage or "")
    run = run_of(at, stage, round)
    if definition is None or run is None:
        return False
    match definition.visibility.get(kind, _DEFAULTS[kind]):
        case Visibility.LIVE:
            return True
        case Visibility.AT_CLOSE:
            return run.closed_at is not None or _is_past(at, run)
        case Visibility.AT_CONCLUSION:
            return run.state is State.CONCLUDED or _is_past(at, run)
        case Visibility.AT_ROUND_END:
            return _is_past(at, run)
        case _:
            return False


def _is_past(at: Snapshot, run: StageRun) -> bool:
    return (run.round < at.process.round and run is not at.process.runs.get(run.key)) or at.process.over


def run_of(at: Snapshot, stage: str | None, round: int | None) -> StageRun | None:
    """Give the run of a stage in a round."""
    current = at.process.runs.get(stage or "")
    if current is not None and current.round == round:
        return current
    return next((r for r in at.process.past_runs if r.key == stage and r.round == round), None)


def reads_early(viewer: Viewer, at: Snapshot) -> bool:
    """Say whether the viewer works on the concertation and reads before publication."""
    return may(viewer, "read_contributions_before_publication", at.process, at.now)


def sees(viewer: Viewer, at: Snapshot, stage: str | None, round: int | None, kind: str) -> bool:
    """Say whether the viewer sees objects of this kind of a stage in a round."""
    return is_published(at, stage, round, kind) or reads_early(viewer, at)


def votes_are_published(at: Snapshot, ballot: Ballot) -> bool:
    """Say whether everybody may see the votes: once the ballot is over, or live where its stage says so."""
    if ballot.rule.secret:
        return False
    stage = at.process.stages.get(ballot.stage or "")
    declared = stage.visibility.get("votes") if stage else None
    if declared is None:
        return ballot.state is BallotState.CLOSED
    return is_published(at, ballot.stage, ballot.round, "votes")


def is_embargoed(viewer: Viewer, at: Snapshot, event: Event) -> bool:
    """Say whether the ledger must not yet tell the viewer what an event says."""
    fact = event.fact
    match fact:
        case PositionStated():
            return fact.member != viewer.member and not sees(
                viewer, at, event.stage, event.round, "positions"
            )
        case OpinionDrafted() | OpinionAdopted():
            return not sees(viewer, at, event.stage, event.round, "opinion")
        case VoteCast(position=position) if position is not None:
            ballot = at.process.ballots.get(fact.ballot)
            return (
                ballot is not None
                and event.actor != viewer.member
                and not votes_are_published(at, ballot)
                and not reads_early(viewer, at)
            )
        case _:
            return False


def without_substance(event: Event) -> Event:
    """Give an event as its summary may tell it under embargo: that it happened, not what it says."""
    fact: Any = event.fact
    hidden = {name: None for name in ("position", "conclusion") if hasattr(fact, name)}
    return replace(event, fact=replace(fact, **hidden))
