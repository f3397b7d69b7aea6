"""The decider: one command in, events (or a refusal) out. Pure: no clock, no I/O."""

from __future__ import annotations

from datetime import datetime

from domain.acts import Command
from domain.events import Event
from domain.process import Process
from domain.refusals import Refusal


def decide(process: Process, command: Command, now: datetime) -> list[Event] | Refusal:
    """Give the events that the command brings about at `now`, or why it is refused.

    What is due by `now` is done first, then the command, then what has become due by it.
    """
    raise NotImplementedError


def next_deadline(process: Process) -> datetime | None:
    """Give the next instant at which `Tick` has something to do, or `None`."""
    raise NotImplementedError
