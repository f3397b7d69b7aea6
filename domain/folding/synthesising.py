"""Folding the synthesis: chapters, items, answers to reservations, comments, the assembled text.

Of the contributions that an item comes from only the number is kept; those that are set aside leave no trace here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from domain import events as ev
from domain.change import changed
from domain.events import Event
from domain.folding.changes import Changes, Fold, change_synthesis, place
from domain.process import (
    Ascertainment,
    Chapter,
    Item,
    Process,
    Recommendation,
    ReservationAnswer,
    Synthesis,
    SynthesisComment,
    replaced_items,
    stage_in_round,
)
from domain.treatment.sources import is_contribution


def _synthesis(process: Process, event: Event) -> Synthesis:
    round_, stage = place(event)
    return process.syntheses.get(stage_in_round(round_, stage)) or Synthesis(stage=stage, round=round_)


def _chapter_submitted(process: Process, event: Event, fact: ev.ChapterSubmitted) -> Changes:
    chapter = Chapter(lane=fact.lane, text=fact.text, member=event.actor, version=fact.version, at=event.at)
    known = _synthesis(process, event).chapters
    return change_synthesis(process, event, chapters={**known, fact.lane or "": chapter})


def _of_item(
    process: Process, event: Event, fact: ev.RecommendationMade | ev.AscertainmentMade, known: Item | None
) -> dict[str, Any]:
    """Give what items of both kinds have. What a version does not say stays as it was."""
    round_, stage = place(event)
    if fact.sources or known is None:
        sources, cited = _told_apart(process, fact.sources)
    else:
        sources, cited = known.sources, known.cited
    replaced = known.replaces if known is not None else ()
    return {
        "stage": stage,
        "round": round_,
        "lane": fact.lane,
        "themes": fact.themes,
        "sources": sources,
        "cited": cited,
        "text": fact.text,
        "version": fact.version,
        "replaces": fact.replaces if fact.replaces is not None else replaced,
    }


def _told_apart(process: Process, sources: Sequence[str]) -> tuple[tuple[str, ...], int]:
    """Give the sources that are no contributions, and the number of those that are."""
    once = dict.fromkeys(sources)
    kept = tuple(source for source in once if not is_contribution(process, source))
    return kept, len(once) - len(kept)


def _recommendation_made(process: Process, event: Event, fact: ev.RecommendationMade) -> Changes:
    known = _synthesis(process, event).recommendations.get(fact.recommendation)
    made = Recommendation(
        id=fact.recommendation,
        addressees=fact.addressees,
        in_favour=_said(fact.in_favour, known.in_favour if known else ()),
        against=_said(fact.against, known.against if known else ()),
        **_of_item(process, event, fact, known),
    )
    return _item(process, event, "recommendations", made)


def _said(value: tuple[str, ...] | None, before: tuple[str, ...]) -> tuple[str, ...]:
    return before if value is None else value


def _ascertainment_made(process: Process, event: Event, fact: ev.AscertainmentMade) -> Changes:
    known = _synthesis(process, event).ascertainments.get(fact.ascertainment)
    made = Ascertainment(id=fact.ascertainment, **_of_item(process, event, fact, known))
    return _item(process, event, "ascertainments", made)


def _item(process: Process, event: Event, field: str, item: Item) -> Changes:
    """Put an item, new or changed, among those of its kind; others may lose their place by it, or have theirs back."""
    synthesis = _synthesis(process, event)
    items: dict[str, Item] = getattr(synthesis, field)
    changes = change_synthesis(process, event, **{field: {**items, item.id: item}})
    if item.replaces != (items[item.id].replaces if item.id in items else ()):
        changes["replaced"] = replaced_items(changes["syntheses"])
    return changes


def _sources_cited(process: Process, event: Event, fact: ev.SourcesCited) -> Changes:
    synthesis = _synthesis(process, event)
    added, more = _told_apart(process, fact.add)
    removed, less = _told_apart(process, fact.remove)
    field = "recommendations" if fact.item in synthesis.recommendations else "ascertainments"
    items: dict[str, Item] = getattr(synthesis, field)
    item = items[fact.item]
    kept = (source for source in dict.fromkeys((*item.sources, *added)) if source not in removed)
    cited = changed(item, sources=tuple(kept), cited=item.cited + more - less)
    return _item(process, event, field, cited)


def _unchanged(process: Process, event: Event, fact: object) -> Changes:
    return {}


def _reservation_answered(process: Process, event: Event, fact: ev.ReservationAnswered) -> Changes:
    answer = ReservationAnswer(answer=fact.answer, reasons=fact.reasons, member=event.actor, at=event.at)
    answers = _synthesis(process, event).answers
    return change_synthesis(process, event, answers={**answers, fact.reservation: answer})


def _comment_made(process: Process, event: Event, fact: ev.CommentMade) -> Changes:
    comment = SynthesisComment(about=fact.about, text=fact.text, member=event.actor, at=event.at)
    comments = _synthesis(process, event).comments
    return change_synthesis(process, event, comments=(*comments, comment))


def _synthesis_assembled(process: Process, event: Event, fact: ev.SynthesisAssembled) -> Changes:
    return change_synthesis(process, event, text=fact.text, assembled_at=event.at, treatment=fact.treatment)


FOLDS: dict[type, Fold] = {
    ev.ChapterSubmitted: _chapter_submitted,
    ev.RecommendationMade: _recommendation_made,
    ev.AscertainmentMade: _ascertainment_made,
    ev.SourcesCited: _sources_cited,
    ev.ContributionsSetAside: _unchanged,
    ev.SetAsideTakenBack: _unchanged,
    ev.ReservationAnswered: _reservation_answered,
    ev.CommentMade: _comment_made,
    ev.SynthesisAssembled: _synthesis_assembled,
}
