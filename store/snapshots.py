"""Snapshots: a process as the store keeps it, read and written by one adapter each for process, events and refusals.

Two versions of the program may run side by side. Who only shows things may overlook what it does not know; who decides
and writes may not, or what the newer version wrote would be lost: it reads in `full`.
"""

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


def read_process(snapshot: str | bytes, *, full: bool = False) -> Process:
    """Read a process; in `full`, if this version would have written neither more nor less.

    Raises:
        SnapshotUnreadable: it has another shape than this version's.
    """
    try:
        process = _process().validate_json(snapshot)
    except ValidationError as fault:
        raise SnapshotUnreadable(f"{fault.error_count()} faults") from fault
    if full and len(_process().dump_json(process)) != _size(snapshot):
        # A newer version says more; an older one left out what this one folds from the same events. Sizes alone are
        # compared: some of what is written is derived when it is read, in an order of its own.
        raise SnapshotUnreadable("written by another version")
    return process


def _size(snapshot: str | bytes) -> int:
    return len(snapshot.encode() if isinstance(snapshot, str) else snapshot)


def write_event(event: Event) -> str:
    """Write an event as the canonical JSON that the ledger keeps and hashes."""
    return canonical(event_content(event)).decode()


def read_event(content: str | bytes, *, full: bool = False) -> Event:
    """Read an event; in `full`, with nothing in it that this version does not know.

    Raises:
        SnapshotUnreadable: this version does not know its kind or shape.
    """
    try:
        return EVENT.validate_json(content, extra="forbid" if full else None)
    except ValidationError as fault:
        raise SnapshotUnreadable(f"{fault.error_count()} faults") from fault
