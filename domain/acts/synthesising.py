"""Acts of the synthesis: chapters, items with their sources, what is set aside, answers to reservations, the whole.

An item is a recommendation, which somebody owes an answer to, or an ascertainment (*constat*), which nobody does.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from domain.acts.body import Body
from domain.enumeration import direct
from domain.notation import UNSET

MOST_SOURCES = 1_000
"""Sources that one command names, or contributions that it sets aside."""


@direct
class Settlement(StrEnum):
    """What the synthesis makes of a reservation of the council."""

    LIFTED = "lifted"
    MAINTAINED = "maintained"


@dataclass(frozen=True, slots=True, kw_only=True)
class Treated:
    """Of one kind of source of the synthesis: how many there are, are cited, are set aside without being cited."""

    all: int
    cited: int
    set_aside: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatmentFigures:
    """What became of all that the synthesis comes from, by kind: organisations, records, reservations, others."""

    by_kind: dict[str, Treated]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitChapter:
    """A rapporteur hands in the chapter of their axis (or the only one)."""

    kind: Literal["submit_chapter"] = "submit_chapter"
    lane: str | None
    text: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeRecommendation:
    """Add a recommendation, or a version of one.

    `sources` are ids of contributions, hearings or reservations; a new version that names none keeps those it has.
    `replaces` are items that it takes the place of, of this round (merged, split) or an earlier one; unset: as before.
    """

    kind: Literal["make_recommendation"] = "make_recommendation"
    recommendation: str
    lane: str | None
    themes: tuple[str, ...]
    addressees: tuple[str, ...]
    sources: tuple[str, ...]
    text: Body
    in_favour: Annotated[tuple[str, ...] | None, UNSET] = None
    """Colleges that spoke for it."""
    against: Annotated[tuple[str, ...] | None, UNSET] = None
    replaces: Annotated[tuple[str, ...] | None, UNSET] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeAscertainment:
    """Add an ascertainment, or a version of one; sources and `replaces` as for recommendations."""

    kind: Literal["make_ascertainment"] = "make_ascertainment"
    ascertainment: str
    lane: str | None
    themes: tuple[str, ...]
    sources: tuple[str, ...]
    text: Body
    replaces: Annotated[tuple[str, ...] | None, UNSET] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CiteSources:
    """Say what an item comes from, and what it does not come from after all. What is known already changes nothing."""

    kind: Literal["cite_sources"] = "cite_sources"
    item: str
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """Leave contributions without an item, for a reason of the procedure's list."""

    kind: Literal["set_aside"] = "set_aside"
    contributions: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBack:
    """Set contributions aside no longer."""

    kind: Literal["take_back"] = "take_back"
    contributions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerReservation:
    """Say that a reservation of the council is lifted, or declare it maintained."""

    kind: Literal["answer_reservation"] = "answer_reservation"
    reservation: str
    answer: Settlement
    reasons: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A member of the council comments on a chapter (its lane, empty where there are none) or on an item."""

    kind: Literal["comment"] = "comment"
    about: str
    text: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class AssembleSynthesis:
    """The general rapporteur assembles the chapters. Chapters and items are then fixed.

    `treatment` is found out when it is decided, and refused from people.
    """

    kind: Literal["assemble_synthesis"] = "assemble_synthesis"
    text: Body
    treatment: Annotated[TreatmentFigures | None, UNSET] = None


SynthesisingAct = (
    SubmitChapter
    | MakeRecommendation
    | MakeAscertainment
    | CiteSources
    | SetAside
    | TakeBack
    | AnswerReservation
    | Comment
    | AssembleSynthesis
)
