"""Who sees what, when: what a stage publishes live, at its close, at its conclusion, or when its round ends.

Before that, only those read who work on it: coordination, rapporteurs, council, guarantor.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from api.snapshot import Snapshot
from domain.acts import Act, IssueDecision
from domain.deciding.seats import voters
from domain.events import (
    AmendmentProposed,
    AmendmentSettled,
    ArticleDrafted,
    BallotOpened,
    DecisionIssued,
    DecisionRectified,
    EvaluationGiven,
    Event,
    OpinionAdopted,
    OpinionDrafted,
    PositionStated,
    ResponseGiven,
    VoteCast,
)
from domain.procedure import Visibility
from domain.process import Ballot, BallotState, Decision, StageRun, State
from domain.rights import Scope, Viewer, may

_DEFAULTS = {
    "figures": Visibility.LIVE,
    "hearings": Visibility.LIVE,
    "records": Visibility.AT_CONCLUSION,
    "positions": Visibility.AT_CONCLUSION,
    "opinion": Visibility.AT_CONCLUSION,
    "minutes": Visibility.AT_CONCLUSION,
    "chapters": Visibility.AT_CONCLUSION,
    "recommendations": Visibility.AT_CONCLUSION,
    "synthesis": Visibility.AT_CONCLUSION,
    "votes": Visibility.AT_CONCLUSION,
    "responses": Visibility.LIVE,
    "decision": Visibility.LIVE,
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


def sees_decision(viewer: Viewer, at: Snapshot, decision: Decision) -> bool:
    """Say whether the viewer may read a version of the decision: some before it is published, everybody since.

    It is published by the visibility that its stage declares, at once if it declares none, and after an embargo.
    """
    over = decision.is_out or (decision.embargo_until is not None and at.now >= decision.embargo_until)
    return (
        (over and is_published(at, decision.stage, decision.round, "decision"))
        or viewer.member in decision.early_readers
        or reads_embargoed(viewer, at)
    )


def sees_response(viewer: Viewer, at: Snapshot, stage: str | None, round: int | None, addressee: str) -> bool:
    """Say whether the viewer may read a response that was given at a stage: at once, if that declares nothing else."""
    return (
        stage is None
        or sees(viewer, at, stage, round, "responses")
        or reads_embargoed(viewer, at)
        or may(viewer, "read_responses_of_office", at.process, at.now, Scope(office=addressee))
    )


def reads_embargoed(viewer: Viewer, at: Snapshot) -> bool:
    """Say whether the viewer signs, conducts or guarantees the decision, and reads it under an embargo."""
    return may(viewer, "read_embargoed_decision", at.process, at.now)


def hides_proposal(viewer: Viewer, at: Snapshot, act: Act, ballot: Ballot | None) -> bool:
    """Say whether a decision that waits for signatures is under an embargo for the viewer, who signs it or not."""
    return (
        isinstance(act, IssueDecision)
        and act.embargo_until is not None
        and at.now < act.embargo_until
        and viewer.member not in (act.early_readers or ())
        and not reads_embargoed(viewer, at)
        and not (ballot is not None and votes_in(viewer, at, ballot))
    )


def votes_in(viewer: Viewer, at: Snapshot, ballot: Ballot) -> bool:
    """Say whether the viewer holds a seat of the electorate."""
    return viewer.member is not None and any(
        viewer.member in voters(at.process, ballot, seat, at.now) for seat in ballot.seats
    )


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
        case PositionStated() | EvaluationGiven():
            return fact.member != viewer.member and not sees(
                viewer, at, event.stage, event.round, "positions"
            )
        case (
            OpinionDrafted() | OpinionAdopted() | ArticleDrafted() | AmendmentProposed() | AmendmentSettled()
        ):
            return not sees(viewer, at, event.stage, event.round, "opinion")
        case VoteCast(position=None):
            return is_unsaid(at, event) and event.actor != viewer.member
        case VoteCast():
            ballot = at.process.ballots.get(fact.ballot)
            return (
                ballot is not None
                and event.actor != viewer.member
                and not votes_are_published(at, ballot)
                and not reads_early(viewer, at)
            )
        case DecisionIssued() | DecisionRectified():
            named = (d for d in at.process.decisions if d.text.id == fact.text.id)
            return any(not sees_decision(viewer, at, decision) for decision in named)
        case ResponseGiven():
            return not sees_response(viewer, at, event.stage, event.round, fact.addressee)
        case BallotOpened(act=act) if act is not None:
            return hides_proposal(viewer, at, act, at.process.ballots.get(fact.ballot))
        case _:
            return False


def is_unsaid(at: Snapshot, event: Event) -> bool:
    """Say whether not even who did something may be told yet: who has voted in a secret ballot that is not over."""
    fact = event.fact
    if not isinstance(fact, VoteCast) or fact.position is not None:
        return False
    ballot = at.process.ballots.get(fact.ballot)
    return ballot is not None and ballot.state is not BallotState.CLOSED


def without_substance(event: Event) -> Event:
    """Give an event as its summary may tell it under embargo: that it happened, not what it says.

    Of a vote in a secret ballot: not even whose it is.
    """
    fact: Any = event.fact
    names = (
        "position",
        "conclusion",
        "answer",
        *(("reason",) if isinstance(fact, DecisionRectified) else ()),
    )
    hidden = {name: None for name in names if hasattr(fact, name)}
    if isinstance(fact, VoteCast) and fact.commitment is not None:
        hidden["seat"] = None
        event = replace(event, on_behalf_of=None)
    return replace(event, fact=replace(fact, **hidden))
