"""Folding the articles of opinions."""

from __future__ import annotations

from typing import Any

from domain import events as ev
from domain.change import changed
from domain.events import Event
from domain.folding.changes import Changes, Fold, change_opinion, place
from domain.process import Amendment, Article, Opinion, Process, article_in, stage_in_round


def _opinion(process: Process, event: Event) -> Opinion | None:
    return process.opinions.get(stage_in_round(*place(event)))


def _article_drafted(process: Process, event: Event, fact: ev.ArticleDrafted) -> Changes:
    opinion = _opinion(process, event)
    article = Article(
        id=fact.article,
        title=fact.title,
        rapporteur=fact.rapporteur,
        text=fact.text,
        version=fact.version,
    )
    known = opinion.articles if opinion else {}
    return change_opinion(process, event, articles={**known, article.id: article})


def _amendment_proposed(process: Process, event: Event, fact: ev.AmendmentProposed) -> Changes:
    opinion = _opinion(process, event)
    amendment = Amendment(
        id=fact.amendment, article=fact.article, member=fact.member, text=fact.text, at=event.at
    )
    known = opinion.amendments if opinion else {}
    return change_opinion(process, event, amendments={**known, amendment.id: amendment})


def _amendment_settled(process: Process, event: Event, fact: ev.AmendmentSettled) -> Changes:
    opinion = process.opinions[stage_in_round(*place(event))]
    settled = changed(opinion.amendments[fact.amendment], adopted=fact.adopted, reason=fact.reason)
    return change_opinion(process, event, amendments={**opinion.amendments, settled.id: settled})


def change_article(process: Process, ballot_about: str | None, **changes: Any) -> Changes:
    """Change the article that a ballot is about, in its opinion."""
    name, key = article_in(ballot_about)
    opinion = process.opinions[name]
    article = changed(opinion.articles[key], **changes)
    voted = changed(opinion, articles={**opinion.articles, key: article})
    return {"opinions": {**process.opinions, name: voted}}


def _article_voted(process: Process, event: Event, fact: ev.ArticleAdopted | ev.ArticleRefused) -> Changes:
    adopted = isinstance(fact, ev.ArticleAdopted)
    return change_article(process, process.ballots[fact.ballot].about, adopted=adopted)


FOLDS: dict[type, Fold] = {
    ev.ArticleDrafted: _article_drafted,
    ev.AmendmentProposed: _amendment_proposed,
    ev.AmendmentSettled: _amendment_settled,
    ev.ArticleAdopted: _article_voted,
    ev.ArticleRefused: _article_voted,
}
