"""Folding the follow-up: commitments, reports on them, what the guarantor observes."""

from __future__ import annotations

from typing import Any

from domain import events as ev
from domain.change import changed
from domain.events import Event
from domain.folding.changes import Changes, Fold
from domain.process import Commitment, GuarantorReport, Observation, Process, Progress, next_due


def _commitment_made(process: Process, event: Event, fact: ev.CommitmentMade) -> Changes:
    commitment = Commitment(
        id=fact.commitment,
        recommendation=fact.recommendation,
        owner=fact.owner,
        due_at=fact.due_at,
        text=fact.text,
        indicator=fact.indicator,
        made_at=event.at,
    )
    before = process.commitment_due_at
    return {
        "commitments": {**process.commitments, commitment.id: commitment},
        "commitment_due_at": commitment.due_at if before is None else min(before, commitment.due_at),
    }


def _commitment(process: Process, name: str, **changes: Any) -> Changes:
    before, after = process.commitments[name], changed(process.commitments[name], **changes)
    commitments = {**process.commitments, name: after}
    if before.pending == after.pending:
        return {"commitments": commitments}
    return {"commitments": commitments, "commitment_due_at": next_due(commitments)}


def _commitment_late(process: Process, event: Event, fact: ev.CommitmentLate) -> Changes:
    return _commitment(process, fact.commitment, late_since=event.at)


def _progress_reported(process: Process, event: Event, fact: ev.ProgressReported) -> Changes:
    progress = Progress(at=event.at, status=fact.status, report=fact.report)
    return _commitment(
        process, fact.commitment, progress=(*process.commitments[fact.commitment].progress, progress)
    )


def _implementation_reported(process: Process, event: Event, fact: ev.ImplementationReported) -> Changes:
    return {"implementation_report": fact.text}


def _observation_published(process: Process, event: Event, fact: ev.ObservationPublished) -> Changes:
    observation = Observation(at=event.at, member=event.actor, text=fact.text)
    return {"observations": (*process.observations, observation)}


def _guarantor_reported(process: Process, event: Event, fact: ev.GuarantorReported) -> Changes:
    report = GuarantorReport(version=fact.version, at=event.at, member=event.actor, text=fact.text)
    return {"guarantor_reports": (*process.guarantor_reports, report)}


def _guarantor_answered(process: Process, event: Event, fact: ev.GuarantorAnswered) -> Changes:
    *before, latest = process.guarantor_reports
    answered = changed(latest, answer=fact.text, answered_at=event.at, answered_by=event.actor)
    return {"guarantor_reports": (*before, answered)}


FOLDS: dict[type, Fold] = {
    ev.CommitmentMade: _commitment_made,
    ev.CommitmentLate: _commitment_late,
    ev.ProgressReported: _progress_reported,
    ev.ImplementationReported: _implementation_reported,
    ev.ObservationPublished: _observation_published,
    ev.GuarantorReported: _guarantor_reported,
    ev.GuarantorAnswered: _guarantor_answered,
}
