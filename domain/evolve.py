"""Folding: a process and one event give the next process."""

from __future__ import annotations

from collections.abc import Iterable

from domain.events import Event
from domain.process import Process


def evolve(process: Process, event: Event) -> Process:
    """Give the process after the event."""
    raise NotImplementedError


def fold(process: Process, events: Iterable[Event]) -> Process:
    """Give the process after all these events."""
    for event in events:
        process = evolve(process, event)
    return process
