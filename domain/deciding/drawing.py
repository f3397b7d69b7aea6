"""Whether the articles that an opinion is drawn from still stand."""

from __future__ import annotations

from collections.abc import Mapping

from domain.process import Opinion
from domain.refusals import Code, Refusal


def refused_articles(opinion: Opinion, drawn_from: Mapping[str, str]) -> Refusal | None:
    """Refuse a draft that names articles which there are not, which changed since, or which the council refused."""
    for name, seen in drawn_from.items():
        article = opinion.articles.get(name)
        if article is None:
            return Refusal(Code.UNKNOWN_ARTICLE, {"article": name}, ("articles",))
        if article.text.digest != seen:
            return Refusal(Code.SUBJECT_CHANGED, {"subject": article.text.digest}, ("articles",))
        if article.adopted is False:
            return Refusal(Code.ARTICLE_REFUSED, {"article": name}, ("articles",))
    return None
