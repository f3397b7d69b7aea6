"""What a fact changes of which contributions are sources of which items, or are set aside: row by row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from domain import events as ev
from domain.process import Process
from domain.treatment.sources import is_contribution

ASIDE = ""
"""The item of what is set aside."""

FACTS = (
    ev.RecommendationMade,
    ev.AscertainmentMade,
    ev.SourcesCited,
    ev.ContributionsSetAside,
    ev.SetAsideTakenBack,
)
"""Kinds of facts that change something."""


@dataclass(frozen=True, slots=True)
class Change:
    """Contributions that are said of an item from now on, and those that are not; `anew`: first none at all."""

    item: str
    put: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    reason: str | None = None
    anew: bool = False


def change_of(process: Process, fact: Any) -> Change | None:
    """Give what a fact changes; most facts nothing. `process` tells contributions from other sources."""

    def contributions(sources: Iterable[str]) -> tuple[str, ...]:
        return tuple(source for source in dict.fromkeys(sources) if is_contribution(process, source))

    match fact:
        case ev.RecommendationMade() | ev.AscertainmentMade() if fact.sources:
            name = fact.recommendation if isinstance(fact, ev.RecommendationMade) else fact.ascertainment
            return Change(name, put=contributions(fact.sources), anew=True)
        case ev.SourcesCited():
            return Change(fact.item, put=contributions(fact.add), drop=contributions(fact.remove))
        case ev.ContributionsSetAside():
            return Change(ASIDE, put=contributions(fact.contributions), reason=fact.reason)
        case ev.SetAsideTakenBack():
            return Change(ASIDE, drop=contributions(fact.contributions))
        case _:
            return None
