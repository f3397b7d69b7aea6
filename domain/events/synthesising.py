"""Facts of the synthesis: chapters, recommendations, the assembled text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from domain.acts import Body


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


@dataclass(frozen=True, slots=True, kw_only=True)
class SynthesisAssembled:
    """The chapters were assembled; chapters and recommendations are fixed."""

    kind: Literal["synthesis_assembled"] = "synthesis_assembled"
    text: Body


SynthesisingFact = ChapterSubmitted | RecommendationMade | SynthesisAssembled
