"""Folding the decision: responses, and its versions."""

from __future__ import annotations

from domain import events as ev
from domain.events import Event
from domain.folding.changes import Changes, Fold, place
from domain.process import Decision, Process, Response


def _response_given(process: Process, event: Event, fact: ev.ResponseGiven) -> Changes:
    response = Response(
        recommendation=fact.recommendation,
        addressee=fact.addressee,
        answer=fact.answer,
        reasons=fact.reasons,
        at=event.at,
        version=fact.version,
    )
    return {"responses": {**process.responses, f"{fact.recommendation}/{fact.addressee}": response}}


def _decision_out(process: Process, event: Event, fact: ev.DecisionIssued | ev.DecisionRectified) -> Changes:
    round_, stage = place(event)
    decision = Decision(
        text=fact.text,
        at=event.at,
        round=round_,
        stage=stage,
        version=len(process.decisions) + 1,
        reason=fact.reason if isinstance(fact, ev.DecisionRectified) else None,
    )
    return {"decisions": (*process.decisions, decision)}


FOLDS: dict[type, Fold] = {
    ev.ResponseGiven: _response_given,
    ev.DecisionIssued: _decision_out,
    ev.DecisionRectified: _decision_out,
}
