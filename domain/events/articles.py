"""Facts of the articles of an opinion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from domain.acts import Body
from domain.notation import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleDrafted:
    """A version of an article of the opinion."""

    kind: Literal["article_drafted"] = "article_drafted"
    article: str
    title: Label
    rapporteur: str
    text: Body
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendmentProposed:
    """A member proposed to change an article."""

    kind: Literal["amendment_proposed"] = "amendment_proposed"
    amendment: str
    article: str
    member: str
    text: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendmentSettled:
    """An amendment was adopted or not."""

    kind: Literal["amendment_settled"] = "amendment_settled"
    amendment: str
    adopted: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleAdopted:
    """The council adopted an article."""

    kind: Literal["article_adopted"] = "article_adopted"
    article: str
    ballot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleRefused:
    """The council did not adopt an article: it must be out of the opinion, or drafted anew."""

    kind: Literal["article_refused"] = "article_refused"
    article: str
    ballot: str


ArticleFact = ArticleDrafted | AmendmentProposed | AmendmentSettled | ArticleAdopted | ArticleRefused
