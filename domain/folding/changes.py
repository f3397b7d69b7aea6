"""What a fold gives: the fields of the process that are other after the event. And changes that several themes make."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from domain.change import changed
from domain.events import Event
from domain.process import Opinion, Process, Synthesis, stage_in_round

Changes = dict[str, Any]
"""Fields of the process, with what is in them from now on."""

Fold = Callable[[Process, Event, Any], Changes]
"""Gives what an event changes. It is called with the process before, the event, and the fact in it."""


def change_run(process: Process, event: Event, **changes: Any) -> Changes:
    """Change the current run of the stage that the event names."""
    key = event.stage
    assert key is not None
    return {"runs": {**process.runs, key: changed(process.runs[key], **changes)}}


def change_ballot(process: Process, ballot: str, **changes: Any) -> Changes:
    """Change a ballot."""
    return {"ballots": {**process.ballots, ballot: changed(process.ballots[ballot], **changes)}}


def change_hearing(process: Process, hearing: str, **changes: Any) -> Changes:
    """Change a hearing."""
    return {"hearings": {**process.hearings, hearing: changed(process.hearings[hearing], **changes)}}


def place(event: Event) -> tuple[int, str]:
    """Give the round and stage of an event that belongs to a stage."""
    assert event.round is not None
    assert event.stage is not None
    return event.round, event.stage


def change_opinion(process: Process, event: Event, **changes: Any) -> Changes:
    """Change the opinion on the stage and round that the event names."""
    round_, stage = place(event)
    name = stage_in_round(round_, stage)
    opinion = process.opinions.get(name) or Opinion(stage=stage, round=round_)
    return {"opinions": {**process.opinions, name: changed(opinion, **changes)}}


def change_synthesis(process: Process, event: Event, **changes: Any) -> Changes:
    """Change the synthesis of the stage and round that the event names."""
    round_, stage = place(event)
    name = stage_in_round(round_, stage)
    synthesis = process.syntheses.get(name) or Synthesis(stage=stage, round=round_)
    return {"syntheses": {**process.syntheses, name: changed(synthesis, **changes)}}
