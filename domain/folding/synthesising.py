"""Folding the synthesis: chapters, recommendations, the assembled text."""

from __future__ import annotations

from domain import events as ev
from domain.events import Event
from domain.folding.changes import Changes, Fold, change_synthesis, place
from domain.process import Chapter, Process, Recommendation, stage_in_round


def _chapter_submitted(process: Process, event: Event, fact: ev.ChapterSubmitted) -> Changes:
    synthesis = process.syntheses.get(stage_in_round(*place(event)))
    chapter = Chapter(lane=fact.lane, text=fact.text, member=event.actor, version=fact.version, at=event.at)
    return change_synthesis(
        process, event, chapters={**(synthesis.chapters if synthesis else {}), fact.lane or "": chapter}
    )


def _recommendation_made(process: Process, event: Event, fact: ev.RecommendationMade) -> Changes:
    round_, stage = place(event)
    synthesis = process.syntheses.get(stage_in_round(round_, stage))
    recommendation = Recommendation(
        id=fact.recommendation,
        stage=stage,
        round=round_,
        lane=fact.lane,
        themes=fact.themes,
        addressees=fact.addressees,
        sources=fact.sources,
        text=fact.text,
        version=fact.version,
    )
    known = synthesis.recommendations if synthesis else {}
    return change_synthesis(process, event, recommendations={**known, recommendation.id: recommendation})


def _synthesis_assembled(process: Process, event: Event, fact: ev.SynthesisAssembled) -> Changes:
    return change_synthesis(process, event, text=fact.text, assembled_at=event.at)


FOLDS: dict[type, Fold] = {
    ev.ChapterSubmitted: _chapter_submitted,
    ev.RecommendationMade: _recommendation_made,
    ev.SynthesisAssembled: _synthesis_assembled,
}
