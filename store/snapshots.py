"""Snapshots: a process as the store keeps it, read and written by one adapter each for process, events and refusals."""

from __future__ import annotations

from functools import cache

from pydantic import TypeAdapter, ValidationError

from domain.digests import canonical
from domain.events import EVENT, Event, event_content
from domain.process import Process
from store.faults import SnapshotUnreadable


@cache
def _process() -> TypeAdapter[Process]:
    return TypeAdapter(Process)


def write_process(process: Process) -> str:
    """Write a process as JSON."""
    return _process().dump_json(process).decode()


def read_process(snapshot: str | bytes) -> Process:
    """Read a process.

    Raises:
        SnapshotUnreadable: it has another shape than this version's.
    """
    try:
        return _process().validate_json(snapshot)
    except ValidationError as fault:
        raise SnapshotUnreadable(f"{fault.error_count()} faults") from fault


def write_event(event: Event) -> str:
    """Write an event as the canonical JSON that the ledger keeps and hashes."""
    return canonical(event_content(event)).decode()


def read_event(content: str | bytes) -> Event:
    """Read an event.

    Raises:
        SnapshotUnreadable: this version does not know its kind or shape.
    """
    try:
        return EVENT.validate_json(content)
    except ValidationError as fault:
        raise SnapshotUnreadable(f"{fault.error_count()} faults") from fault
