"""How an act is rebuilt from the fact that it brought about: by equal names, which facts have for that reason.

A fact that a person brings about holds every field of its act. Where the decider settles what the act left open
(which seat, since when), the rebuilt act names what was settled: deciding it again gives the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from domain.acts import Act
from domain.events import Event
from domain.process import Process


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What a command brought about, from its author's first event on, and the process before all of it."""

    process: Process
    #: The author's first event and all that followed at the same instant.
    events: Sequence[Event]

    @property
    def event(self) -> Event:
        """The author's first event."""
        return self.events[0]

    @property
    def own(self) -> Sequence[Event]:
        """The events that follow one another without a word of anybody else."""
        author = (self.event.actor, self.event.on_behalf_of)
        for number, event in enumerate(self.events):
            if (event.actor, event.on_behalf_of) != author:
                return self.events[:number]
        return self.events


@dataclass(frozen=True, slots=True)
class Addressed:
    """An act with the place that it was addressed to."""

    act: Act
    round: int | None = None
    stage: str | None = None


ActOf = Callable[[Happened], Addressed | None]
"""Gives the act behind an event of a person; `None`: no act begins with it."""


def placed(happened: Happened, act: Act) -> Addressed:
    """Address an act to the stage and round of its event."""
    event = happened.event
    return Addressed(act, event.round if event.stage is not None else None, event.stage)


def by_name(act: type[Any], *, unplaced: bool = False, **renamed: str) -> ActOf:
    """Give what rebuilds an act from a fact with the same fields; `renamed` says what a field is called there.

    `unplaced`: the act names no stage, whatever its event is about.
    """
    names = [part.name for part in fields(act) if part.name != "kind"]

    def rebuilt(happened: Happened) -> Addressed:
        fact: Any = happened.event.fact
        whole = act(**{name: getattr(fact, renamed.get(name, name)) for name in names})
        return Addressed(whole) if unplaced else placed(happened, whole)

    return rebuilt
