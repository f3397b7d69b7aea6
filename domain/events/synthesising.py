"""Facts of the synthesis: chapters, items and their sources, what was set aside, answers to reservations, the whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from domain.acts import Body, Settlement, TreatmentFigures
from domain.notation import UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class ChapterSubmitted:
    """A chapter was handed in."""

    kind: Literal["chapter_submitted"] = "chapter_submitted"
    lane: str | None
    text: Body
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendationMade:
    """A recommendation was added or replaced."""

    kind: Literal["recommendation_made"] = "recommendation_made"
    recommendation: str
    lane: str | None
    themes: tuple[str, ...]
    addressees: tuple[str, ...]
    sources: tuple[str, ...]
    text: Body
    version: int
    in_favour: Annotated[tuple[str, ...] | None, UNSET] = None
    against: Annotated[tuple[str, ...] | None, UNSET] = None
    replaces: Annotated[tuple[str, ...] | None, UNSET] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AscertainmentMade:
    """An ascertainment was added or replaced."""

    kind: Literal["ascertainment_made"] = "ascertainment_made"
    ascertainment: str
    lane: str | None
    themes: tuple[str, ...]
    sources: tuple[str, ...]
    text: Body
    version: int
    replaces: Annotated[tuple[str, ...] | None, UNSET] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcesCited:
    """An item was said to come from sources, or not to come from them after all: those that were new."""

    kind: Literal["sources_cited"] = "sources_cited"
    item: str
    add: tuple[str, ...]
    remove: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContributionsSetAside:
    """Contributions were set aside for a reason of the procedure's list."""

    kind: Literal["contributions_set_aside"] = "contributions_set_aside"
    contributions: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAsideTakenBack:
    """Contributions are set aside no longer."""

    kind: Literal["set_aside_taken_back"] = "set_aside_taken_back"
    contributions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationAnswered:
    """A reservation of the council was lifted, or declared maintained."""

    kind: Literal["reservation_answered"] = "reservation_answered"
    reservation: str
    answer: Settlement
    reasons: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentMade:
    """A member of the council commented on a chapter or an item."""

    kind: Literal["comment_made"] = "comment_made"
    about: str
    text: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class SynthesisAssembled:
    """The chapters were assembled; chapters and items are fixed, and what became of all the sources is counted."""

    kind: Literal["synthesis_assembled"] = "synthesis_assembled"
    text: Body
    treatment: Annotated[TreatmentFigures | None, UNSET] = None


SynthesisingFact = (
    ChapterSubmitted
    | RecommendationMade
    | AscertainmentMade
    | SourcesCited
    | ContributionsSetAside
    | SetAsideTakenBack
    | ReservationAnswered
    | CommentMade
    | SynthesisAssembled
)
