"""The state of the synthesis: chapters and recommendations."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from domain.acts import Body


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """A chapter of the synthesis."""

    lane: str | None
    text: Body
    member: str
    version: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Recommendation:
    """A recommendation, with what it comes from and who owes an answer."""

    id: str
    stage: str
    round: int
    lane: str | None
    themes: tuple[str, ...]
    addressees: tuple[str, ...]
    """Ids of offices of role `addressee`."""
    sources: tuple[str, ...]
    text: Body
    version: int


@dataclass(frozen=True, kw_only=True)
class Synthesis:
    """The synthesis of one stage in one round."""

    stage: str
    round: int
    chapters: dict[str, Chapter] = field(default_factory=dict)
    """By lane; the only chapter of a synthesis without axes is under the empty name."""
    recommendations: dict[str, Recommendation] = field(default_factory=dict)
    text: Body | None = None
    assembled_at: datetime | None = None
