"""The articles of an opinion, with their rapporteurs, amendments and ballots."""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry import Private, field

from api.ballots import Ballot, ballot_of
from api.context import Info
from api.ids import global_id
from api.nodes import Node, Text
from api.people import Member, member_of
from api.publication import sees
from api.scalars import Multilingual
from api.snapshot import Snapshot
from domain import process
from domain.texts import localised


@strawberry.type(description="A proposed change of an article.")
class Amendment(Node):
    at_: Private[Snapshot]
    amendment: Private[process.Amendment]
    key: str = field(description="Its name in the ledger.")
    at: datetime = field(description="When it was proposed.")
    text: Text = field(description="What it proposes.")
    adopted: bool | None = field(description="Whether it was adopted; nothing: it is not settled.")
    reason: str | None = field(description="Why it was adopted or not.")

    @field(description="Who proposed it.")
    def member(self) -> Member | None:
        return member_of(self.at_, self.amendment.member)


@strawberry.type(description="An article of the opinion, in its latest version.")
class Article(Node):
    at: Private[Snapshot]
    article: Private[process.Article]
    opinion: Private[process.Opinion]
    key: str = field(description="Its name in the ledger.")
    titles: Multilingual = field(description="Its title in every language given.")
    text: Text = field(description="What it says.")
    version: int = field(description="The number of its latest version.")
    adopted: bool | None = field(
        description="What the ballot on this version came to; nothing: it was not voted on."
    )

    @field(description="Its title in the language of the request.")
    def title(self, info: Info) -> str:
        return localised(self.titles, info.context.languages)

    @field(description="The member who answers for it.")
    def rapporteur(self) -> Member | None:
        return member_of(self.at, self.article.rapporteur)

    @field(description="The ballot on this version.")
    def ballot(self) -> Ballot | None:
        return ballot_of(self.at, self.article.ballot)

    @field(description="Whether the latest version of the opinion was drafted from this version.")
    def drawn(self) -> bool:
        return self.opinion.drawn_from.get(self.article.id) == self.article.text.digest

    @field(description="The amendments proposed to it, in their order.")
    def amendments(self) -> list[Amendment]:
        return [
            amendment_of(self.at, amendment)
            for amendment in self.opinion.amendments.values()
            if amendment.article == self.article.id
        ]


@strawberry.type
class WithArticles:
    """Fields of the type Opinion."""

    at: Private[Snapshot]
    opinion: Private[process.Opinion]

    @field(description="The articles that it is drawn from, once it is published.")
    def articles(self, info: Info) -> list[Article]:
        if not sees(info.context.viewer, self.at, self.opinion.stage, self.opinion.round, "opinion"):
            return []
        return [article_of(self.at, article, self.opinion) for article in self.opinion.articles.values()]


def article_of(at: Snapshot, article: process.Article, opinion: process.Opinion) -> Article:
    """Make an article."""
    return Article(
        id=global_id("Article", at.id, article.id),
        at=at,
        article=article,
        opinion=opinion,
        key=article.id,
        titles=Multilingual(article.title),
        text=Text(body=article.text),
        version=article.version,
        adopted=article.adopted,
    )


def amendment_of(at: Snapshot, amendment: process.Amendment) -> Amendment:
    """Make an amendment."""
    return Amendment(
        id=global_id("Amendment", at.id, amendment.id),
        at_=at,
        amendment=amendment,
        key=amendment.id,
        at=amendment.at,
        text=Text(body=amendment.text),
        adopted=amendment.adopted,
        reason=amendment.reason,
    )


def article_by_key(at: Snapshot, key: str) -> Article | None:
    """Make an article by its name in the ledger: of the latest round that has it."""
    for opinion in reversed(at.process.opinions.values()):
        if key in opinion.articles:
            return article_of(at, opinion.articles[key], opinion)
    return None


def amendment_by_key(at: Snapshot, key: str) -> Amendment | None:
    """Make an amendment by its name in the ledger."""
    for opinion in reversed(at.process.opinions.values()):
        if key in opinion.amendments:
            return amendment_of(at, opinion.amendments[key])
    return None


def sees_article(info: Info, at: Snapshot, key: str) -> bool:
    """Say whether the viewer sees an article, or an amendment: as the opinion that it belongs to."""
    return any(
        (key in opinion.articles or key in opinion.amendments)
        and sees(info.context.viewer, at, opinion.stage, opinion.round, "opinion")
        for opinion in at.process.opinions.values()
    )
