"""Acts of the synthesis: chapters, recommendations, the assembled text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from domain.acts.body import Body


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitChapter:
    """A rapporteur hands in the chapter of their axis (or the only one)."""

    kind: Literal["submit_chapter"] = "submit_chapter"
    lane: str | None
    text: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeRecommendation:
    """Add or replace a recommendation. `sources` are contribution, record or reservation ids."""

    kind: Literal["make_recommendation"] = "make_recommendation"
    recommendation: str
    lane: str | None
    themes: tuple[str, ...]
    addressees: tuple[str, ...]
    sources: tuple[str, ...]
    text: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class AssembleSynthesis:
    """The general rapporteur assembles the chapters. Chapters and recommendations are then fixed."""

    kind: Literal["assemble_synthesis"] = "assemble_synthesis"
    text: Body


SynthesisingAct = SubmitChapter | MakeRecommendation | AssembleSynthesis
