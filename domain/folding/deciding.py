"""Folding the decision: responses, and its versions."""

from __future__ import annotations

from domain import events as ev
from domain.change import changed
from domain.events import Event
from domain.folding.changes import Changes, Fold, place
from domain.process import Decision, Process, Response, next_embargo_end


def _response_given(process: Process, event: Event, fact: ev.ResponseGiven) -> Changes:
    response = Response(
        recommendation=fact.recommendation,
        addressee=fact.addressee,
        answer=fact.answer,
        reasons=fact.reasons,
        at=event.at,
        version=fact.version,
        until=fact.until,
        round=event.round,
        stage=event.stage,
    )
    return {"responses": {**process.responses, f"{fact.recommendation}/{fact.addressee}": response}}


def _response_late(process: Process, event: Event, fact: ev.ResponseLate) -> Changes:
    return {"late_responses": {**process.late_responses, f"{fact.recommendation}/{fact.addressee}": event.at}}


def _decisions(decisions: tuple[Decision, ...]) -> Changes:
    """Change the versions of the decision, and with them the end of an embargo."""
    return {"decisions": decisions, "embargo_ends_at": next_embargo_end(decisions)}


def _decision_issued(process: Process, event: Event, fact: ev.DecisionIssued) -> Changes:
    round_, stage = place(event)
    decision = Decision(
        text=fact.text,
        at=event.at,
        round=round_,
        stage=stage,
        version=len(process.decisions) + 1,
        reasons=fact.reasons,
        embargo_until=fact.embargo_until,
        early_readers=fact.early_readers or (),
    )
    return _decisions((*process.decisions, decision))


def _decision_rectified(process: Process, event: Event, fact: ev.DecisionRectified) -> Changes:
    """Add a version; an embargo that is not over holds for it too."""
    round_, stage = place(event)
    before = process.decisions[-1]
    decision = Decision(
        text=fact.text,
        at=event.at,
        round=round_,
        stage=stage,
        version=len(process.decisions) + 1,
        reason=fact.reason,
        reasons=fact.reasons or before.reasons,
        embargo_until=None if before.is_out else before.embargo_until,
        early_readers=() if before.is_out else before.early_readers,
    )
    return _decisions((*process.decisions, decision))


def _decision_published(process: Process, event: Event, fact: ev.DecisionPublished) -> Changes:
    decisions = tuple(d if d.is_out else changed(d, published_at=event.at) for d in process.decisions)
    return _decisions(decisions)


FOLDS: dict[type, Fold] = {
    ev.ResponseGiven: _response_given,
    ev.ResponseLate: _response_late,
    ev.DecisionIssued: _decision_issued,
    ev.DecisionRectified: _decision_rectified,
    ev.DecisionPublished: _decision_published,
}
