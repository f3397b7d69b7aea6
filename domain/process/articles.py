"""The state of the articles of an opinion."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.acts import Body
from domain.procedure import Label


@dataclass(frozen=True, kw_only=True)
class Article:
    """An article in its latest version."""

    id: str
    title: Label
    rapporteur: str
    text: Body
    version: int
    ballot: str | None = None
    """The ballot on this version."""
    adopted: bool | None = None
    """What the ballot on this version came to; unset: it was not voted on."""


@dataclass(frozen=True, kw_only=True)
class Amendment:
    """A proposed change of an article."""

    id: str
    article: str
    member: str
    text: Body
    at: datetime
    adopted: bool | None = None
    """Unset: it is not settled."""
    reason: str | None = None


def article_ballot(opinion: str, article: str) -> str:
    """Name what a ballot on an article is about: the opinion, by its stage in its round, and the article."""
    return f"{opinion}#{article}"


def article_in(about: str | None) -> tuple[str, str]:
    """Give the opinion and the article that such a name tells of."""
    opinion, _, article = (about or "").partition("#")
    return opinion, article
