"""Folding: a process and one event give the next process. Nothing is decided here.

What each kind of fact changes is in domain/folding/, one module for each theme.
"""

from __future__ import annotations

from collections.abc import Iterable

from domain.change import changed_by
from domain.events import Event
from domain.folding import (
    advancing,
    articles,
    balloting,
    deciding,
    drafting,
    evaluating,
    following,
    hearing,
    meeting,
    migrating,
    people,
    reviewing,
    scheduling,
    synthesising,
)
from domain.folding.changes import Fold
from domain.process import Process, live_stages


def evolve(process: Process, event: Event) -> Process:
    """Give the process after the event."""
    changes = FOLDS[type(event.fact)](process, event, event.fact)
    if "runs" in changes:
        changes["live"] = live_stages(changes.get("stages", process.stages), changes["runs"])
    changes["seq"] = process.seq + 1
    changes["at"] = event.at
    return changed_by(process, changes)


def fold(process: Process, events: Iterable[Event]) -> Process:
    """Give the process after all these events."""
    for event in events:
        process = evolve(process, event)
    return process


FOLDS: dict[type, Fold] = {
    **drafting.FOLDS,
    **people.FOLDS,
    **scheduling.FOLDS,
    **migrating.FOLDS,
    **advancing.FOLDS,
    **balloting.FOLDS,
    **hearing.FOLDS,
    **meeting.FOLDS,
    **reviewing.FOLDS,
    **evaluating.FOLDS,
    **articles.FOLDS,
    **synthesising.FOLDS,
    **deciding.FOLDS,
    **following.FOLDS,
}
"""By kind of fact: what it changes."""
