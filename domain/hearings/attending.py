"""Which hearings are to be attended to after something happened: those whose duties may be others now."""

from __future__ import annotations

from collections.abc import Iterable

from domain.events import BallotReconvened, Event, VoteCast
from domain.process import HearingState, Process

_DONE = (HearingState.CANCELLED, HearingState.APPROVED)


def unfinished(process: Process) -> tuple[str, ...]:
    """Give the hearings that still want something."""
    if process.over:
        return ()
    return tuple(hearing.id for hearing in process.hearings.values() if hearing.state not in _DONE)


def touched(process: Process, events: Iterable[Event]) -> tuple[str, ...]:
    """Give the hearings that these events are about, each once; a vote on a record moves nothing."""
    found: dict[str, None] = {}
    for event in events:
        fact = event.fact
        if isinstance(fact, VoteCast):
            continue
        name = getattr(fact, "hearing", None)
        if isinstance(fact, BallotReconvened):
            name = process.ballots[fact.ballot].about
        if isinstance(name, str) and name in process.hearings:
            found[name] = None
    return tuple(found)
