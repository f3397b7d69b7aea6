"""The state of the synthesis: chapters, items, answers to reservations, comments.

No contribution is named here: a hundred thousand of them would be in every snapshot. Which items they are sources of,
and which are set aside, is a table that follows from the ledger (store/treatment.py); here is how many.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from domain.acts import Body, Settlement, TreatmentFigures


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """A chapter of the synthesis."""

    lane: str | None
    text: Body
    member: str
    version: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Item:
    """An item of the synthesis, with what it comes from."""

    id: str
    stage: str
    round: int
    lane: str | None
    themes: tuple[str, ...]
    sources: tuple[str, ...]
    """Hearings and reservations: those that are not contributions."""
    cited: int = 0
    """The number of contributions that it comes from."""
    text: Body
    version: int
    replaces: tuple[str, ...] = ()
    """The items whose place it takes: their sources are its own, too."""


@dataclass(frozen=True, kw_only=True)
class Ascertainment(Item):
    """What was found, and asks nothing of anybody."""


@dataclass(frozen=True, kw_only=True)
class Recommendation(Item):
    """A recommendation, with who owes an answer."""

    addressees: tuple[str, ...]
    """Ids of offices of role `addressee`."""
    in_favour: tuple[str, ...] = ()
    """Colleges that spoke for it."""
    against: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ReservationAnswer:
    """What became of a reservation of the council."""

    answer: Settlement
    reasons: Body
    member: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class SynthesisComment:
    """A comment of a member of the council on a chapter or an item."""

    about: str
    """The name of an item; or the lane of a chapter, empty for the only one."""
    text: Body
    member: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Synthesis:
    """The synthesis of one stage in one round."""

    stage: str
    round: int
    chapters: dict[str, Chapter] = field(default_factory=dict)
    """By lane; the only chapter of a synthesis without axes is under the empty name."""
    recommendations: dict[str, Recommendation] = field(default_factory=dict)
    ascertainments: dict[str, Ascertainment] = field(default_factory=dict)
    answers: dict[str, ReservationAnswer] = field(default_factory=dict)
    """By reservation."""
    comments: tuple[SynthesisComment, ...] = ()
    text: Body | None = None
    assembled_at: datetime | None = None
    treatment: TreatmentFigures | None = None
    """What had become of the sources when it was assembled."""


def items_of(synthesis: Synthesis) -> dict[str, Item]:
    """Give the items of a synthesis by name: recommendations first, then ascertainments."""
    return {**synthesis.recommendations, **synthesis.ascertainments}


def replaced_items(syntheses: dict[str, Synthesis]) -> tuple[str, ...]:
    """Name the items whose place another item of the same synthesis has taken, in the order of their names."""
    by_synthesis = map(items_of, syntheses.values())
    replaced = {
        name for items in by_synthesis for item in items.values() for name in item.replaces if name in items
    }
    return tuple(sorted(replaced))
