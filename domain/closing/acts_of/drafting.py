"""Drafts, papers of the information file, and the launch."""

from __future__ import annotations

from collections.abc import Mapping

from domain import acts
from domain import events as ev
from domain.closing.rebuilding import ActOf, Addressed, Happened, by_name


def _attached(happened: Happened) -> Addressed:
    fact = happened.event.fact
    assert isinstance(fact, ev.DocumentAttached)
    return Addressed(
        acts.AttachDocument(
            document=acts.Body(id=fact.document, digest=fact.digest),
            title=fact.title,
            stage=fact.for_stage,
            questionnaire=fact.questionnaire,
        )
    )


ACT_OF: Mapping[type, ActOf] = {
    ev.ConcertationDrafted: by_name(acts.DraftConcertation),
    ev.DraftAmended: by_name(acts.AmendDraft),
    ev.OfficeCreated: by_name(acts.CreateOffice),
    ev.DocumentAttached: _attached,
    ev.ConcertationLaunched: by_name(acts.Launch),
}
