"""Folding evaluations."""

from __future__ import annotations

from domain import events as ev
from domain.events import Event
from domain.folding.changes import Changes, Fold, change_opinion, place
from domain.process import Evaluation, Process, stage_in_round


def _evaluation_given(process: Process, event: Event, fact: ev.EvaluationGiven) -> Changes:
    opinion = process.opinions.get(stage_in_round(*place(event)))
    evaluation = Evaluation(
        member=fact.member,
        questionnaire=fact.questionnaire,
        marks=fact.marks,
        reasons=fact.reasons,
        at=event.at,
    )
    known = opinion.evaluations if opinion else {}
    return change_opinion(process, event, evaluations={**known, fact.member: evaluation})


FOLDS: dict[type, Fold] = {ev.EvaluationGiven: _evaluation_given}
