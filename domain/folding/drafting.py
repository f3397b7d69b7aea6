"""Folding what is drafted: begun, amended, offices, the information file, launched."""

from __future__ import annotations

from collections.abc import Iterable

from domain import events as ev
from domain.events import Event
from domain.folding.changes import Changes, Fold
from domain.graph import expand
from domain.procedure import Label
from domain.process import Document, Phase, Process, StageRun, as_held


def in_order(named: dict[str, Label], order: Iterable[str]) -> dict[str, Label]:
    """Put names in the order of the procedure, others behind them: the JSON of the ledger keeps no order of keys."""
    known = [key for key in order if key in named]
    return {key: named[key] for key in (*known, *sorted(named.keys() - set(known)))}


def _concertation_drafted(process: Process, event: Event, fact: ev.ConcertationDrafted) -> Changes:
    lanes = in_order(fact.lanes, (lane.id for lane in fact.procedure.lanes))
    return {
        "phase": Phase.DRAFT,
        "slug": fact.slug,
        "title": fact.title,
        "procedure": fact.procedure,
        "procedure_digest": fact.procedure_digest,
        "parent": fact.parent,
        "lanes": lanes,
        "themes": in_order(fact.themes, (theme.id for theme in fact.procedure.themes)),
        "territories": fact.territories,
        "stages": expand(fact.procedure, lanes),
        "offices": {office.id: as_held(office) for office in fact.procedure.offices},
    }


def _draft_amended(process: Process, event: Event, fact: ev.DraftAmended) -> Changes:
    return {"title": fact.title, "territories": fact.territories}


def _office_created(process: Process, event: Event, fact: ev.OfficeCreated) -> Changes:
    return {"offices": {**process.offices, fact.office.id: as_held(fact.office)}}


def _document_attached(process: Process, event: Event, fact: ev.DocumentAttached) -> Changes:
    document = Document(
        id=fact.document,
        digest=fact.digest,
        title=fact.title,
        stage=fact.for_stage,
        questionnaire=fact.questionnaire,
        version=fact.version,
        attached_at=event.at,
    )
    return {"documents": {**process.documents, document.id: document}}


def _concertation_launched(process: Process, event: Event, fact: ev.ConcertationLaunched) -> Changes:
    runs = {
        key: StageRun(
            key=key,
            round=1,
            planned_opens_at=fact.calendar[key].opens_at,
            planned_closes_at=fact.calendar[key].closes_at,
        )
        for key in process.stages
        if key in fact.calendar
    }
    return {"phase": Phase.LAUNCHED, "launched_at": event.at, "round": 1, "runs": runs}


FOLDS: dict[type, Fold] = {
    ev.ConcertationDrafted: _concertation_drafted,
    ev.DraftAmended: _draft_amended,
    ev.OfficeCreated: _office_created,
    ev.DocumentAttached: _document_attached,
    ev.ConcertationLaunched: _concertation_launched,
}
