"""Acts on the articles of an opinion: drafted with a rapporteur each, amended, put to the vote one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from domain.acts.body import Body
from domain.notation import UNSET, Label


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftArticle:
    """Hand in a version of an article of the opinion, with the member who is its rapporteur."""

    kind: Literal["draft_article"] = "draft_article"
    article: str
    title: Label
    rapporteur: str
    text: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeAmendment:
    """Propose to change an article."""

    kind: Literal["propose_amendment"] = "propose_amendment"
    amendment: str
    article: str
    text: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleAmendment:
    """Adopt an amendment, which the next version of its article takes up, or not; with the reason."""

    kind: Literal["settle_amendment"] = "settle_amendment"
    amendment: str
    adopted: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PutArticleToVote:
    """Open the ballot on an article. `text` is the digest that the author saw; `meeting` is where."""

    kind: Literal["put_article_to_vote"] = "put_article_to_vote"
    article: str
    text: str
    meeting: Annotated[str | None, UNSET] = None


ArticleAct = DraftArticle | ProposeAmendment | SettleAmendment | PutArticleToVote
